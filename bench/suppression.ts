/**
 * Seconds to suppress: from a payment's webhook to the tool's word, as the relay's own ledger has it.
 *
 *   node bench/suppression.ts [--people 400] [--rate 10] [--connections 64] [--seconds 40] [--rest 80] [--json]
 *
 * 1. Full load: renewals of ever new customers, signed beforehand, come as fast as they are acknowledged, for `--seconds`.
 *    Meanwhile `--people` who were in dunning before pay, `--rate` a second.
 * 2. Idle: as many others pay at the same rate, and nothing else happens.
 *
 * Only these people are measured, by their episodes: of the load 8 % fail and recover too, most of them before anybody was
 * told. Then `--rest` seconds for what is read back. The relay runs as `npm start` starts it, enforcing, on a store on disk in
 * `data/`, deleted at the end; Segment and Braze are stand-ins in a process of their own. All share one machine.
 * Traffic stays on 127.0.0.1 and ends by itself.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DAY_MS, type Instant, instant } from '../src/domain/instant.ts';
import type { Suppression } from '../src/pipeline/suppressions/suppression-ports.ts';
import { SIGNATURE_HEADER, signStripe } from '../src/providers/stripe/sign.ts';
import { makeDurations } from '../src/report/durations.ts';
import { readPages } from '../src/report/read-pages.ts';
import { failedAttempt, type Happening, paidByCharge } from '../src/simulate/invoice-story.ts';
import { openStore } from '../src/store/index.ts';
import { drive } from './driver.ts';
import { describeMachine } from './machine.ts';
import { startRelay, startStandIns } from './servers.ts';
import { storyOf } from './story-of.ts';
import { makeTraffic } from './stripe-traffic.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '400' },
    rate: { type: 'string', default: '10' },
    connections: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '40' },
    rest: { type: 'string', default: '80' },
    json: { type: 'boolean', default: false },
  },
});
const people = Number(values.people);
const rate = Number(values.rate);
const seconds = Number(values.seconds);

const SECRET = 'whsec_benchBenchBench';
const WRITE_KEY = 'wk_bench';
const BRAZE_KEY = 'braze-bench-key';
const PATIENCE_MS = 120_000;
/** More than the relay takes while it delivers as well; what goes beyond is signed as it leaves. */
const PRESIGNED_PER_SECOND = 1_500;

const say = (line: string): void => {
  if (!values.json) console.log(line);
};

type Story = (name: string, now: number) => readonly Happening[];

const fail: Story = (name, now) =>
  failedAttempt(
    storyOf(name, now),
    { at: now - 1_000, attempt: 1, nextAttemptAt: now + 3 * DAY_MS },
    { declineCode: 'insufficient_funds' },
  );
const pay: Story = (name, now) => paidByCharge(storyOf(name, now), { at: now, attempt: 1, automatic: false });

/** Sends each person's webhooks one after the other, so many people a second. */
const send = async (port: number, names: readonly string[], story: Story): Promise<void> => {
  const startedAt = Date.now();
  const sendOne = async (name: string): Promise<void> => {
    for (const { event } of story(name, Math.floor(Date.now() / 1_000) * 1_000 - 1_000)) {
      const body = JSON.stringify(event);
      const signature = signStripe(body, SECRET, instant(Date.now()));
      const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature };
      const answer = await fetch(`http://127.0.0.1:${port}/webhooks/stripe`, { method: 'POST', headers, body });
      await answer.text();
      if (!answer.ok) throw new Error(`the relay answered ${answer.status}`);
    }
  };
  const all = names.map(async (name, index) => {
    await sleep(startedAt + (index * 1_000) / rate - Date.now());
    await sendOne(name);
  });
  await Promise.all(all);
};

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const standIns = await startStandIns({ BRAZE_API_KEY: BRAZE_KEY, SEGMENT_WRITE_KEY: WRITE_KEY });
const relay = await startRelay(SECRET, directory, {
  MODE: 'enforce',
  SEGMENT_WRITE_KEY: WRITE_KEY,
  SEGMENT_HOST: standIns.segment,
  BRAZE_API_KEY: BRAZE_KEY,
  BRAZE_REST_ENDPOINT: standIns.braze,
});
const { port } = relay;
const store = await openStore(`sqlite:${directory}/recoup.db`, { lock: false });

const untilCalm = async (): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS;
  const isCalm = async (): Promise<boolean> => {
    const [{ deliveries }, { leaks }] = [await store.counts(), await store.suppressionCounts()];
    return deliveries.unread === 0 && leaks.every(({ channel }) => channel !== 'live');
  };
  while (Date.now() < deadline && !(await isCalm())) await sleep(500);
};

/** So many entered at once that the brake holds them back, as it should: here they are meant to enter. */
const letEnter = async (): Promise<void> => {
  while ((await store.brakeStatus()).stop !== null) {
    await store.releaseBrake({ actor: 'bench', reason: 'all fail at once on purpose' }, instant(Date.now()));
    await untilCalm();
  }
};

/** Lines of the ledger that a tool had to hear of. */
const linesFrom = async (since: Instant): Promise<readonly Suppression[]> => {
  const lines: Suppression[] = [];
  await readPages(store.suppressions, since, (line) => {
    if (line.channel === 'live' && !line.neverReached) lines.push(line);
  });
  return lines;
};

/** By tool and layer, of those who paid on purpose: Segment's lines have no user id, and are known by the episode. */
const measure = (lines: readonly Suppression[], prefix: string) => {
  const mine = lines.filter(({ userId }) => userId?.startsWith(`user_${prefix}`));
  const episodes = new Set(mine.map(({ episodeId }) => episodeId));
  const layers = new Map<string, ReturnType<typeof makeDurations>>();
  let open = 0;
  for (const line of lines.filter(({ episodeId }) => episodes.has(episodeId))) {
    if (line.acknowledgedAt === null && line.overtakenAt === null) open += 1;
    for (const layer of ['decidedAt', 'acknowledgedAt', 'verifiedAt'] as const) {
      const at = line[layer];
      if (at === null) continue;
      const key = `${line.tool} ${layer.replace('At', '')}`;
      const durations = layers.get(key) ?? makeDurations();
      durations.add(at - line.receivedAt);
      layers.set(key, durations);
    }
  }
  const figures = [...layers]
    .map(([key, durations]) => ({ key, ...durations.figures() }))
    .sort((a, b) => a.key.localeCompare(b.key));
  return { people: episodes.size, open, figures };
};

const names = (prefix: string): readonly string[] =>
  Array.from({ length: people }, (_, index) => `${prefix}${String(index).padStart(5, '0')}`);

say(describeMachine());
await send(port, [...names('Loaded'), ...names('Idle')], fail);
await untilCalm();
await letEnter();

const traffic = makeTraffic({ secret: SECRET, port, startsAt: Date.now() - 1_000, first: 10_000_000 });
const connections = Number(values.connections);
const signedAt = Date.now();
const requests = Array.from({ length: seconds * PRESIGNED_PER_SECOND }, () => traffic.next(signedAt)).reverse();
const from = instant(Date.now());
const [load] = await Promise.all([
  drive({ port, connections, seconds, rate: null, next: () => requests.pop() ?? traffic.next(Date.now()) }),
  send(port, names('Loaded'), pay),
]);
say(`load: ${Math.round(load.perSecond)} acknowledged/s for ${seconds} s, ${load.failed} failed`);
await untilCalm();
await send(port, names('Idle'), pay);
await untilCalm();
await sleep(Number(values.rest) * 1_000);

const lines = await linesFrom(from);
const results = { loaded: measure(lines, 'Loaded'), idle: measure(lines, 'Idle') };
for (const [phase, { people: found, open, figures }] of Object.entries(results)) {
  say(`${phase}: ${found} of ${people} people who paid were told of before, ${open} lines open`);
  for (const { key, count, p50Ms, p95Ms, p99Ms, maxMs } of figures)
    say(`  ${key.padEnd(22)} p50 ${p50Ms} ms, p95 ${p95Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms, of ${count}`);
}
if (values.json) console.log(JSON.stringify({ machine: describeMachine(), load, ...results }));
await store.close();
await relay.stop();
standIns.stop();
