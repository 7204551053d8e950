import { earliest, type Instant } from '../domain/instant.ts';
import { type DeliveryLog, makePauses, type Pause } from './delivery-pauses.ts';
import type { Channel, Clock, OutboxRow, Outcome, SegmentSink, Store } from './ports.ts';
import { makeRunner, type Runner } from './runner.ts';
import { makePauseNotes } from './suppressions/note-pause.ts';

/** One step's share: below Segment's 500 KB per request, so that a step is one request. */
const STEP_LIMITS = { calls: 1_000, bytes: 450_000 };

export interface Settled {
  readonly row: OutboxRow;
  readonly outcome: Outcome;
}

export interface DelivererOptions {
  readonly store: Pick<Store, 'nextCalls' | 'settle' | 'saveToolPause'>;
  /** Null in observe mode or without a write key: what is queued for Segment then waits, untouched. */
  readonly sink: SegmentSink | null;
  /** Takes the calls of the `recorder` channel, whatever the sink does. */
  readonly recorder: SegmentSink;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of pauses. */
  readonly random: () => number;
  readonly log: DeliveryLog;
  /** Told after the store knows: each call that was delivered, recorded or given up. */
  readonly onSettled?: (settled: readonly Settled[]) => void;
}

export interface DeliveryStep {
  /** Calls that left the queue: delivered, recorded or dead. */
  readonly settled: number;
  /** When to step again: at once if more may be waiting, at the end of a pause, null when the outbox is empty. */
  readonly nextAt: Instant | null;
}

export interface Deliverer extends Runner {
  /** One step: sends the oldest queued calls of each channel and writes what became of them. */
  readonly deliverDue: (now: Instant) => Promise<DeliveryStep>;
  /** Until when nothing goes to Segment and why; null while it takes calls. */
  readonly paused: () => Pause | null;
}

/**
 * Moves calls from the outbox to where they go. A call leaves the outbox only with an outcome in hand, so a death at any
 * point sends again under the same message id and loses nothing. Order is the outbox's: the next batch is taken when the
 * last one is settled, and while Segment does not take calls none is sent.
 */
export const makeDeliverer = (options: DelivererOptions): Deliverer => {
  const { store, sink, recorder, clock } = options;
  const pauses = makePauses(options.random, options.log);
  const notePause = makePauseNotes(store, 'segment', 'live');

  const step = async (channel: Channel, to: SegmentSink, now: Instant): Promise<DeliveryStep> => {
    const rows = await store.nextCalls({ channel, ...STEP_LIMITS });
    if (rows.length === 0) return { settled: 0, nextAt: null };
    pauses.open(now);
    const outcomes = await to.send(rows.map(({ call }) => call));
    const settled = rows.map(
      (row, index): Settled => ({
        row,
        outcome: pauses.expire(row, outcomes[index] ?? { result: 'unknown', reason: 'no outcome' }, now),
      }),
    );
    await store.settle(
      settled.map(({ row, outcome }) => ({ seq: row.seq, outcome })),
      clock.now(),
    );
    const gone = settled.filter(({ outcome }) => isFinal(outcome));
    if (gone.length > 0) options.onSettled?.(gone);
    const pause = channel === 'segment' ? pauses.note(outcomes, clock.now()) : null;
    if (channel === 'segment') await notePause(pause);
    return { settled: gone.length, nextAt: pause?.until ?? now };
  };

  const deliverDue = async (now: Instant): Promise<DeliveryStep> => {
    const recorded = await step('recorder', recorder, now);
    if (sink === null) return recorded;
    const pausedUntil = pauses.until(now);
    if (pausedUntil !== null) return { ...recorded, nextAt: earliest(recorded.nextAt, pausedUntil) };
    const sent = await step('segment', sink, now);
    return { settled: recorded.settled + sent.settled, nextAt: earliest(recorded.nextAt, sent.nextAt) };
  };

  const onError = (error: unknown): void =>
    options.log.error({ error }, 'A delivery step failed; the outbox keeps its calls and the step is tried again');
  return { ...makeRunner({ step: deliverDue, clock, onError }), deliverDue, paused: pauses.current };
};

const isFinal = ({ result }: Outcome): boolean =>
  result === 'delivered' || result === 'recorded' || result === 'rejected';
