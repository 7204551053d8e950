import { DAY_MS, HOUR_MS, type Instant, instant, plus } from '../src/domain/instant.ts';
import type { OpenToolBench } from '../src/simulate/vendors/tool-stand-in.ts';
import { openStore } from '../src/store/index.ts';
import { percentile } from './percentile.ts';
import { commitChanges, engineOf } from './tools-changes.ts';

export interface Outage {
  readonly out: string;
  /** The other tools' waits from the commit of a change until they took it, on the virtual clock. */
  readonly days: readonly {
    readonly day: 'all in order' | 'one out';
    readonly changes: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
    /** Of a delivery step on this machine. */
    readonly stepMs: number;
  }[];
  /** Changes that the tool out of order owed at the end. */
  readonly owed: number;
  /** From its return until it held them all. */
  readonly caughtUpMs: number;
}

/** Between two changes of each tool. */
const EVERY_MS = HOUR_MS / 6;
const START = instant(Date.UTC(2026, 2, 10, 12));

type Benches = readonly (readonly [string, OpenToolBench])[];

/** Plays a day with and without one tool, every tool with a change of its own every ten minutes. */
export const measureOutage = async (
  benches: Benches,
  out: string,
  directory: string,
  told: (share: number) => void,
): Promise<Outage> => {
  const well = await playDay(benches, null, `sqlite:${directory}/well.db`, (share) => told(share / 2));
  const ill = await playDay(benches, out, `sqlite:${directory}/ill.db`, (share) => told((1 + share) / 2));
  const toDay = (day: 'all in order' | 'one out', played: Played) => {
    const waits = [...played.waits].filter(([tool]) => tool !== out).flatMap(([, ms]) => ms);
    const sorted = waits.toSorted((a, b) => a - b);
    const at = (share: number): number => percentile(sorted, share);
    return { day, changes: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), stepMs: played.stepMs };
  };
  return {
    out,
    days: [toDay('all in order', well), toDay('one out', ill)],
    owed: ill.owed,
    caughtUpMs: ill.caughtUpMs,
  };
};

interface Played {
  readonly waits: ReadonlyMap<string, readonly number[]>;
  readonly stepMs: number;
  readonly owed: number;
  readonly caughtUpMs: number;
}

const playDay = async (
  benches: Benches,
  out: string | null,
  url: string,
  told: (share: number) => void,
): Promise<Played> => {
  let now: Instant = START;
  const store = await openStore(url, { lock: true, namespace: 'bench' });
  const waits = new Map<string, number[]>(benches.map(([key]) => [key, []]));
  const lastTaken = new Map<string, Instant>();
  const tools = await Promise.all(
    benches.map(async ([key, open]) => {
      const bench = await open({ now: () => now });
      const engine = engineOf(
        bench,
        store,
        () => now,
        (settled) => {
          for (const { row } of settled) waits.get(key)?.push(now - row.decidedAt);
          lastTaken.set(key, now);
        },
      );
      return { key, bench, engine, nextAt: null as Instant | null };
    }),
  );
  const end = plus(START, DAY_MS);
  const healed = tools.find(({ key }) => key === out)?.bench.standIn;
  healed?.inject({ kind: 'status', status: 503 });
  let [steps, stepsMs] = [0, 0];

  const runTo = async (until: Instant): Promise<void> => {
    for (;;) {
      const due = tools.filter(({ nextAt }) => nextAt !== null && nextAt <= until);
      const [next] = due.toSorted((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0));
      if (next?.nextAt === undefined || next.nextAt === null) break;
      now = instant(Math.max(now, next.nextAt));
      const from = performance.now();
      next.nextAt = (await next.engine.deliverDue(now)).nextAt;
      stepsMs += performance.now() - from;
      steps += 1;
    }
    now = until;
  };

  for (let tick = 0; now < end; tick += 1) {
    for (const tool of tools) {
      const id = `subject_${tick}`;
      tool.bench.know([id]);
      await commitChanges(store, tool.bench, [{ ...tool.bench.record(id), at: now }], now);
      tool.nextAt ??= now;
    }
    await runTo(plus(now, EVERY_MS));
    told((now - START) / DAY_MS);
  }
  healed?.heal();
  const owed = (await store.toolCounts()).find(({ tool }) => tool === out)?.waiting ?? 0;
  await runTo(plus(end, DAY_MS));
  const caughtUpMs = Math.max(0, (lastTaken.get(out ?? '') ?? end) - end);
  await store.close();
  await Promise.all(tools.map(({ bench }) => bench.standIn.close()));
  return { waits, stepMs: stepsMs / steps, owed, caughtUpMs };
};
