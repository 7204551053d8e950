/**
 * What the loop costs: claim, read, decide, diff, commit; nothing else runs. Sending to Segment is not part of it.
 *
 *   node bench/loop.ts [--deliveries 200000] [--sizes 10,40,160,640,2000] [--tools braze] [--seed 1] [--any-core] [--json]
 *
 * 1. Backlog: `--deliveries` stored webhooks of customers whose number of webhooks is log-normal, median 40, 99th
 *    percentile 2,000. The loop reads them all. It decides a customer with all its unread webhooks at once.
 * 2. One by one: each of those customers gets one more webhook at a time, so that each costs a whole decision over all
 *    facts of its customer. This is what a quiet day looks like, and the dearest case.
 * 3. The same for customers of exactly so many facts: how the cost grows.
 *
 * On Linux it keeps itself to one core. The store is a file in `data/` with the settings of production, deleted at the
 * end. `--tools all` decides along for every tool that `policy.yaml` has recorded, not for Braze alone.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AUDIENCES } from '../audiences/index.ts';
import { TOOLS } from '../destinations/index.ts';
import { parsePolicy } from '../src/config/policy.ts';
import { DAY_MS, instant, plus } from '../src/domain/instant.ts';
import { runDue } from '../src/pipeline/loop.ts';
import { toDelivery } from '../src/pipeline/receive.ts';
import { makeRules } from '../src/pipeline/rules.ts';
import { stripe } from '../src/providers/stripe/stripe.ts';
import type { Happening } from '../src/simulate/invoice-story.ts';
import { makeRandom } from '../src/simulate/random.ts';
import { openStore } from '../src/store/index.ts';
import { type History, makeHistory } from './histories.ts';
import { describeMachine } from './machine.ts';
import { percentile } from './percentile.ts';
import { makeStopwatch, type Shares } from './stopwatch.ts';

const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '200000' },
    sizes: { type: 'string', default: '10,40,160,640,2000' },
    seed: { type: 'string', default: '1' },
    tools: { type: 'string', default: 'braze' },
    json: { type: 'boolean', default: false },
    'any-core': { type: 'boolean', default: false },
  },
});

const isPinned = process.env.BENCH_PINNED === 'true';
if (process.platform === 'linux' && !isPinned && !values['any-core']) {
  const pinned = ['-c', '0', process.execPath, ...process.argv.slice(1)];
  const env = { ...process.env, BENCH_PINNED: 'true' };
  const { status, error } = spawnSync('taskset', pinned, { stdio: 'inherit', env });
  if (error === undefined) process.exit(status ?? 1);
}

const deliveries = Number(values.deliveries);
const sizes = values.sizes.split(',').map(Number);
/** The worker's batch: profiles decided in one transaction. */
const BATCH = 64;
const ACCEPT_BATCH = 200;
const MEDIAN_FACTS = 40;
const P99_FACTS = 2_000;
/** The standard normal's 99th percentile. */
const Z99 = 2.326;
/** Decisions of one size that are timed; fewer where customers are large, so that the bench ends. */
const FACTS_PER_SIZE = 40_000;

const END = instant(Date.UTC(2026, 5, 1));
const say = (line: string): void => {
  if (!values.json) console.log(line);
};

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const policy = parsePolicy(readFileSync('policy.yaml', 'utf8'));
if (!policy.ok) throw new Error(policy.errors.join('\n'));
const { recorded } = policy.value;
const tools = TOOLS.filter(({ key, vendor }) => (values.tools === 'all' ? recorded.includes(vendor) : key === 'braze'));
const active = tools.map(({ key, subject }) => ({ tool: key, subject, channel: 'recorder' as const }));
const stopwatch = makeStopwatch();
const store = await openStore(`sqlite:${directory}/loop.db`, { lock: true, namespace: 'bench' });
const providers = { stripe: stopwatch.time(stripe) };
const rules = makeRules({ policy: policy.value, namespace: 'bench', audiences: AUDIENCES, providers });
const world = {
  store: stopwatch.observe(store),
  rules,
  providers,
  channelFor: () => 'recorder' as const,
  toolsFor: () => active,
};
let customers = 0;

/** Stores webhooks as the door would, without its HTTP. */
const accept = async (happenings: readonly Happening[]): Promise<void> => {
  for (let from = 0; from < happenings.length; from += ACCEPT_BATCH) {
    const batch = happenings.slice(from, from + ACCEPT_BATCH);
    await store.accept(
      batch.map(({ event, at }) => toDelivery(stripe, JSON.stringify(event), plus(instant(at), 2_000))),
    );
  }
};

/** Runs the loop until nothing is due at `now`. */
const runUntilIdle = async (now = plus(END, 30 * DAY_MS)): Promise<number> => {
  let decided = 0;
  for (;;) {
    const count = await runDue(world, now, BATCH);
    if (count === 0) return decided;
    decided += count;
  }
};

interface Measure {
  readonly deliveries: number;
  readonly decisions: number;
  readonly perSecond: number;
  readonly microsPerDelivery: number;
  /** Of this process, garbage collection included, disk waits not: comparable between a busy machine and an idle one. */
  readonly cpuMicrosPerDelivery: number;
  readonly shares: Shares;
}

const measure = async (count: number): Promise<Measure> => {
  stopwatch.reset();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const decisions = await runUntilIdle();
  const ms = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    deliveries: count,
    decisions,
    perSecond: (count / ms) * 1_000,
    microsPerDelivery: (ms * 1_000) / count,
    cpuMicrosPerDelivery: (cpu.user + cpu.system) / count,
    shares: stopwatch.read(ms),
  };
};

const describe = ({ perSecond, microsPerDelivery, cpuMicrosPerDelivery, shares }: Measure): string =>
  `${Math.round(perSecond)}/s, ${Math.round(microsPerDelivery)} us each (CPU ${Math.round(cpuMicrosPerDelivery)} us): ` +
  Object.entries(shares)
    .map(([part, share]) => `${part} ${Math.round(share * 100)} %`)
    .join(', ');

const newHistory = (webhooks: number): History => {
  customers += 1;
  return makeHistory(customers, webhooks, END);
};

/** One more webhook for each customer, decided each by itself, for as many rounds as all of them have a next one. */
const oneByOne = async (histories: readonly History[], rounds: number): Promise<Measure> => {
  const measures: Measure[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const news = histories.flatMap(({ next }) => next.slice(round, round + 1));
    await accept(news);
    measures.push(await measure(news.length));
  }
  return join(measures);
};

/** The mean of several measures, each weighted by its deliveries, or its shares by its time. */
const join = (measures: readonly Measure[]): Measure => {
  const sum = (of: (measure: Measure) => number): number => measures.reduce((total, each) => total + of(each), 0);
  const count = sum(({ deliveries: each }) => each);
  const micros = sum((each) => each.deliveries * each.microsPerDelivery);
  const share = (part: keyof Shares): number =>
    sum((each) => each.shares[part] * each.deliveries * each.microsPerDelivery) / micros;
  return {
    deliveries: count,
    decisions: sum(({ decisions }) => decisions),
    perSecond: (count / micros) * 1e6,
    microsPerDelivery: micros / count,
    cpuMicrosPerDelivery: sum((each) => each.deliveries * each.cpuMicrosPerDelivery) / count,
    shares: {
      normalise: share('normalise'),
      decide: share('decide'),
      read: share('read'),
      write: share('write'),
      other: share('other'),
    },
  };
};

say(`${describeMachine()}${isPinned ? ', kept to core 0' : ''}; tools: ${active.map(({ tool }) => tool).join(', ')}`);

const random = makeRandom(Number(values.seed));
const sigma = Math.log(P99_FACTS / MEDIAN_FACTS) / Z99;
/** Standard normal by Box and Muller. */
const drawNormal = (): number => {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
};
const population: History[] = [];
let prefilled = 0;
const prefillStartedAt = performance.now();
while (prefilled < deliveries) {
  const drawn = Math.max(1, Math.round(MEDIAN_FACTS * Math.exp(sigma * drawNormal())));
  const history = newHistory(Math.min(drawn, deliveries - prefilled, 4 * P99_FACTS));
  population.push(history);
  prefilled += history.past.length;
  await accept(history.past);
}
const counts = population.map(({ past }) => past.length).toSorted((a, b) => a - b);
say(
  `${prefilled} webhooks of ${population.length} customers stored in ${Math.round((performance.now() - prefillStartedAt) / 1_000)} s; ` +
    `per customer p50 ${percentile(counts, 0.5)}, p99 ${percentile(counts, 0.99)}, most ${percentile(counts, 1)}\n`,
);

const backlog = await measure(prefilled);
say(`backlog      ${describe(backlog)}`);
const quiet = await oneByOne(population, 3);
say(`one by one   ${describe(quiet)}`);

say('\nfacts per customer, one webhook at a time');
const bySize: (Measure & { readonly facts: number })[] = [];
for (const facts of sizes) {
  const histories = Array.from({ length: Math.max(8, Math.min(200, Math.floor(FACTS_PER_SIZE / facts))) }, () =>
    newHistory(facts),
  );
  await accept(histories.flatMap(({ past }) => past));
  await runUntilIdle();
  const result = await oneByOne(histories, 4);
  bySize.push({ facts, ...result });
  say(`${String(facts).padStart(6)}       ${describe(result)}`);
}

const stored = await store.counts();
await store.close();
if (stored.deliveries.unread > 0 || stored.parked > 0) {
  throw new Error(`the loop left ${stored.deliveries.unread} webhooks unread and ${stored.parked} profiles parked`);
}
if (values.json) console.log(JSON.stringify({ machine: describeMachine(), prefilled, backlog, quiet, bySize }));
else say(`\nstored: ${JSON.stringify(stored.deliveries)}, calls for the recorder: ${stored.outbox.queued}`);
