import type { BatchAnswer, RecordOutcome, ToolSink } from '../../destination-kit/sink.ts';
import { fullJitterMs } from '../../domain/backoff.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import { notTaken } from '../asking-window.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';
import type { Clock } from '../ports.ts';
import type { makeAbsences } from './absences.ts';
import { type Sendable, toHalves } from './batch.ts';
import type { makeCallRoom } from './call-room.ts';
import type { makeLateCalls } from './late-calls.ts';
import type { makeRowWindows } from './row-windows.ts';
import { type CallOutcome, toOutcomes } from './to-outcomes.ts';
import { type makeToolPauses, toBounded } from './tool-pauses.ts';
import type { ToolChannel, ToolRow, ToolSettlement, ToolStore } from './tool-ports.ts';

/** What calls to one tool need of the world. */
export interface CallOptions {
  readonly store: Pick<ToolStore, 'settleTools' | 'saveToolCall'>;
  readonly sink: ToolSink;
  /** Whose rows: what a recorder takes is final and never sent (semantics G9). */
  readonly channel: ToolChannel;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of waits. */
  readonly random: () => number;
  readonly log: DeliveryLog;
  /** Told after the store knows: each record that was delivered, recorded or given up. */
  readonly onSettled?: (settled: readonly ToolSettlement[]) => void;
}

interface SenderOptions extends CallOptions {
  // What the deliverer remembers from call to call.
  readonly pauses: ReturnType<typeof makeToolPauses>;
  readonly room: ReturnType<typeof makeCallRoom>;
  readonly windows: ReturnType<typeof makeRowWindows>;
  readonly late: ReturnType<typeof makeLateCalls>;
  readonly absences: ReturnType<typeof makeAbsences>;
}

/**
 * Makes the function that sends a batch and writes what became of it; it answers how many records left the queue. A batch
 * that is refused as a whole is halved on the spot until the guilty record stands alone, so that no good one waits
 * for it; a tool that stops taking calls meanwhile ends this, and what was not sent waits.
 */
export const makeBatchSender = (options: SenderOptions): ((batch: readonly Sendable[]) => Promise<number>) => {
  const { store, sink, channel, clock, pauses, room, windows } = options;

  const call = async (batch: readonly Sendable[]): Promise<BatchAnswer> => {
    await store.saveToolCall(sink.tool, channel, batch.map(toDoubt));
    const sentAt = clock.now();
    for (const { row } of batch) windows.asked(row, sentAt);
    room.spend(sentAt);
    const answer = await sink.send(batch.map(({ record }) => record));
    pauses.note(answer, clock.now());
    if (answer.answer === 'stopped') windows.stopped(clock.now());
    if (answer.answer === 'refused' && answer.tooLarge) room.shrink();
    return answer;
  };

  return async (batch) => {
    const parts = [batch];
    let settled = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const answer = await call(part);
      if (answer.answer === 'refused' && part.length > 1) parts.unshift(...toHalves(part));
      else settled += await settle(options, part, toOutcomes(answer, part.length));
      if (pauses.until(clock.now()) !== null) break;
    }
    return settled;
  };
};

const settle = async (
  options: SenderOptions,
  batch: readonly Sendable[],
  outcomes: readonly CallOutcome[],
): Promise<number> => {
  const { store, sink, channel, clock } = options;
  const now = clock.now();
  const settlements = batch.flatMap((dispatch, index) => toSettlement(options, dispatch, outcomes[index], now) ?? []);
  if (settlements.length === 0) {
    await store.saveToolCall(sink.tool, channel, []);
    return 0;
  }
  await store.settleTools(settlements, againFrom(options, settlements, now), now);
  remember(options, settlements, now);
  const gone = settlements.filter(({ outcome }) => isFinal(outcome));
  if (gone.length > 0) options.onSettled?.(gone);
  return gone.length;
};

/** What a record is if this process ends before it learns what became of it. */
const toDoubt = ({ row, record, edges, dropped }: Sendable): ToolSettlement => ({
  row,
  sent: record.attributes,
  edges,
  dropped,
  outcome: { result: 'unknown', reason: 'the process ended while the call was under way' },
});

const toSettlement = (
  options: SenderOptions,
  dispatch: Sendable,
  called: CallOutcome | undefined,
  now: Instant,
): ToolSettlement | null => {
  const { row, record, edges, dropped } = dispatch;
  const outcome = called === undefined ? null : toEnd(options, dispatch, called, now);
  if (outcome === null) return null;
  const again = againAt(options, row, outcome, now);
  return { row, sent: record.attributes, edges, dropped, outcome, ...(again === null ? {} : { again }) };
};

/** When a row that needs nothing now is sent once more all the same. */
const againAt = (
  { late, absences }: SenderOptions,
  row: ToolRow,
  { result }: RecordOutcome,
  now: Instant,
): Instant | null => {
  if (result === 'absent') return absences.againAt(row, now);
  if (row.onlyExits && (result === 'delivered' || result === 'recorded')) return now;
  if (result !== 'delivered') return null;
  absences.known(row);
  return late.againAt(row, now);
};

/** What the store is told: with its instant, and with the end of its window; null: the row stays as it is. */
const toEnd = (
  { windows, late, random }: SenderOptions,
  dispatch: Sendable,
  called: CallOutcome,
  now: Instant,
): RecordOutcome | null => {
  const { row } = dispatch;
  switch (called.result) {
    case 'untouched':
      return windows.isOver(row, now) ? notTaken(called.reason) : null;
    case 'unknown':
      late.unknown(row, now);
      // Before it is given up, the store must have learned that the tool may hold it.
      return windows.isOver(row, now) && isKnownInDoubt(dispatch) ? notTaken(called.reason) : called;
    case 'retry': {
      if (windows.isOver(row, now)) return notTaken(called.reason);
      const waitMs = called.at === null ? fullJitterMs(row.failures + 1, random) : toBounded(called.at - now);
      return { ...called, at: plus(now, waitMs) };
    }
    default:
      return called;
  }
};

const isKnownInDoubt = ({ row, record, edges }: Sendable): boolean =>
  Object.keys(record.attributes).every((name) => row.uncertain.includes(name)) &&
  row.edges.every(({ seq, status }) => status === 'unknown' || !edges.includes(seq));

/**
 * When records of unknown outcome go again: with the end of the pause. One that went ahead alone waits longer: back on the
 * dot it would go ahead every time, and if the fault is its own, nobody else would ever be sent.
 */
const againFrom = (options: SenderOptions, settlements: readonly ToolSettlement[], now: Instant): Instant => {
  const pausedUntil = options.pauses.until(now);
  const wentAlone = options.pauses.isProbing() && settlements.length === 1;
  return pausedUntil === null || wentAlone ? retryAt(options, settlements, pausedUntil ?? now) : pausedUntil;
};

/** When records of unknown outcome go again, where others of their call were taken. */
const retryAt = ({ random }: SenderOptions, settlements: readonly ToolSettlement[], now: Instant): Instant => {
  const failures = settlements.filter(({ outcome }) => outcome.result === 'unknown').map(({ row }) => row.failures);
  return plus(now, fullJitterMs(Math.max(0, ...failures) + 1, random));
};

const remember = (
  { windows, room, log, sink, channel }: SenderOptions,
  settlements: readonly ToolSettlement[],
  now: Instant,
): void => {
  for (const { row, outcome } of settlements) {
    if (isFinal(outcome)) windows.ended(row);
  }
  if (settlements.some(({ outcome }) => isTaken(outcome))) {
    windows.taken(now);
    room.grow();
  }
  const rejected = settlements.filter(({ outcome }) => outcome.result === 'rejected').length;
  const details = { tool: sink.tool, channel, rejected };
  if (rejected > 0) log.warn(details, 'The tool did not take these records; they are among the dead letters, by money');
};

const isTaken = ({ result }: RecordOutcome): boolean =>
  result === 'delivered' || result === 'recorded' || result === 'absent';
const isFinal = (outcome: RecordOutcome): boolean => isTaken(outcome) || outcome.result === 'rejected';
