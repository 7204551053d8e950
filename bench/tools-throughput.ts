import type { ToolRecord } from '../src/destination-kit/record.ts';
import { type Instant, instant, SECOND_MS } from '../src/domain/instant.ts';
import type { OpenToolBench } from '../src/simulate/vendors/tool-stand-in.ts';
import { openStore } from '../src/store/index.ts';
import { commitChanges, ended, engineOf } from './tools-changes.ts';

export interface ToolMeasure {
  readonly tool: string;
  readonly what: 'first' | 'change';
  /** Look-ups and logins among them. */
  readonly requests: number;
  readonly recordsPerRequest: number;
  readonly recordsPerSecond: number;
  readonly limit: string;
  /** What the published limit makes of the requests; null where there is none. */
  readonly limitSeconds: number | null;
  /** With the waits that the engine keeps between calls. */
  readonly pacedSeconds: number;
}

interface Limit {
  readonly text: string;
  /** Requests per second. */
  readonly rate: number | null;
}

/** The least that each vendor's documentation promises to every customer. */
const LIMITS: Readonly<Record<string, Limit>> = {
  braze: { text: '3,000 / 3 s', rate: 1_000 },
  iterable: { text: '5 / s, bulk users', rate: 5 },
  hubspot: { text: '100 / 10 s', rate: 10 },
  salesforce: { text: '100,000 / day', rate: 100_000 / 86_400 },
  zendesk: { text: '200 / min', rate: 200 / 60 },
  intercom: { text: '10,000 / min', rate: 10_000 / 60 },
  slack: { text: '1 / s', rate: 1 },
  webhook: { text: 'none', rate: null },
};

const START = instant(Date.UTC(2026, 2, 10, 12));

interface MeasureOptions {
  readonly key: string;
  readonly open: OpenToolBench;
  readonly changes: number;
  readonly store: string;
  /** Told how many records left the queue so far, of both rounds. */
  readonly told: (done: number) => void;
}

/** Writes so many subjects for the first time, and then changes each. */
export const measureTool = async (options: MeasureOptions): Promise<readonly ToolMeasure[]> => {
  const { key, open, changes, told } = options;
  let now: Instant = START;
  const bench = await open({ now: () => now });
  const store = await openStore(options.store, { lock: true, namespace: 'bench' });
  const ids = Array.from({ length: changes }, (_, index) => `subject_${String(index).padStart(6, '0')}`);
  bench.know(ids);
  const first = ids.map((id) => bench.record(id));
  const engine = engineOf(bench, store, () => now);
  let done = 0;

  const round = async (what: ToolMeasure['what'], records: readonly ToolRecord[]): Promise<ToolMeasure> => {
    await commitChanges(store, bench, records, now);
    const requestsBefore = bench.standIn.requests.length;
    const [virtualFrom, realFrom] = [now, performance.now()];
    for (;;) {
      const { settled, nextAt } = await engine.deliverDue(now);
      done += settled;
      told(done);
      if (nextAt === null) break;
      now = nextAt;
    }
    const seconds = (performance.now() - realFrom) / 1_000;
    const requests = bench.standIn.requests.length - requestsBefore;
    const { text, rate } = LIMITS[bench.tool.vendor] ?? { text: 'not known', rate: null };
    return {
      tool: key,
      what,
      requests,
      recordsPerRequest: records.length / requests,
      recordsPerSecond: records.length / seconds,
      limit: text,
      limitSeconds: rate === null ? null : requests / rate,
      pacedSeconds: (now - virtualFrom) / SECOND_MS,
    };
  };

  const measures = [
    await round('first', first),
    await round(
      'change',
      first.map((record) => ended(record, bench.tool.subject)),
    ),
  ];
  const [counts] = await store.toolCounts();
  await store.close();
  await bench.standIn.close();
  if (counts?.settled !== changes) throw new Error(`${key}: ${JSON.stringify(counts)} of ${changes}`);
  return measures;
};
