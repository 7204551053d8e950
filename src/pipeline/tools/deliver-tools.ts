import { type Instant, instant, plus, SECOND_MS } from '../../domain/instant.ts';
import type { DeliveryStep } from '../deliver.ts';
import type { Pause } from '../delivery-pauses.ts';
import { makeRunner, type Runner } from '../runner.ts';
import { makePauseNotes } from '../suppressions/note-pause.ts';
import type { SuppressionStore } from '../suppressions/suppression-ports.ts';
import { makeAbsences } from './absences.ts';
import { isSendable, toBatch } from './batch.ts';
import { makeCallRoom } from './call-room.ts';
import { makeLateCalls } from './late-calls.ts';
import { makeRowWindows } from './row-windows.ts';
import { type CallOptions, makeBatchSender } from './send-batch.ts';
import { type Dispatch, toRecord } from './to-record.ts';
import { makeToolPauses } from './tool-pauses.ts';
import type { ToolSettlement, ToolStore } from './tool-ports.ts';

export interface ToolDelivererOptions extends CallOptions {
  readonly store: Omit<ToolStore, 'wakeForTool' | 'toolCounts'> & Pick<SuppressionStore, 'saveToolPause'>;
}

export interface ToolDeliverer extends Runner {
  /** One step: one call of the rows that are due (more only where a refused one is halved), and what became of it. */
  readonly deliverDue: (now: Instant) => Promise<DeliveryStep>;
  /** Until when nothing goes to the tool and why; null while it takes calls. */
  readonly paused: () => Pause | null;
}

/**
 * Brings one tool to what it should hold: level, not a log of changes, so an outage ends with the present state of whoever
 * differs and nothing stale is ever sent. One call at a time, so nobody is in flight twice. A call is written
 * down before it leaves: if the process dies before the outcome is, what it carried is of unknown outcome. What becomes of this tool stops no other.
 */
export const makeToolDeliverer = (options: ToolDelivererOptions): ToolDeliverer => {
  const { store, sink, channel, clock, log } = options;
  const { tool, limits } = sink;
  const pauses = makeToolPauses({ ...options, tool });
  const notePause = makePauseNotes(store, tool, channel);
  const room = makeCallRoom(limits);
  const windows = makeRowWindows();
  const send = makeBatchSender({
    ...options,
    pauses,
    room,
    windows,
    late: makeLateCalls(clock.now()),
    absences: makeAbsences(),
  });

  let isRecovered = false;
  /** A call that was under way when the last process died may have been applied. */
  const recover = async (now: Instant): Promise<void> => {
    const call = await store.loadToolCall(tool, channel);
    if (call.length > 0) await store.settleTools(call, now, now);
    isRecovered = true;
  };

  const settleQuietly = async (quiet: readonly Dispatch[]): Promise<void> => {
    if (quiet.length === 0) return;
    await store.settleTools(quiet.map(toQuietSettlement), clock.now(), clock.now());
    for (const { row } of quiet) windows.ended(row);
  };

  const nextAt = async (now: Instant): Promise<Instant | null> => {
    const dueAt = await store.nextToolRetryAt(tool, channel);
    return dueAt === null ? null : latest(dueAt, now, pauses.until(now), room.until(now));
  };

  const step = async (now: Instant): Promise<DeliveryStep> => {
    if (!isRecovered) await recover(now);
    // Every commit wakes every tool, and most have nothing for most of them: the rows are asked for only if some are due.
    const at = await nextAt(now);
    if (at === null || at > now) return { settled: 0, nextAt: at };
    const rows = await store.nextToolRows({ tool, channel, now, limit: limits.objects });
    // Whoever waits though their time has come waits for a decision, whose commit wakes us.
    if (rows.length === 0) return { settled: 0, nextAt: plus(now, SECOND_MS) };
    const dispatches = rows.map((row) => toRecord(row, sink.resendsUnknownEvents));
    const quiet = dispatches.filter((dispatch) => !isSendable(dispatch));
    await settleQuietly(quiet);
    const records = pauses.isProbing() ? 1 : rows.length;
    const batch = toBatch(dispatches.filter(isSendable), sink.objectsOf, {
      records,
      objects: room.size(),
      bytes: limits.bytes,
    });
    const sent = batch.length === 0 ? 0 : await send(batch);
    await notePause(pauses.current());
    return { settled: quiet.length + sent, nextAt: await nextAt(clock.now()) };
  };

  let last: Promise<unknown> = Promise.resolve();
  const deliverDue = (now: Instant): Promise<DeliveryStep> => {
    const next = last.then(() => step(now));
    // What a step that failed had under way is as much in doubt as after a death.
    last = next.catch(() => {
      isRecovered = false;
    });
    return next;
  };

  const onError = (error: unknown): void =>
    log.error({ error, tool, channel }, 'A step of the delivery to a tool failed; it is tried again, nothing is lost');
  return { ...makeRunner({ step: deliverDue, clock, onError }), deliverDue, paused: pauses.current };
};

/** Nothing differs any more: settled without a call. */
const toQuietSettlement = ({ row, dropped }: Dispatch): ToolSettlement => ({
  row,
  sent: {},
  edges: [],
  dropped,
  outcome: { result: 'delivered', warning: null },
});

const latest = (...candidates: readonly (Instant | null)[]): Instant =>
  instant(Math.max(...candidates.map((at) => at ?? 0)));
