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

type Trouble = keyof typeof MESSAGES;

export interface WebhookLog {
  readonly report: (report: WebhookReport) => void;
  /** Tells how many were left out. */
  readonly flush: () => void;
}

const isTrouble = (outcome: WebhookReport['outcome']): outcome is Trouble => outcome in MESSAGES;

interface Told extends Pick<WebhookReport, 'provider'> {
  readonly outcome: Trouble;
  readonly at: number;
  suppressed: number;
}

/** Tells the log of webhooks that a person should know of, and of how many like it, at the latest when it is over. */
export const makeWebhookLog = (log: Log, clock: Clock): WebhookLog => {
  const told = new Map<string, Told>();

  const say = (outcome: Trouble, details: object): void =>
    log[outcome === 'failed' ? 'error' : 'warn'](details, MESSAGES[outcome]);

  /** `quiet`: only those whose time is over, so that good and bad webhooks in turn are no flood of lines. */
  const close = (quiet: (last: Told) => boolean): void => {
    for (const [key, last] of told) {
      if (!quiet(last)) continue;
      told.delete(key);
      const { provider, outcome, suppressed } = last;
      if (suppressed > 0) say(outcome, { provider, suppressed });
    }
  };

  return {
    report: ({ provider, outcome, reason, error }) => {
      const now = clock.now();
      if (!isTrouble(outcome)) return close((last) => last.provider === provider && now - last.at >= QUIET_MS);
      const key = `${provider} ${outcome}`;
      const last = told.get(key);
      if (last !== undefined && now - last.at < QUIET_MS) {
        last.suppressed += 1;
        return;
      }
      told.set(key, { provider, outcome, at: now, suppressed: 0 });
      say(outcome, { provider, reason, error, ...(last && { suppressed: last.suppressed }) });
    },
    flush: () => close(() => true),
  };
};
