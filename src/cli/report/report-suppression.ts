import { instant, MINUTE_MS } from '../../domain/instant.ts';
import { type SuppressionReport, suppressionReport, type ToolSuppression } from '../../report/suppression-report.ts';
import type { CliDoors } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { say, sayJson } from '../terminal.ts';
import { type ReportOptions, toCsv } from './figures-text.ts';
import { saySuppression } from './suppression-text.ts';

/** A leak that is older is one to be woken for: twice the target, so that a slow answer is none. */
const ALARM_MS = 2 * MINUTE_MS;

const LAYERS = ['decided', 'state', 'exit', 'acknowledged', 'verified'] as const;

const toCsvRow = ({ tool, channel, count, shareOnTime, openLeaks, layers }: ToolSuppression) => [
  tool,
  channel,
  count,
  shareOnTime,
  openLeaks,
  ...LAYERS.flatMap((layer) => {
    const figures = layers[layer];
    return [figures?.p50Ms ?? null, figures?.p95Ms ?? null, figures?.p99Ms ?? null, figures?.maxMs ?? null];
  }),
];

const csvOf = ({ tools }: SuppressionReport): string =>
  toCsv([
    [
      'tool',
      'channel',
      'count',
      'share_within_60_s',
      'open_leaks',
      ...LAYERS.flatMap((layer) => ['p50', 'p95', 'p99', 'max'].map((figure) => `${layer}_${figure}_ms`)),
    ],
    ...tools.map(toCsvRow),
  ]);

/** `recoup report suppression`: 1 when somebody is open for longer than two minutes. */
export const reportSuppression = async (doors: CliDoors, options: ReportOptions): Promise<number> => {
  const store = await doors.openStore();
  try {
    const { since, tool } = options;
    const question = { since: since.at, now: instant(Date.now()), ...(tool === undefined ? {} : { tool }) };
    const report = await suppressionReport(store, question);
    if (options.json === true) sayJson(report);
    else if (options.csv === true) say(csvOf(report));
    else saySuppression(report, since.text, doors.env);
    return report.leaks.some(({ ageMs }) => ageMs > ALARM_MS) ? EXIT.failed : EXIT.done;
  } finally {
    await store.close();
  }
};
