import { MINUTE_MS } from '../../domain/instant.ts';
import { BLOCKS, fitColumns, type Glyphs, mirrorPlot, PLAIN } from '../plots.ts';
import { saySuppression } from '../report/suppression-text.ts';
import { alignRows, columns, heading, paint, say } from '../terminal.ts';
import { hasBlocks } from '../unicode.ts';
import { wrap } from '../wrap.ts';
import type { SimulateRun } from './simulate-run.ts';

const WIDEST = 120;
const ROWS = 5;
const SHOWN = 10;

const width = (): number => Math.min(columns(), WIDEST);
const number = (value: number): string => value.toLocaleString('en-US');
const glyphs = (): Glyphs => (hasBlocks(process.env, process.stdout.isTTY === true) ? BLOCKS : PLAIN);
const told = (text: string): void => {
  for (const line of wrap(text, width() - 2)) say(`  ${line}`);
};

const showHead = ({ options, result, tookMs }: SimulateRun): void => {
  const { customers, days, seed, without, delay } = options;
  const size = `${number(customers)} customers, ${days} days, seed ${seed}: ${(tookMs / 1_000).toFixed(1)} s`;
  say(`${paint('bold', 'Recoup simulate')}  ${size}. Nothing left this machine.`);
  if (without.length > 0) say(paint('yellow', `  Left out: ${without.join(', ')}`));
  const late = Object.entries(delay).map(([layer, ms]) => `${layer} by ${number(ms / MINUTE_MS)} min`);
  if (late.length > 0) say(paint('yellow', `  Late: ${late.join(', ')}`));
  showTraffic(result);
};

/** Where tools were down for days, most of what went wrong are calls that asked whether they were back. */
const showTraffic = ({ webhooks, tools, restarts }: SimulateRun['result']): void => {
  const faults = Object.values(tools).flatMap((each) => Object.entries(each.faults));
  const sum = (counts: readonly (readonly [string, number])[]): string =>
    number(counts.reduce((total, [, count]) => total + count, 0));
  const down = faults.filter(([kind]) => kind === 'outage');
  const other = faults.filter(([kind]) => kind !== 'outage');
  const requests = Object.entries(tools).map(([tool, each]) => [tool, each.requests] as const);
  told(`${number(webhooks)} webhooks, ${sum(requests)} requests to tools; the relay was restarted ${restarts} times`);
  if (down.length > 0)
    told(`${sum(down)} requests found a tool down: mostly one call every few minutes, to see whether it is back`);
  if (other.length > 0)
    told(
      `${sum(other)} requests to a tool that was up went wrong: refused, throttled, cut off, garbled or applied late`,
    );
};

const showPlot = ({ result: { inDunningPerDay, messagesPerDay } }: SimulateRun): void => {
  heading('People in dunning above, messages sent below, day by day');
  const room = width() - String(Math.max(...inDunningPerDay, ...messagesPerDay)).length - 4;
  const fitted = [inDunningPerDay, messagesPerDay].map((values) => fitColumns(values, room));
  const plot = mirrorPlot(fitted[0] ?? [], fitted[1] ?? [], { rows: ROWS, glyphs: glyphs() });
  for (const line of plot.up) say(`  ${paint('yellow', line)}`);
  say(`  ${paint('dim', plot.axis)}`);
  for (const line of plot.down) say(`  ${paint('cyan', line)}`);
};

const showMessages = ({ result }: SimulateRun): void => {
  const { verdict, flows, messages } = result;
  heading('Messages');
  const violations = verdict.wrong.filter(({ isExcused }) => !isExcused);
  const excused = verdict.wrong.length - violations.length;
  const zero = verdict.wrong.length === 0;
  say(
    paint(
      zero ? 'green' : 'red',
      `  ${number(verdict.wrong.length)} of ${number(messages)} went to somebody suppressed`,
    ),
  );
  if (excused > 0)
    told(`${number(excused)} of them while no layer could work: no guard was asked, and the tool was out or late`);
  for (const { tool, userId, at } of violations.slice(0, SHOWN))
    say(paint('red', `  ${tool} to ${userId} at ${new Date(at).toISOString()}`));
  told(
    `${number(verdict.served)} people were to be reached and were, ${number(verdict.missed.length)} were missed with nothing in the way`,
  );
  const head = ['tool', 'entered', 'sent', 'exited', 'state stopped', 'guard stopped'];
  const rows = Object.entries(flows).map(([tool, { entries, sent, exited, stoppedByState, stoppedByGuard }]) => [
    tool,
    ...[entries, sent, exited, stoppedByState, stoppedByGuard].map(number),
  ]);
  const [first = '', ...lines] = alignRows([head, ...rows], [1, 2, 3, 4, 5]);
  say(`  ${paint('dim', first)}`);
  for (const line of lines) say(`  ${line}`);
};

const showRecovery = ({ result: { recovered, reactions, calls } }: SimulateRun): void => {
  heading('Recovered');
  const { retry, message, alone } = recovered;
  told(
    `${number(retry + message + alone)} failed renewals: ${number(retry)} by a retry, ${number(message)} after a message, ` +
      `${number(alone)} by the customer alone; ${number(reactions.canceled)} canceled after a message`,
  );
  told(`${number(calls.held)} who called support were held for 3 days, ${number(calls.marked)} marked as recovered`);
};

const showEnd = ({ result: { differences, hash } }: SimulateRun): void => {
  heading('In the end');
  const isRight = differences.length === 0;
  const wrong = `${number(differences.length)} things that tools hold are not true`;
  say(paint(isRight ? 'green' : 'red', isRight ? '  every tool holds what is true of everybody' : `  ${wrong}`));
  for (const { tool, userId, what, held, should } of differences.slice(0, SHOWN))
    say(`  ${tool}: ${what} of ${userId} is ${String(held)}, should be ${should}`);
  say(`  hash ${paint('bold', hash)}`);
};

/** The last page of `recoup simulate`. */
export const showSimulation = (run: SimulateRun): void => {
  showHead(run);
  showPlot(run);
  showMessages(run);
  showRecovery(run);
  saySuppression(run.ledger, new Date(run.ledger.since).toISOString().slice(0, 10), process.env);
  showEnd(run);
};
