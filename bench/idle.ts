/**
 * What a large book costs that has nothing to do: 10,000 profiles that become due at one instant by time alone, in a book
 * of these 10,000 and in one where they are strewn among 1,000,000 others.
 *
 *   node bench/idle.ts [--due 10000] [--idle 1000000] [--months 3] [--json]
 *
 * A month: every due customer's renewal is refused, the retry three days later takes the money, the relay tells it all and
 * Braze's recorder channel is brought up to date; none of this is measured. Then the recovery is a week old and
 * everybody leaves the audience of the recovered at the same instant. Measured is
 *
 * 1. deciding them: the worker as in production, its batches and commits, on a clock that reaches the instant;
 * 2. delivering what the tool should hold from then on, to a sink that answers at once.
 *
 * Months are played in turn; what comes before the instant warms up each of them. The ratio is that of the medians. Each store lives in a process
 * of its own, whose peak memory is told. The stores are files in `data/` with the settings of production, deleted
 * at the end. What Segment is told stays queued: it is not part of the figures.
 *
 * So that a million profiles are made in minutes, one customer of each kind is told, decided and delivered by the relay and
 * its rows are copied by SQL with ids of their own (`idle-fill.ts`): 19 of 20 pay and were never in dunning, one recovered
 * months ago and has settled tool rows. Nothing of the copies is made up but that ids which are digests are
 * not the ones that the relay would compute, and that bodies of webhooks are left out, as after their retention.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DAY_MS, instant } from '../src/domain/instant.ts';
import type { Cost, MonthResult } from './idle-book.ts';
import { fillBook } from './idle-fill.ts';
import { BOOK_AT, PAYING_MARK, paidRenewal, RECOVERED_MARK, recoveredRenewal } from './idle-stories.ts';
import { openIdleWorld } from './idle-world.ts';
import { describeMachine } from './machine.ts';
import { percentile } from './percentile.ts';

const { values } = parseArgs({
  options: {
    due: { type: 'string', default: '10000' },
    idle: { type: 'string', default: '1000000' },
    months: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const due = Number(values.due);
const idle = Number(values.idle);
const months = Number(values.months);
/** Recovered so long ago that nothing of it will change by time alone. */
const LONG_AGO_MS = 150 * DAY_MS;

const say = (line: string): void => {
  if (!values.json) console.log(line);
};
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** One customer of each kind, told in full. */
const makeSeed = async (path: string): Promise<void> => {
  const { world, accept, decideAll, deliverAll } = await openIdleWorld(path);
  const longAgo = BOOK_AT - LONG_AGO_MS;
  const play = async (webhooks: ReturnType<typeof paidRenewal>): Promise<void> => {
    for (const webhook of webhooks) {
      const now = instant(webhook.at + DAY_MS / 24);
      await accept([webhook]);
      await decideAll(now);
      await deliverAll(now);
    }
  };
  await play(recoveredRenewal(RECOVERED_MARK, -5, longAgo));
  await decideAll(instant(BOOK_AT));
  await deliverAll(instant(BOOK_AT));
  await play(paidRenewal(PAYING_MARK, BOOK_AT));
  await world.store.close();
};

interface Book {
  readonly name: string;
  readonly path: string;
  readonly child: ChildProcess;
  readonly results: MonthResult[];
}

const openBook = async (name: string, profiles: number): Promise<Book> => {
  const path = `${directory}/${profiles}.db`;
  const spacing = Math.floor(profiles / due);
  const startedAt = performance.now();
  let told = startedAt;
  await fillBook(path, `${directory}/seed.db`, { profiles, spacing }, (filled) => {
    if (performance.now() - told < 10_000 && filled < profiles) return;
    told = performance.now();
    say(`${name}: ${filled} of ${profiles} profiles after ${seconds(told - startedAt)}`);
  });
  const child = fork(`${import.meta.dirname}/idle-book.ts`, [path, String(due), String(spacing)]);
  // The bench may be interrupted: nothing that it started may outlive it.
  process.once('exit', () => child.kill('SIGKILL'));
  child.once('exit', (code) => {
    if (code !== 0) process.exit(1);
  });
  return { name, path, child, results: [] };
};

const playMonth = async ({ child, results }: Book, month: number): Promise<MonthResult> => {
  child.send(month);
  const [result] = (await once(child, 'message')) as [MonthResult];
  results.push(result);
  return result;
};

const describe = ({ decide, deliver, lagMs, peakBytes }: MonthResult): string =>
  `decide ${seconds(decide.ms)} (CPU ${seconds(decide.cpuMs)}), last ${seconds(lagMs)} late; ` +
  `deliver ${seconds(deliver.ms)} (CPU ${seconds(deliver.cpuMs)}); peak ${megabytes(peakBytes)} MB`;

const median = (numbers: readonly number[]): number =>
  percentile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );

const summarise = ({ results, path }: Book) => {
  const of = (part: (result: MonthResult) => number): number => median(results.map(part));
  const cost = (part: 'decide' | 'deliver'): Cost => ({ ms: of((r) => r[part].ms), cpuMs: of((r) => r[part].cpuMs) });
  const peakBytes = Math.max(...results.map((result) => result.peakBytes));
  const fileBytes = statSync(path).size;
  return { decide: cost('decide'), deliver: cost('deliver'), lagMs: of(({ lagMs }) => lagMs), peakBytes, fileBytes };
};

say(describeMachine());
await makeSeed(`${directory}/seed.db`);
const alone = await openBook('alone', due);
const large = await openBook('large', due + idle);
for (let month = 1; month <= months; month += 1) {
  // In turn, and the other first each time, so that a drift of the machine falls on both.
  for (const book of month % 2 === 0 ? [alone, large] : [large, alone]) {
    const result = await playMonth(book, month);
    say(`month ${month}  ${book.name}  ${describe(result)}`);
  }
}

const [a, b] = [summarise(alone), summarise(large)];
for (const { child } of [alone, large]) {
  child.send('end');
  await once(child, 'exit');
}
const ratioOf = (part: 'decide' | 'deliver', of: keyof Cost): number => b[part][of] / a[part][of];
const ratios = {
  decide: { time: ratioOf('decide', 'ms'), cpu: ratioOf('decide', 'cpuMs') },
  deliver: { time: ratioOf('deliver', 'ms'), cpu: ratioOf('deliver', 'cpuMs') },
};
say(`\nmedians of ${months} months, ${due} due`);
for (const [name, { fileBytes, ...result }] of [
  ['alone', a],
  ['large', b],
] as const) {
  say(`${name}  ${describe(result)}; file ${megabytes(fileBytes)} MB`);
}
for (const part of ['decide', 'deliver'] as const) {
  say(`${part}: ratio ${ratios[part].time.toFixed(2)}, of CPU time ${ratios[part].cpu.toFixed(2)}`);
}
if (values.json)
  console.log(JSON.stringify({ machine: describeMachine(), due, idle, months, alone: a, large: b, ratios }));
