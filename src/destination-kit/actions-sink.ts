import type { HttpAnswer, Instant, Tool, ToolSettings } from './define-tool.ts';
import { toFailure } from './failure.ts';
import { hostAction } from './host.ts';
import type { ToolRecord } from './record.ts';
import { redactAnswer, secretsOf } from './redact.ts';
import { measured } from './request-body.ts';
import { makeSession } from './session.ts';
import type { BatchAnswer, RecordOutcome, ToolSink } from './sink.ts';

export interface ActionsSinkOptions {
  readonly now: () => Instant;
  /** For one call and the whole of its answer, in ms. */
  readonly timeoutMs?: number;
  /** Objects per call, if fewer than the tool takes. */
  readonly objects?: number;
}

/**
 * Sends records to a tool through its Actions destination.
 *
 * A record is one person's attributes and events, and has one outcome. Where the tool took one part and refused the
 * other, the record is `rejected` with a reason that names the part: its dead letter says what the tool now holds, and a
 * replay sends both again, which repeats an event that was taken.
 * @throws Error at once, when the destination's preset or a setting is not valid.
 */
export const makeActionsSink = (tool: Tool, settings: ToolSettings, options: ActionsSinkOptions): ToolSink => {
  const { now, timeoutMs = 30_000 } = options;
  const limits = { ...tool.limits, objects: Math.min(options.objects ?? tool.limits.objects, tool.limits.objects) };
  const run = hostAction(tool, settings, measured(limits.bytes));
  // A session's token too, once there is one: an error may quote it.
  let secrets = secretsOf(tool, settings);
  const session = makeSession(tool, settings, timeoutMs);
  const underWay = new Set<Promise<BatchAnswer>>();

  const toBatchAnswer = (ended: HttpAnswer | null, outcomes: readonly RecordOutcome[]): BatchAnswer =>
    (ended === null ? null : tool.toAnswer(ended, now())) ?? { answer: 'each', outcomes };

  const call = async (records: readonly ToolRecord[], isLastTry: boolean): Promise<BatchAnswer> => {
    const opened = await session.open();
    if (!opened.ok) return opened.answer;
    secrets = secretsOf(tool, opened.settings);
    const { ended, outcomes } = await run(records, opened.settings, AbortSignal.timeout(timeoutMs), now());
    if (ended !== null && session.hasEnded(ended) && !isLastTry) return call(records, true);
    return toBatchAnswer(ended, outcomes);
  };

  const send = async (records: readonly ToolRecord[]): Promise<BatchAnswer> => {
    try {
      return redactAnswer(await call(records, false), secrets);
    } catch (error) {
      return redactAnswer(toFailure(error), secrets);
    }
  };

  return {
    tool: tool.key,
    limits,
    objectsOf: tool.objectsOf,
    resendsUnknownEvents: tool.resendsUnknownEvents,
    send: async (records) => {
      if (records.length === 0) return { answer: 'each', outcomes: [] };
      const sending = send(records);
      underWay.add(sending);
      return sending.finally(() => underWay.delete(sending));
    },
    close: async () => {
      await Promise.all(underWay);
    },
  };
};
