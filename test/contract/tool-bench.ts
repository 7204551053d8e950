import { afterAll, afterEach, beforeAll } from 'vitest';
import { type ActionsSinkOptions, makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import type { Subject, ToolEvent, ToolRecord } from '../../src/destination-kit/record.ts';
import type { BatchAnswer, RecordOutcome, ToolSink } from '../../src/destination-kit/sink.ts';
import { plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { OpenToolBench, ToolBench, ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';
import { isTaken, type Snapshot } from './tool-bench-held.ts';
import { NOW } from './tool-records.ts';

/** What a bench cannot tell of its tool and the suite has to know. */
export interface BenchTraits {
  /** The same event sent twice is told once. */
  readonly deduplicatesEvents?: true;
  /** Any answer of success means taken, whatever its body. */
  readonly statusAlone?: true;
  /** It keeps some attributes and leaves the others out, so that no record is too large. */
  readonly keepsSome?: true;
}

/** A bench in use: opened before the first test of its block, healed after each, closed after the last. */
export interface BenchRig {
  readonly bench: ToolBench;
  readonly sink: ToolSink;
  readonly traits: BenchTraits;
  readonly sinkOf: (options?: Partial<ActionsSinkOptions>, settings?: ToolSettings) => ToolSink;
  /** Records of subjects that nothing was said of yet and that the tool knows, as many as one call takes, at most `count`. */
  readonly fresh: (count: number) => readonly ToolRecord[];
  /** The same of one whom the tool does not know. */
  readonly stranger: () => ToolRecord;
  readonly look: (record: Pick<ToolRecord, 'userId'>) => Snapshot;
}

const ID_PREFIX: Readonly<Record<Subject, string>> = {
  person: 'user',
  contact: 'user',
  account: 'cus',
  hand_off: 'dun',
  alert: 'dun',
  stream: 'cus',
};

/** Which subjects are told events. */
export const TAKES_EVENTS: readonly Subject[] = ['person', 'alert', 'stream'];
/** Which have a state that is written and cleared. */
export const HAS_STATE: readonly Subject[] = ['person', 'contact', 'account'];

let ids = 0;

/** Opens a bench for the block of tests that calls this. */
export const useBench = (open: OpenToolBench, traits: BenchTraits): BenchRig => {
  let bench: ToolBench;
  let sink: ToolSink;
  beforeAll(async () => {
    bench = await open({ now: () => NOW });
    sink = sinkOf();
  });
  afterEach(() => bench.standIn.heal());
  afterAll(() => bench.standIn.close());

  const sinkOf: BenchRig['sinkOf'] = (options, settings = bench.settings) =>
    makeActionsSink(bench.tool, settings, { now: () => NOW, timeoutMs: 5_000, ...options });
  const stranger = (): ToolRecord => {
    ids += 1;
    return bench.record(`${ID_PREFIX[bench.tool.subject]}_${ids}`);
  };

  return {
    get bench() {
      return bench;
    },
    get sink() {
      return sink;
    },
    traits,
    sinkOf,
    stranger,
    fresh: (count) => {
      const records = inOneCall(Array.from({ length: count }, stranger), sink);
      bench.know(records.map(({ userId }) => userId));
      return records;
    },
    look: ({ userId }) => ({ held: bench.heldOf(userId), events: bench.eventsOf(userId) }),
  };
};

const inOneCall = (records: readonly ToolRecord[], { limits, objectsOf }: ToolSink): readonly ToolRecord[] => {
  let objects = 0;
  return records.filter((record) => {
    objects += objectsOf(record);
    return objects <= limits.objects;
  });
};

/** What a call told of one record; `untouched`: not taken, and not for what it is. */
export type Told = RecordOutcome['result'] | 'untouched' | 'refused';

/** What an answer tells of each record of its call. */
export const toldOf = (answer: BatchAnswer, records: readonly ToolRecord[]): readonly Told[] => {
  if (answer.answer === 'each') return answer.outcomes.map(({ result }) => result);
  if (answer.answer === 'refused' || answer.answer === 'unknown') return records.map(() => answer.answer as Told);
  return records.map(() => 'untouched');
};

/** Sends as the engine does: what is refused as a whole is halved until the guilty record stands alone. */
export const sendInHalves = async (sink: ToolSink, records: readonly ToolRecord[]): Promise<readonly Told[]> => {
  const answer = await sink.send(records);
  if (answer.answer !== 'refused' || records.length < 2) return toldOf(answer, records);
  const middle = Math.ceil(records.length / 2);
  const first = await sendInHalves(sink, records.slice(0, middle));
  return [...first, ...(await sendInHalves(sink, records.slice(middle)))];
};

/**
 * What was told and is not so, as sentences; empty where every word is true. `before`: what the tool held of each.
 */
export const liesOf = (
  rig: BenchRig,
  records: readonly ToolRecord[],
  told: readonly Told[],
  before: readonly Snapshot[],
): readonly string[] =>
  records.flatMap((record, index) => {
    const now = rig.look(record);
    const was = before[index] ?? { held: null, events: [] };
    const word = told[index];
    if (word === undefined) return [`nothing was told of ${record.userId}`];
    if (word === 'delivered') return isTaken(record, rig.bench.tool.subject, now) ? [] : [lie(word, record, now)];
    const isAsBefore = JSON.stringify(now) === JSON.stringify(was);
    return word === 'unknown' || isAsBefore ? [] : [lie(word, record, now)];
  });

const lie = (word: Told, { userId, attributes }: ToolRecord, now: Snapshot): string =>
  `${userId} was told ${word}: ${JSON.stringify(attributes)}, and the tool has ${JSON.stringify(now)}`;

/** What else happens to the subject later, as its own kind is told it. */
export const laterEvent = (subject: Subject, userId: string): ToolEvent => ({
  id: `later:${userId}`,
  name: subject === 'alert' ? 'alert_resolved' : 'payment_recovered',
  at: plus(NOW, -SECOND_MS / 2),
  properties: {
    dunning_episode_id: subject === 'alert' ? userId : `dun_${userId}`,
    user_id: 'user_ann',
    account_id: subject === 'stream' ? userId : 'cus_ann',
    plan_id: 'pro',
    outcome: 'recovered',
    amount: 49.5,
    currency: 'USD',
  },
});

/** Faults after which nothing was taken, with the word that a tool owes for a call that meets one. */
export const NOT_TAKEN: readonly (readonly [string, ToolFault, BatchAnswer['answer']])[] = [
  ['too many calls', { kind: 'throttled' }, 'throttled'],
  ['a tool out of order', { kind: 'status', status: 503 }, 'unavailable'],
  ['a key that was revoked', { kind: 'status', status: 401 }, 'stopped'],
];
