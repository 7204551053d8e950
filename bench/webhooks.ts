/**
 * How many webhooks per second are acknowledged, which here means durable, against the least that a server could do.
 *
 *   node bench/webhooks.ts [--seconds 10] [--rounds 3] [--connections 32] [--sustain 60] [--share 0.5] [--json]
 *
 * 1. Rounds in turn: a bare node:http server that checks the signature and parses (`bare-server.ts`), then the relay as
 *    `npm start` starts it, with its loop and the recorder. Same driver, same kind of bodies, every event a new one,
 *    signed before the round. After a round of the relay its backlog is worked off before the next begins.
 * 2. For `--sustain` seconds webhooks come at `--share` of the bare server's rate (a half); the age of the oldest one that the loop
 *    has not read is sampled every five seconds (a scrape of /metrics costs the relay time, as in real life) and at the
 *    end.
 *
 * Driver and server share the machine, so that both lose the driver's share. Traffic stays on 127.0.0.1 and ends by
 * itself; the store is made in `data/` and deleted.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { drive, type LoadOptions, type LoadResult } from './driver.ts';
import { describeMachine } from './machine.ts';
import { readBacklog, type ServerProcess, startBareServer, startRelay } from './servers.ts';
import { makeTraffic } from './stripe-traffic.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    sustain: { type: 'string', default: '60' },
    share: { type: 'string', default: '0.5' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const connections = Number(values.connections);
const sustainSeconds = Number(values.sustain);
const share = Number(values.share);

const SECRET = 'whsec_benchBenchBench';
/** More than any server here answers; bounds the memory of a round's signed requests. */
const PRESIGNED_PER_SECOND = 20_000;
const CUSTOMERS_PER_ROUND = 10_000_000;
const SAMPLE_MS = 5_000;

const say = (line: string): void => {
  if (!values.json) console.log(line);
};
const round1 = (value: number): number => Math.round(value * 10) / 10;

let customersUsed = 0;
const traffic = (port: number) => {
  customersUsed += CUSTOMERS_PER_ROUND;
  return makeTraffic({ secret: SECRET, port, startsAt: Date.now() - 1_000, first: customersUsed });
};

interface Load extends LoadResult {
  /** Processor time of the server per acknowledged webhook; a busy neighbour changes it less than the rate. */
  readonly cpuMicrosEach: number;
}

const measure = async (server: ServerProcess, load: Omit<LoadOptions, 'port'>): Promise<Load> => {
  const cpuBefore = server.cpuMs();
  const result = await drive({ ...load, port: server.port });
  return { ...result, cpuMicrosEach: ((server.cpuMs() - cpuBefore) * 1_000) / result.acknowledged };
};

/** As fast as the answers come, with requests made beforehand. */
const flatOut = (server: ServerProcess): Promise<Load> => {
  const { next } = traffic(server.port);
  const signedAt = Date.now();
  const requests = Array.from({ length: seconds * PRESIGNED_PER_SECOND }, () => next(signedAt)).reverse();
  return measure(server, { connections, seconds, rate: null, next: () => requests.pop() ?? null });
};

const waitUntilRead = async (relay: ServerProcess): Promise<number> => {
  const startedAt = Date.now();
  while ((await readBacklog(relay.port)).unread > 0) await sleep(500);
  return (Date.now() - startedAt) / 1_000;
};

const sustain = async (relay: ServerProcess, rate: number) => {
  const { next } = traffic(relay.port);
  const ages: number[] = [];
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      await sleep(SAMPLE_MS, undefined, { ref: false });
      if (!isOver) ages.push((await readBacklog(relay.port)).ageSeconds);
    }
  })();
  const load = await measure(relay, {
    connections: connections * 4,
    seconds: sustainSeconds,
    rate,
    next: () => next(Date.now()),
  });
  isOver = true;
  const { ageSeconds, unread } = await readBacklog(relay.port);
  await Promise.race([sampling, sleep(1)]);
  const caughtUpSeconds = await waitUntilRead(relay);
  return { rate, ...load, oldestUnreadSeconds: Math.max(0, ...ages), atEnd: { ageSeconds, unread }, caughtUpSeconds };
};

const describe = (load: Load): string =>
  `${Math.round(load.perSecond)} acknowledged/s, p50 ${round1(load.p50Ms)} ms, p99 ${round1(load.p99Ms)} ms, max ${round1(load.maxMs)} ms, CPU ${Math.round(load.cpuMicrosEach)} us each` +
  (load.failed > 0 ? `, ${load.failed} FAILED` : '');

const median = (results: readonly LoadResult[]): number =>
  results.map(({ perSecond }) => perSecond).toSorted((a, b) => a - b)[Math.floor((results.length - 1) / 2)] ?? 0;

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

say(describeMachine());
const bare = await startBareServer(SECRET);
const relay = await startRelay(SECRET, directory);
const bareRounds: Load[] = [];
const relayRounds: Load[] = [];
say(`body: about ${traffic(bare.port).next(0).length} bytes with headers; ${connections} connections\n`);

for (let round = 1; round <= rounds; round += 1) {
  const bareLoad = await flatOut(bare);
  bareRounds.push(bareLoad);
  say(`round ${round}  bare   ${describe(bareLoad)}`);
  const relayLoad = await flatOut(relay);
  relayRounds.push(relayLoad);
  say(`round ${round}  relay  ${describe(relayLoad)}`);
  const caughtUpSeconds = await waitUntilRead(relay);
  say(`                then ${round1(caughtUpSeconds)} s to read the backlog`);
}

const bareRate = median(bareRounds);
const ratio = median(relayRounds) / bareRate;
say(
  `\nmedian of ${rounds}: relay ${Math.round(median(relayRounds))}/s, bare ${Math.round(bareRate)}/s, ratio ${ratio.toFixed(2)}`,
);

const sustained = await sustain(relay, Math.floor(bareRate * share));
say(`\n${sustainSeconds} s at ${share} of the bare rate (${sustained.rate}/s): ${describe(sustained)}`);
say(
  `oldest unread webhook: at most ${round1(sustained.oldestUnreadSeconds)} s old, at the end ${round1(sustained.atEnd.ageSeconds)} s ` +
    `(${sustained.atEnd.unread} unread), all read ${round1(sustained.caughtUpSeconds)} s later`,
);
const storeMb = Math.round(statSync(`${directory}/recoup.db`).size / 1e6);
say(`store: ${storeMb} MB`);
await Promise.all([bare.stop(), relay.stop()]);
if (values.json) {
  const machine = describeMachine();
  console.log(JSON.stringify({ machine, seconds, connections, bareRounds, relayRounds, ratio, sustained, storeMb }));
}
