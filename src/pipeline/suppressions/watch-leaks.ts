import { type Instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';
import type { Clock } from '../ports.ts';
import { makeRunner, type Runner } from '../runner.ts';
import type { LeakCount, SuppressionStore } from './suppression-ports.ts';

/** Older than this a leak is told of: twice what a suppression may take. */
const TELL_AFTER_MS = 2 * MINUTE_MS;
const LOOK_EVERY_MS = MINUTE_MS / 2;
/** How long the same leak is not told of again. */
const TELL_AGAIN_MS = 15 * MINUTE_MS;

interface LeakWatchOptions {
  readonly store: Pick<SuppressionStore, 'suppressionCounts'>;
  readonly clock: Clock;
  readonly log: DeliveryLog;
}

interface LeakWatch extends Runner {
  /** One look by hand, for a virtual clock. */
  readonly lookDue: (now: Instant) => Promise<{ readonly nextAt: Instant }>;
}

/** Tells of tools that have not acknowledged for too long that somebody is to hear no more; of nobody by name. */
export const makeLeakWatch = ({ store, clock, log }: LeakWatchOptions): LeakWatch => {
  const toldAt = new Map<string, Instant>();

  const tell = ({ tool, open, oldestAt }: LeakCount, now: Instant): void => {
    const last = toldAt.get(tool);
    if (last !== undefined && now - last < TELL_AGAIN_MS) return;
    toldAt.set(tool, now);
    log.warn({ tool, open, oldestSeconds: Math.floor((now - oldestAt) / 1_000) }, OPEN);
  };

  const lookDue = async (now: Instant): Promise<{ readonly nextAt: Instant }> => {
    const { leaks } = await store.suppressionCounts();
    const late = leaks.filter(({ channel, oldestAt }) => channel === 'live' && now - oldestAt > TELL_AFTER_MS);
    for (const tool of toldAt.keys()) if (!late.some((leak) => leak.tool === tool)) toldAt.delete(tool);
    for (const leak of late) tell(leak, now);
    return { nextAt: plus(now, LOOK_EVERY_MS) };
  };

  const onError = (error: unknown): void =>
    log.error({ error }, 'The ledger of suppressions could not be looked at; it is tried again');
  return { ...makeRunner({ step: lookDue, clock, onError, idleMs: LOOK_EVERY_MS }), lookDue };
};

const OPEN =
  'People who are to hear no more of dunning are open in this tool, which may go on writing to them; ' +
  'recoup report suppression says who and what to do';
