import type { Instant } from '../domain/instant.ts';
import type { Clock, Outcome, SegmentSink } from '../pipeline/ports.ts';
import { toVerdict, type Verdict } from './answer.ts';
import { type PreparedCall, prepareCall, toBatches } from './prepared-call.ts';
import { makeTransport, type Transport } from './transport.ts';

export interface SegmentSinkOptions {
  readonly writeKey: string;
  /** Scheme and host, e.g. `https://api.segment.io`, or `https://events.eu1.segmentapis.com` for the EU. */
  readonly host: string;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly fetch?: typeof fetch;
  /** For one request and its answer, in ms. */
  readonly timeoutMs?: number;
}

/**
 * Sends calls to Segment's Tracking API, one batch at a time and in order. The first batch that is not taken holds back
 * those behind it. A batch that Segment refuses for its content is halved until the culprit stands alone.
 */
export const makeSegmentSink = (options: SegmentSinkOptions): SegmentSink => {
  const { clock, random, writeKey, host, timeoutMs = 15_000 } = options;
  const transport = makeTransport({ writeKey, host, timeoutMs, fetch: options.fetch ?? fetch });
  const judge = makeJudge(transport, clock, random);
  let previous: Promise<unknown> = Promise.resolve();

  return {
    name: 'segment',
    send: (calls) => {
      const preparations = calls.map(prepareCall);
      const sendable = preparations.flatMap((each) => (each.ok ? [each.prepared] : []));
      // A second sender waits for the first: two requests under way could arrive in either order.
      const sent = previous.then(() => sendInOrder(toBatches(sendable), judge, clock));
      previous = sent.catch(() => {});
      return sent.then((outcomes) => {
        const inOrder = outcomes.values();
        return preparations.map((each) => (each.ok ? takeNext(inOrder) : { result: 'rejected', reason: each.reason }));
      });
    },
    close: async () => {
      await previous;
    },
  };
};

/** Sends one batch and reads its answer. */
type Judge = (batch: readonly PreparedCall[]) => Promise<readonly Verdict[]>;

/** Reads answers, counting failures in a row for the backoff. */
const makeJudge = (transport: Transport, clock: Clock, random: () => number): Judge => {
  let failures = 0;
  return async (batch) => {
    const answers = await transport(batch.map(({ call }) => call));
    const context = { now: clock.now(), failures: failures + 1, random };
    const verdicts = new Map([...new Set(answers.values())].map((answer) => [answer, toVerdict(answer, context)]));
    const failed = [...verdicts.values()].some(({ result }) => result === 'retry' || result === 'unknown');
    failures = failed ? failures + 1 : 0;
    return batch.map(({ call }) => {
      const answer = answers.get(call.messageId);
      return (answer && verdicts.get(answer)) ?? { result: 'unknown', reason: 'the SDK did not send it' };
    });
  };
};

const sendInOrder = async (
  batches: readonly (readonly PreparedCall[])[],
  judge: Judge,
  clock: Clock,
): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = [];
  let halt: Outcome | null = null;
  for (const batch of batches) {
    if (halt === null) outcomes.push(...(await sendBatch(batch, judge, clock)));
    else for (const _ of batch) outcomes.push(halt);
    halt ??= toHalt(outcomes, clock.now());
  }
  return outcomes;
};

const sendBatch = async (batch: readonly PreparedCall[], judge: Judge, clock: Clock): Promise<readonly Outcome[]> => {
  const verdicts = await judge(batch);
  const settled = verdicts.flatMap((verdict) => (verdict.result === 'suspect' ? [] : [verdict]));
  if (settled.length === verdicts.length) return settled;
  const first = verdicts[0];
  if (batch.length === 1) return [{ result: 'rejected', reason: first?.result === 'suspect' ? first.reason : '' }];
  const middle = Math.ceil(batch.length / 2);
  return sendInOrder([batch.slice(0, middle), batch.slice(middle)], judge, clock);
};

/** What becomes of the calls behind the first one that was not taken; null when all were. */
const toHalt = (outcomes: readonly Outcome[], now: Instant): Outcome | null => {
  for (const outcome of outcomes) {
    if (outcome.result === 'retry' || outcome.result === 'stopped') return outcome;
    if (outcome.result === 'unknown') return { result: 'retry', at: now, reason: 'behind a call without an answer' };
  }
  return null;
};

const takeNext = (outcomes: Iterator<Outcome>): Outcome => {
  const next = outcomes.next();
  return next.done ? { result: 'unknown', reason: 'no outcome' } : next.value;
};
