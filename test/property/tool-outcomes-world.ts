import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { Subject, ToolRecord } from '../../src/destination-kit/record.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { makeToolDeliverer } from '../../src/pipeline/tools/deliver-tools.ts';
import type { NewToolEdge } from '../../src/pipeline/tools/tool-ports.ts';
import { makeRandom, type Random } from '../../src/simulate/random.ts';
import type { OpenToolBench, ToolBench, ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';
import { openStore } from '../../src/store/index.ts';
import { type Wish, want } from '../contract/tool-at-hand.ts';
import { HAS_STATE } from '../contract/tool-bench.ts';
import type { Snapshot } from '../contract/tool-bench-held.ts';
import { NOW } from '../contract/tool-records.ts';

export interface Ended {
  readonly record: ToolRecord;
  readonly subject: Subject;
  /** Its data is refused by the tool, whatever is tried. */
  readonly isGuilty: boolean;
  /** A dead letter is open about it. */
  readonly isDead: boolean;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** How a run of the engine ended. */
export interface Run {
  readonly ended: readonly Ended[];
  /** Rows that still wait. */
  readonly waiting: number;
  /** Faults that were met, beside the guilty. */
  readonly faults: number;
}

/** Out of a hundred records. */
const REFUSED_WHOLE = 1;
const REFUSED_ALONE = 3;
const FAULT_PER_STEP = 0.5;
/** Most objects of a call: more calls, more to go wrong between. */
const OBJECTS_PER_CALL = 20;
const COMMIT_ROWS = 500;
const MAX_STEPS = 60_000;

const TOLD: readonly ToolFault[] = [{ kind: 'throttled' }, { kind: 'status', status: 503 }];
const UNTOLD: readonly ToolFault[] = [
  { kind: 'status', status: 500 },
  { kind: 'silence', applied: true, socket: 'destroyed' },
  { kind: 'silence', applied: false, socket: 'destroyed' },
  { kind: 'garbage', applied: true, body: '<html>a proxy</html>' },
];

interface RunOptions {
  readonly open: OpenToolBench;
  readonly count: number;
  readonly seed: number;
  /** Calls of unknown outcome among the faults: not where nothing would be sent again. */
  readonly withSilence: boolean;
}

/** Brings `count` records through the engine to a tool's stand-in while calls fail at random and some records are refused for good. */
export const runWithFaults = async ({ open, count, seed, withSilence }: RunOptions): Promise<Run> => {
  const random = makeRandom(seed);
  let now: Instant = NOW;
  const bench = await open({ now: () => now });
  const store = await openStore('sqlite::memory:', { lock: false });
  try {
    const records = makeRecords(bench, count);
    const guilty = pickGuilty(bench, records, random);
    const look = ({ userId }: ToolRecord): Snapshot => ({ held: bench.heldOf(userId), events: bench.eventsOf(userId) });
    const before = records.map(look);
    await wantAll(store, bench, records);
    const deliverer = delivererOf(bench, store, () => now, random);
    let faults = 0;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (faults < count / 4 && random.next() < FAULT_PER_STEP) {
        faults += 1;
        bench.standIn.inject(draw(withSilence ? [...TOLD, ...UNTOLD] : TOLD, random), { calls: 1 });
      }
      const { nextAt } = await deliverer.deliverDue(now);
      if (nextAt === null) break;
      now = nextAt;
    }
    const dead = await deadIds(store, records);
    const [counts] = await store.toolCounts();
    const ended = records.map((record, index) => ({
      record,
      subject: bench.tool.subject,
      isGuilty: guilty.has(record.userId),
      isDead: dead.has(record.userId),
      before: before[index] ?? { held: null, events: [] },
      after: look(record),
    }));
    return { ended, waiting: counts?.waiting ?? 0, faults };
  } finally {
    await store.close();
    await bench.standIn.close();
  }
};

const draw = <T>(from: readonly T[], random: Random): T => from[random.whole(0, from.length - 1)] as T;

const makeRecords = (bench: ToolBench, count: number): readonly ToolRecord[] => {
  const ids = Array.from({ length: count }, (_, index) => `subject_${String(index).padStart(5, '0')}`);
  bench.know(ids);
  return ids.map((id, index) => {
    const record = bench.record(id);
    if (!HAS_STATE.includes(bench.tool.subject)) return record;
    // Each its own, so that nobody's state passes for another's.
    return { ...record, attributes: { ...record.attributes, dunning_amount_due: index + 0.5 } };
  });
};

/** Injects what refuses some of them for good; answers who. */
const pickGuilty = ({ standIn }: ToolBench, records: readonly ToolRecord[], random: Random): ReadonlySet<string> => {
  const drawn = records.map(({ userId }) => ({ userId, percent: random.whole(0, 99) }));
  const whole = drawn.filter(({ percent }) => percent < REFUSED_WHOLE).map(({ userId }) => userId);
  const alone = drawn.filter(({ percent }) => percent >= REFUSED_WHOLE && percent < REFUSED_WHOLE + REFUSED_ALONE);
  const ids = alone.map(({ userId }) => userId);
  if (whole.length > 0) standIn.inject({ kind: 'status', status: 400 }, { holding: whole });
  if (ids.length > 0) standIn.inject({ kind: 'partial', ids }, { holding: ids });
  return new Set([...whole, ...ids]);
};

const wantAll = async (store: Store, { tool }: ToolBench, records: readonly ToolRecord[]): Promise<void> => {
  const toWish = ({ userId, attributes, events }: ToolRecord): Wish => ({
    tool: tool.key,
    userId,
    desired: attributes,
    edges: events.map(
      (event): NewToolEdge => ({
        event,
        role: tool.subject === 'person' ? 'entry' : 'news',
        episodeId: String(event.properties.dunning_episode_id),
      }),
    ),
  });
  for (let from = 0; from < records.length; from += COMMIT_ROWS) {
    await want(store, NOW, records.slice(from, from + COMMIT_ROWS).map(toWish));
  }
};

const delivererOf = ({ tool, settings }: ToolBench, store: Store, now: () => Instant, random: Random) =>
  makeToolDeliverer({
    store,
    sink: makeActionsSink(tool, settings, { now, timeoutMs: 20_000, objects: OBJECTS_PER_CALL }),
    channel: 'live',
    clock: { now },
    random: random.next,
    log: { warn: () => undefined, error: () => undefined },
  });

const deadIds = async (store: Store, records: readonly ToolRecord[]): Promise<ReadonlySet<string>> => {
  const letters = await store.deadLetters({ replayed: false, limit: records.length + 1 });
  const known = new Set(records.map(({ userId }) => userId));
  const named = letters.flatMap(({ subject }) => subject.split(/\s+/).filter((word) => known.has(word)));
  if (named.length !== letters.length) throw new Error('a dead letter names nobody, or several');
  return new Set(named);
};
