/**
 * How long a template waits for the guard while the relay works.
 *
 *   node bench/guard.ts [--rate 500] [--seconds 20] [--flood 6] [--connections 32] [--share 0.5] [--json]
 *
 * 1. A flood of webhooks for `--flood` seconds says how many the relay acknowledges here (`bench/webhooks.ts`).
 * 2. Webhooks come at `--share` of that for `--seconds`, and beside them `--rate` questions a second, from a process of their
 *    own: half about people of the flood, half about those of whom webhooks come in right now, so that their answers are
 *    decided afresh.
 *
 * The relay runs as `npm start` starts it, observing, on a store on disk in `data/`, deleted at the end. Drivers and relay
 * share the machine. Traffic stays on 127.0.0.1 and ends by itself.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { drive, type LoadResult } from './driver.ts';
import { startGuardLoad } from './guard-load.ts';
import { describeMachine } from './machine.ts';
import { readBacklog, type ServerProcess, startRelay } from './servers.ts';
import { makeTraffic } from './stripe-traffic.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    flood: { type: 'string', default: '6' },
    connections: { type: 'string', default: '32' },
    share: { type: 'string', default: '0.5' },
    json: { type: 'boolean', default: false },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const floodSeconds = Number(values.flood);
const connections = Number(values.connections);
const share = Number(values.share);

const SECRET = 'whsec_benchBenchBench';
/** More than the relay answers; bounds the memory of the signed requests of the flood. */
const PRESIGNED_PER_SECOND = 8_000;
const FLOODED_FIRST = 10_000_000;
const COMING_FIRST = 20_000_000;

const say = (line: string): void => {
  if (!values.json) console.log(line);
};
const describe = ({ acknowledged, perSecond, p50Ms, p95Ms, p99Ms, maxMs, failed }: LoadResult): string =>
  `${acknowledged} answered, ${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, ` +
  `p99 ${p99Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms${failed > 0 ? `, ${failed} FAILED` : ''}`;

const trafficFrom = (relay: ServerProcess, first: number) =>
  makeTraffic({ secret: SECRET, port: relay.port, startsAt: Date.now() - 1_000, first });

const flood = (relay: ServerProcess): Promise<LoadResult> => {
  const { next } = trafficFrom(relay, FLOODED_FIRST);
  const signedAt = Date.now();
  const requests = Array.from({ length: floodSeconds * PRESIGNED_PER_SECOND }, () => next(signedAt)).reverse();
  return drive({
    port: relay.port,
    connections: 256,
    seconds: floodSeconds,
    rate: null,
    next: () => requests.pop() ?? null,
  });
};

const waitUntilRead = async (relay: ServerProcess): Promise<void> => {
  while ((await readBacklog(relay.port)).unread > 0) await sleep(500);
};

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

say(describeMachine());
const relay = await startRelay(SECRET, directory);
const capacity = await flood(relay);
say(`flood      ${describe(capacity)}`);
await waitUntilRead(relay);

const ask = { port: relay.port, rate, seconds, connections, flooded: FLOODED_FIRST, coming: COMING_FIRST };
const cpuBefore = relay.cpuMs();
const idle = await startGuardLoad({ ...ask, seconds: Math.min(5, seconds), webhooksPerSecond: 0 });
const cpuMicrosEach = Math.round(((relay.cpuMs() - cpuBefore) * 1_000) / idle.acknowledged);
say(`guard, nothing else to do      ${describe(idle)}, processor time of the relay ${cpuMicrosEach} us each`);

const webhooksPerSecond = Math.floor(capacity.perSecond * share);
const { next } = trafficFrom(relay, COMING_FIRST);
const [guard, webhooks] = await Promise.all([
  startGuardLoad({ ...ask, webhooksPerSecond }),
  drive({ port: relay.port, connections: 128, seconds, rate: webhooksPerSecond, next: () => next(Date.now()) }),
]);
say(`guard, ${webhooksPerSecond} webhooks/s beside it  ${describe(guard)}`);
say(`webhooks                       ${describe(webhooks)}`);
const metrics = await (await fetch(`http://127.0.0.1:${relay.port}/metrics`)).text();
const answers = metrics.split('\n').filter((line) => line.startsWith('recoup_guard_answers_total'));
for (const line of answers) say(line);
await relay.stop();
if (values.json)
  console.log(
    JSON.stringify({
      machine: describeMachine(),
      capacity,
      idle,
      cpuMicrosEach,
      webhooksPerSecond,
      guard,
      webhooks,
      answers,
    }),
  );
