import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import type { BatchAnswer, RecordOutcome, ToolSink } from '../../src/destination-kit/sink.ts';
import type { ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { NOW } from './tool-records.ts';

/** How long an answer is waited for, in ms. */
export const TIMEOUT_MS = 5_000;

/** Customers of most tests; the bench knows those whom it is told of. */
export const IDS = ['ann', 'bob', 'cem'];

/** A tool that support works in, joined with its stand-in. */
export interface SupportRig<Bench extends ToolBench> {
  readonly bench: Bench;
  readonly sink: ToolSink;
  readonly sinkWith: (settings: ToolSettings) => ToolSink;
  /** Sends the first record of each; of `IDS` by default. */
  readonly send: (ids?: readonly string[]) => Promise<BatchAnswer>;
  /** The same: what is told of each, or the answer where it is told of the whole call. */
  readonly outcomes: (ids?: readonly string[]) => Promise<readonly RecordOutcome[] | BatchAnswer>;
  /** Method and path of every request, set-up included. */
  readonly requests: () => readonly string[];
}

/** Joins a bench with its tool's sink. */
export const makeSupportRig = <Bench extends ToolBench>(bench: Bench): SupportRig<Bench> => {
  const sinkWith = (settings: ToolSettings) =>
    makeActionsSink(bench.tool, settings, { now: () => NOW, timeoutMs: TIMEOUT_MS });
  const sink = sinkWith(bench.settings);
  const send = (ids: readonly string[] = IDS) => sink.send(ids.map((id) => bench.record(id)));
  return {
    bench,
    sink,
    sinkWith,
    send,
    outcomes: async (ids) => {
      const answer = await send(ids);
      return answer.answer === 'each' ? answer.outcomes : answer;
    },
    requests: () => bench.standIn.requests.map(({ method, path }) => `${method} ${path}`),
  };
};
