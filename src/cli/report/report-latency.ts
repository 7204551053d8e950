import { instant } from '../../domain/instant.ts';
import { latencyReport, type StepLatency } from '../../report/latency-report.ts';
import type { CliDoors } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { alignRows, clean, heading, paint, say, sayJson } from '../terminal.ts';
import { type ReportOptions, showMs, showSince, toCsv } from './figures-text.ts';

const WORDS = {
  decide: 'webhook received → decided',
  segment: 'decided → Segment',
  tool: 'decided → tool acknowledged',
} as const;

const rowOf = ({ step, name, channel, count, p50Ms, p95Ms, p99Ms, maxMs }: StepLatency): readonly string[] => [
  WORDS[step],
  clean(name) + (channel === 'recorder' ? ' (recorder)' : ''),
  String(count),
  ...[p50Ms, p95Ms, p99Ms, maxMs].map(showMs),
];

const csvOf = (steps: readonly StepLatency[]): string =>
  toCsv([
    ['step', 'name', 'channel', 'count', 'p50_ms', 'p95_ms', 'p99_ms', 'max_ms'],
    ...steps.map((s) => [s.step, s.name, s.channel, s.count, s.p50Ms, s.p95Ms, s.p99Ms, s.maxMs]),
  ]);

/** `recoup report latency`. */
export const reportLatency = async (doors: CliDoors, options: ReportOptions): Promise<number> => {
  const store = await doors.openStore();
  try {
    const { since, tool } = options;
    const question = { since: since.at, now: instant(Date.now()), ...(tool === undefined ? {} : { tool }) };
    const report = await latencyReport(store, question);
    if (options.json === true) sayJson(report);
    else if (options.csv === true) say(csvOf(report.steps));
    else {
      heading(`Latency ${showSince(since.text)}`);
      const rows = report.steps.map(rowOf);
      if (rows.length === 0) say('Nothing was decided or delivered in this time.');
      const head = ['step', 'of', 'count', 'p50', 'p95', 'p99', 'most'];
      const [first, ...others] = rows.length === 0 ? [] : alignRows([head, ...rows], [2, 3, 4, 5, 6]);
      if (first !== undefined) say(paint('dim', first));
      for (const line of others) say(line);
    }
    return EXIT.done;
  } finally {
    await store.close();
  }
};
