import { BLOCKS, fitColumns, type Glyphs, mirrorPlot, PLAIN, sparkline } from '../plots.ts';
import { columns, heading, paint, say } from '../terminal.ts';
import { hasBlocks } from '../unicode.ts';
import type { AudienceSeries } from './demo-audiences.ts';
import type { DemoRun } from './demo-run.ts';

const ROWS = 6;
const WIDEST = 120;
const RECOVERED = 'dunning_recovered';

const glyphs = (): Glyphs => (hasBlocks(process.env, process.stdout.isTTY === true) ? BLOCKS : PLAIN);
const width = (): number => Math.min(columns(), WIDEST);

const showTitle = (recovered: readonly number[], days: number, drawn: number): void => {
  heading('People in dunning and recovered, at the end of each day');
  const share = days > drawn ? `; ${Math.round((days / drawn) * 10) / 10} days a column, the highest of them` : '';
  const below = recovered.length > 0 ? `, ${paint('green', 'recovered in the last 7 days below')}` : '';
  say(`  ${paint('yellow', 'in dunning above')}${below}${paint('dim', `; day 1 to ${days}${share}`)}`);
};

/** The demo's two sides of dunning on one axis. */
const showMirror = ({ played, audiences }: DemoRun): void => {
  const inDunning = played.inDunningPerDay;
  const recovered = audiences[RECOVERED]?.end ?? [];
  const label = String(Math.max(0, ...inDunning, ...recovered)).length;
  const room = width() - label - 4;
  showTitle(recovered, inDunning.length, Math.min(inDunning.length, room));
  const plot = mirrorPlot(fitColumns(inDunning, room), fitColumns(recovered, room), { rows: ROWS, glyphs: glyphs() });
  for (const line of plot.up) say(`  ${paint('yellow', line)}`);
  say(`  ${paint('dim', plot.axis)}`);
  if (recovered.length > 0) for (const line of plot.down) say(`  ${paint('green', line)}`);
};

const showRows = (audiences: AudienceSeries): void => {
  const rows = Object.entries(audiences).map(([key, { end, most }]) => ({
    key,
    values: most,
    peak: Math.max(0, ...most),
    now: end.at(-1) ?? 0,
  }));
  const name = Math.max(...rows.map(({ key }) => key.length));
  const digits = Math.max(3, ...rows.map(({ peak }) => String(peak).length));
  // The rest is a margin of 2, three gaps of 2, `peak ` and `now `.
  const room = width() - name - 2 * digits - 17;
  for (const { key, values, peak, now } of rows) {
    const drawn = sparkline(fitColumns(values, room), Math.max(1, peak), glyphs());
    const figures = `peak ${String(peak).padStart(digits)}  now ${String(now).padStart(digits)}`;
    say(`  ${key.padEnd(name)}  ${paint('cyan', drawn.padEnd(Math.min(room, values.length)))}  ${figures}`);
  }
};

/** Members over time: one large plot, and one row per audience, each on a scale of its own. */
export const showPlots = (run: DemoRun): void => {
  showMirror(run);
  if (Object.keys(run.audiences).length === 0) return;
  heading('Audiences: the most members at once on each day, each row up to its own peak');
  showRows(run.audiences);
};
