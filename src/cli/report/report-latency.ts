import { instant } from '../../domain/instant.ts';
import { latencyReport, type StepLatency } from '../../report/latency-report.ts';
import type { CliDoors } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { alignRows, clean, heading, paint, say, sayJson } from '../terminal.ts';
import { type ReportOptions, showMs, showSince, toCsv } from './figures-text.ts';

const WORDS = { decide: 'received → decided', segment: 'decided → Segment', tool: 'decided →' } as const;

const RECORDER_MARK = '*';

const stepOf = ({ step, name, channel }: StepLatency): string => {
  const words =
    step === 'segment' ? WORDS.segment : `${WORDS[step]} ${step === 'decide' ? `(${clean(name)})` : clean(name)}`;
  return words + (channel === 'recorder' ? RECORDER_MARK : '');
};

/** Lines of at most 80 columns: one step and its figures each. */
export const latencyLines = (steps: readonly StepLatency[]): readonly string[] => {
  const rows = steps.map((step) => [
    stepOf(step),
    String(step.count),
    ...[step.p50Ms, step.p95Ms, step.p99Ms, step.maxMs].map(showMs),
  ]);
  const lines = alignRows([['step', 'count', 'p50', 'p95', 'p99', 'most'], ...rows], [1, 2, 3, 4, 5]);
  const isRecorded = steps.some(({ channel }) => channel === 'recorder');
  return isRecorded ? [...lines, `${RECORDER_MARK} kept by a recorder, and not sent`] : lines;
};

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
      const [head = '', ...lines] = latencyLines(report.steps);
      if (report.steps.length === 0) say('Nothing was decided or delivered in this time.');
      else for (const line of [paint('dim', head), ...lines]) say(line);
    }
    return EXIT.done;
  } finally {
    await store.close();
  }
};
