import { fullJitterMs } from '../../domain/backoff.ts';
import { earliest, HOUR_MS, type Instant, plus, SECOND_MS } from '../../domain/instant.ts';
import type { Provider } from '../../providers/provider.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';
import type { Clock, NewDelivery } from '../ports.ts';
import { toDelivery } from '../receive.ts';
import type { ApiAnswer, ApiStore, BillingApi, LookUp } from './api-ports.ts';
import type { Json } from './json.ts';
import { resolve } from './resolve.ts';

/** Look-ups under way at once: enough to use the budget of calls over an ocean, few enough to stop soon. */
const BATCH = 8;
/** Given up after so long, as an unresolved delivery is (semantics A3), and not before it was tried so often. */
const GIVE_UP_AFTER_MS = 72 * HOUR_MS;
const GIVE_UP_AFTER_TRIES = 10;
/** Between two tries of one look-up, at most. */
const LONGEST_BACKOFF_MS = HOUR_MS;
/** A refused key is tried again this often, and told as often. */
const STOPPED_RETRY_MS = 60 * SECOND_MS;

export interface LookUpOptions {
  readonly store: Pick<ApiStore, 'nextLookUps' | 'settleLookUp'>;
  readonly api: BillingApi;
  readonly provider: Provider;
  /** Whether the provider's full events have this type. */
  readonly isEventType: (type: string) => boolean;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly log: DeliveryLog;
  /** Something was stored that the loop has to read. */
  readonly onStored: () => void;
}

export interface LookUpStep {
  /** Look-ups that ended. */
  readonly ended: number;
  /** When to step again: at once if more may be due, at the end of a pause; null when none is due. */
  readonly nextAt: Instant | null;
}

interface Asked {
  readonly lookUp: LookUp;
  readonly answer: ApiAnswer<readonly Json[]>;
}

type Settlement = Parameters<ApiStore['settleLookUp']>[1];

/** An own event of the provider is news under its own id; what was read of an object is a look-up's. */
const toDeliveries = (bodies: readonly Json[], provider: Provider, now: Instant): readonly NewDelivery[] =>
  bodies.map((body) => {
    const isObservation = typeof body.type === 'string' && body.type.startsWith('lookup.');
    return toDelivery(provider, JSON.stringify(body), now, isObservation ? 'lookup' : 'webhook');
  });

const NOTHING_LEFT = 'nothing is left to look up: neither its event nor its object is there';

const isOver = ({ askedAt, tries }: LookUp, now: Instant): boolean =>
  now - askedAt > GIVE_UP_AFTER_MS && tries + 1 >= GIVE_UP_AFTER_TRIES;

/** Puts a look-up off, each time for longer, or gives it up. */
const putOff = ({ lookUp, answer }: Asked, { random }: LookUpOptions, now: Instant): Settlement => {
  const reason = 'reason' in answer ? answer.reason : 'unknown';
  if (isOver(lookUp, now)) return { end: 'given_up', deliveries: [], detail: `not looked up in 72 hours: ${reason}` };
  const backoffMs = fullJitterMs(lookUp.tries + 1, random, { capMs: LONGEST_BACKOFF_MS });
  const soonest = answer.result === 'retry' ? answer.at : plus(now, STOPPED_RETRY_MS);
  const later = plus(now, backoffMs);
  return { retryAt: later > soonest ? later : soonest, reason };
};

const settlementOf = (asked: Asked, options: LookUpOptions, now: Instant): Settlement => {
  const { answer } = asked;
  if (answer.result === 'missing') return { end: 'missing', deliveries: [], detail: NOTHING_LEFT };
  if (answer.result !== 'found') return putOff(asked, options, now);
  const deliveries = toDeliveries(answer.value, options.provider, now);
  const ids = deliveries.map(({ keys }) => keys.eventId).join(', ');
  return { end: 'found', deliveries, detail: `resolved as ${ids}` };
};

/** Tells of a refusal at most once a minute: each of thousands of look-ups may meet it. */
const makeComplaint = (log: DeliveryLog) => {
  let toldAt: Instant | null = null;
  return (asked: readonly Asked[], now: Instant): void => {
    const refusal = asked.find(({ answer }) => answer.result === 'stopped')?.answer;
    if (refusal?.result !== 'stopped' || (toldAt !== null && now - toldAt < STOPPED_RETRY_MS)) return;
    toldAt = now;
    log.error({ reason: refusal.reason }, 'The billing provider refuses a look-up; it waits until this is mended');
  };
};

/** Until when nothing is asked: while all are refused, or while the provider wants rest. */
const pauseAfter = (asked: readonly Asked[], now: Instant): Instant | null => {
  if (asked.length > 0 && asked.every(({ answer }) => answer.result === 'stopped')) return plus(now, STOPPED_RETRY_MS);
  const isBusy = asked.length > 0 && asked.every(({ answer }) => answer.result === 'retry');
  return isBusy ? earliest(...asked.map(({ answer }) => (answer.result === 'retry' ? answer.at : null))) : null;
};

/**
 * Takes the look-ups that are due, a few at a time, asks the API and stores what it says. A look-up ends with an answer
 * in hand, in one transaction with what was found: a death at any point asks again, and what comes twice is a duplicate.
 * @returns one step, for a runner or a virtual clock
 */
export const makeLookUpStep = (options: LookUpOptions): ((now: Instant) => Promise<LookUpStep>) => {
  const { store, api, clock, isEventType } = options;
  const complain = makeComplaint(options.log);
  let pausedUntil: Instant | null = null;

  const ask = async (lookUp: LookUp, now: Instant): Promise<Asked> => ({
    lookUp,
    answer: await resolve(lookUp, { api, merchant: lookUp.merchant, now, isEventType }),
  });

  return async (now) => {
    if (pausedUntil !== null && pausedUntil > now) return { ended: 0, nextAt: pausedUntil };
    const due = await store.nextLookUps({ provider: api.provider, mode: api.mode }, now, BATCH);
    const asked = await Promise.all(due.map((lookUp) => ask(lookUp, now)));
    let ended = 0;
    for (const each of asked) {
      const at = clock.now();
      const settlement = settlementOf(each, options, at);
      await store.settleLookUp(each.lookUp.seq, settlement, at);
      if ('end' in settlement) ended += 1;
    }
    if (asked.some(({ answer }) => answer.result === 'found')) options.onStored();
    complain(asked, now);
    pausedUntil = pauseAfter(asked, clock.now());
    return { ended, nextAt: pausedUntil ?? (due.length === BATCH ? now : null) };
  };
};
