import { counted } from '../../domain/words.ts';
import type { Leak } from '../../report/leak.ts';
import { PLOT_BOUNDS_MS, type SuppressionReport, type ToolSuppression } from '../../report/suppression-report.ts';
import { COMMAND } from '../command-line.ts';
import { BLOCKS, type Glyphs, PLAIN, shareBar } from '../plots.ts';
import { alignRows, clean, columns, heading, isTerminal, paint, say } from '../terminal.ts';
import { hasBlocks } from '../unicode.ts';
import { wrap } from '../wrap.ts';
import { showMs, showSince } from './figures-text.ts';

const SHOWN_LEAKS = 20;
const BAR_COLUMNS = 30;
/** Without `acknowledged`, which is the first table's. */
const LAYERS = ['decided', 'state', 'exit', 'verified'] as const;

const nameOf = ({ tool, channel }: ToolSuppression): string =>
  clean(tool) + (channel === 'recorder' ? ' (recorder)' : '');

const shown = (ms: number | undefined): string => (ms === undefined ? '–' : showMs(ms));

/** Rounded down: only all of them are 100 %. */
const showShare = (share: number | null): string => (share === null ? '–' : `${Math.floor(share * 1_000) / 10} %`);

const sayTable = (tools: readonly ToolSuppression[]): void => {
  const rows = tools.map((tool) => {
    const { acknowledged } = tool.layers;
    const figures = [acknowledged?.p50Ms, acknowledged?.p95Ms, acknowledged?.p99Ms, acknowledged?.maxMs].map(shown);
    return [nameOf(tool), String(tool.count), ...figures, showShare(tool.shareOnTime), String(tool.openLeaks)];
  });
  const head = ['tool', 'ended', 'p50', 'p95', 'p99', 'most', '≤ 60 s', 'open'];
  const [first = '', ...lines] = alignRows([head, ...rows], [1, 2, 3, 4, 5, 6, 7]);
  say(paint('dim', first));
  for (const [index, line] of lines.entries()) say((tools[index]?.openLeaks ?? 0) > 0 ? paint('yellow', line) : line);
};

const sayLayers = (tools: readonly ToolSuppression[]): void => {
  heading('Layer by layer: p50 / p99 since the webhook came');
  const rows = tools
    .filter(({ count }) => count > 0)
    .map((tool) => [
      nameOf(tool),
      ...LAYERS.map((layer) => {
        const figures = tool.layers[layer];
        return figures === null ? '–' : `${showMs(figures.p50Ms)} / ${showMs(figures.p99Ms)}`;
      }),
    ]);
  const [first = '', ...lines] = alignRows([['tool', ...LAYERS], ...rows], [1, 2, 3, 4]);
  say(paint('dim', first));
  for (const line of lines) say(line);
};

const boundText = (index: number): string => {
  const bound = PLOT_BOUNDS_MS[index] ?? Infinity;
  return bound === Infinity ? 'longer' : `≤ ${showMs(bound)}`;
};

const sayPlot = (tools: readonly ToolSuppression[], glyphs: Glyphs): void => {
  const live = tools.filter(({ channel }) => channel === 'live');
  const counts = PLOT_BOUNDS_MS.map((_, index) => live.reduce((sum, { plot }) => sum + (plot[index] ?? 0), 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return;
  heading('Seconds to suppress, all live tools');
  const width = String(Math.max(...counts)).length;
  for (const [index, count] of counts.entries()) {
    const bar = shareBar(count / total, BAR_COLUMNS, glyphs);
    say(`${boundText(index).padStart(8)}  ${bar}  ${String(count).padStart(width)}`);
  }
};

const CAUSES: Readonly<Record<Leak['cause'], string>> = {
  dead_letter: 'refused by the tool',
  stopped: 'the tool refuses this relay',
  paused: 'the tool takes no calls now',
  retrying: 'asked, not taken yet',
  waiting: 'not sent yet',
};

const sayLeak = (leak: Leak): void => {
  const about = leak.episodeId === null ? '' : `  ${clean(leak.episodeId)}`;
  say(`${paint('bold', clean(leak.tool))}  ${clean(leak.userId ?? 'nobody named')}${about}  ${leak.reason}`);
  const word = leak.detail === null ? '' : `: ${clean(leak.detail)}`;
  for (const line of wrap(`open for ${showMs(leak.ageMs)}, ${CAUSES[leak.cause]}${word}`, columns() - 5))
    say(`     ${line}`);
  for (const line of wrap(leak.advice, columns() - 5)) say(`     ${paint('cyan', line)}`);
};

const sayLeaks = ({ leaks, openLeaks, leakAges }: SuppressionReport): void => {
  if (openLeaks === 0) {
    say();
    say(paint('green', 'No open leak: every tool acknowledged whoever is to hear no more.'));
    return;
  }
  heading(`Open leaks: ${openLeaks}`);
  const ages = leakAges.map(({ underMs, count }) => `${underMs === null ? 'older' : `< ${showMs(underMs)}`} ${count}`);
  say(paint('dim', `by age: ${ages.join(', ')}`));
  for (const leak of leaks.slice(0, SHOWN_LEAKS)) sayLeak(leak);
  if (openLeaks > SHOWN_LEAKS)
    say(`and ${counted(openLeaks - SHOWN_LEAKS, 'other')}: ${COMMAND} report suppression --json`);
};

/** Once tools are written to, what recorders would have done is of no interest beside what was done. */
const toShown = (tools: readonly ToolSuppression[]): readonly ToolSuppression[] => {
  const live = tools.filter(({ channel }) => channel === 'live');
  return live.length === 0 ? tools : live;
};

/** The report as people read it: the table, the plot, then who is open and what to do. */
export const saySuppression = (
  report: SuppressionReport,
  since: string,
  env: Readonly<Record<string, string | undefined>>,
): void => {
  heading(`Seconds to suppress ${showSince(since)}: from the webhook to each tool's word`);
  const tools = toShown(report.tools);
  if (tools.length === 0) say('Nobody who was in dunning is out of it since then.');
  else {
    sayTable(tools);
    sayLayers(tools);
    if (tools.length < report.tools.length) say(paint('dim', 'What recorders would have been told is left out.'));
    sayPlot(tools, hasBlocks(env, isTerminal()) ? BLOCKS : PLAIN);
  }
  sayLeaks(report);
};
