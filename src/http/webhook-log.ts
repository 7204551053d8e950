import type { Log } from '../config/log.ts';
import type { Clock } from '../pipeline/ports.ts';
import type { WebhookReport } from '../pipeline/receive.ts';

/** One line per kind of trouble in this time: a flood of forged webhooks must not become a flood of lines. */
const QUIET_MS = 10_000;

const MESSAGES = {
  refused: 'a webhook was refused: check the signing secret of the endpoint',
  failed: 'a webhook could not be stored and was answered 503; the provider sends it again',
  busy: 'too many webhooks at once: some were answered 503; the provider sends them again',
  dead_letter: 'a genuine webhook could not be understood and was kept: see recoup dead-letters list',
} as const;

/** Tells the log of webhooks that a person should know of, and how many like it were not told since. */
export const makeWebhookLog = (log: Log, clock: Clock): ((report: WebhookReport) => void) => {
  const told = new Map<string, { at: number; suppressed: number }>();
  return ({ provider, outcome, reason, error }) => {
    if (!(outcome in MESSAGES)) return;
    const message = MESSAGES[outcome as keyof typeof MESSAGES];
    const now = clock.now();
    const last = told.get(`${provider} ${outcome}`);
    if (last !== undefined && now - last.at < QUIET_MS) {
      last.suppressed += 1;
      return;
    }
    told.set(`${provider} ${outcome}`, { at: now, suppressed: 0 });
    const details = { provider, reason, error, ...(last && { suppressed: last.suppressed }) };
    log[outcome === 'failed' ? 'error' : 'warn'](details, message);
  };
};
