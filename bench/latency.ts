/**
 * How long it takes until a tool knows: from a webhook's first byte to the attributes applied in Braze.
 *
 *   node bench/latency.ts [--people 400] [--rate 20] [--crowd 1000] [--json]
 *
 * 1. Failed: `--people` customers fail at `--rate` a second; reason and plan are known when the invoice's notice comes.
 * 2. Paid: the same customers pay, in the same order; until Braze holds `in_dunning` false.
 * 3. Waited: as many others fail without a word of the charge, so that the relay waits for the reason until the settle
 *    window (10 s) is over. What is measured begins when the window ends.
 * 4. A crowd: `--crowd` others do the same at once, and fall due within a second or two of each other.
 *
 * The wake lag is between the instant at which time alone moves somebody and the decision, as `Audience Entered` states both.
 *
 * The relay runs as `npm start` starts it, enforcing, on a store on disk in `data/`, deleted at the end. Segment and Braze
 * are stand-ins in this process, which shares the machine with the relay. Traffic stays on 127.0.0.1 and ends by itself.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DAY_MS, instant } from '../src/domain/instant.ts';
import { SIGNATURE_HEADER, signStripe } from '../src/providers/stripe/sign.ts';
import { failedAttempt, type Happening, paidByCharge } from '../src/simulate/invoice-story.ts';
import { type BrazeStandIn, startBrazeStandIn } from '../src/simulate/vendors/braze.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../src/simulate/vendors/segment.ts';
import { describeMachine } from './machine.ts';
import { percentile } from './percentile.ts';
import { startRelay } from './servers.ts';
import { storyOf } from './story-of.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '400' },
    rate: { type: 'string', default: '20' },
    crowd: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const people = Number(values.people);
const rate = Number(values.rate);
const crowd = Number(values.crowd);

const SECRET = 'whsec_benchBenchBench';
const WRITE_KEY = 'wk_bench';
const BRAZE_KEY = 'braze-bench-key';
/** How long the relay waits for a reason from the receipt of the notice (semantics E4). */
const SETTLE_WINDOW_MS = 10_000;
/** Nobody should wait this long; what is not there by then is counted as missing. */
const PATIENCE_MS = 60_000;

const say = (line: string): void => {
  if (!values.json) console.log(line);
};

/** When Braze first held `in_dunning` of a person to be so, UTC ms. */
const watchBraze = ({ users }: BrazeStandIn) => {
  const seen = { true: new Map<string, number>(), false: new Map<string, number>() };
  users.watch({
    onWrite: ({ externalId, attributes }) => {
      const page = seen[attributes.in_dunning === true ? 'true' : 'false'];
      if (attributes.in_dunning !== undefined && !page.has(externalId)) page.set(externalId, Date.now());
    },
  });
  return seen;
};

interface Sending {
  readonly port: number;
  readonly names: readonly string[];
  /** People per second. */
  readonly rate: number;
  readonly happenings: (name: string, now: number) => readonly Happening[];
  /** The webhook from which the time runs. */
  readonly from: string;
}

/** Sends each person's webhooks one after the other; answers when the one that counts began and when it was acknowledged. */
const send = async ({ port, names, rate: perSecond, happenings, from }: Sending) => {
  const began = new Map<string, number>();
  const acknowledged = new Map<string, number>();
  const startedAt = Date.now();
  const sendOne = async (name: string): Promise<void> => {
    for (const { event } of happenings(name, Math.floor(Date.now() / 1_000) * 1_000 - 1_000)) {
      const body = JSON.stringify(event);
      const headers = {
        'content-type': 'application/json',
        [SIGNATURE_HEADER]: signStripe(body, SECRET, instant(Date.now())),
      };
      if (event.type === from) began.set(`user_${name}`, Date.now());
      const answer = await fetch(`http://127.0.0.1:${port}/webhooks/stripe`, { method: 'POST', headers, body });
      await answer.text();
      if (!answer.ok) throw new Error(`the relay answered ${answer.status}`);
      if (event.type === from) acknowledged.set(`user_${name}`, Date.now());
    }
  };
  const all = names.map(async (name, index) => {
    await sleep(startedAt + (index * 1_000) / perSecond - Date.now());
    await sendOne(name);
  });
  await Promise.all(all);
  return { began, acknowledged };
};

interface Figures {
  readonly people: number;
  readonly missing: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const toFigures = (ms: readonly number[], wanted: number): Figures => {
  const sorted = ms.toSorted((a, b) => a - b);
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    people: sorted.length,
    missing: wanted - sorted.length,
    p50Ms: round(percentile(sorted, 0.5)),
    p99Ms: round(percentile(sorted, 0.99)),
    maxMs: round(percentile(sorted, 1)),
  };
};

const between = (from: ReadonlyMap<string, number>, until: ReadonlyMap<string, number>, minusMs = 0): Figures => {
  const ms = [...from].flatMap(([user, at]) => {
    const end = until.get(user);
    return end === undefined ? [] : [end - at - minusMs];
  });
  return toFigures(ms, from.size);
};

const untilAll = async (from: ReadonlyMap<string, number>, seen: ReadonlyMap<string, number>): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline && [...from.keys()].some((user) => !seen.has(user))) await sleep(50);
};

/** Between the boundary and the decision, as every `Audience Entered` of these people states them. */
const wakeLags = ({ messages }: SegmentStandIn, of: ReadonlyMap<string, number>): Figures => {
  const lags = [...messages.values()]
    .filter(({ event, userId }) => event === 'Audience Entered' && of.has(userId ?? ''))
    .map(({ timestamp, properties }) => Date.parse(timestamp) - Date.parse(String(properties?.effective_at)));
  return toFigures(lags, of.size);
};

const describe = ({ people: count, missing, p50Ms, p99Ms, maxMs }: Figures): string =>
  `p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms, of ${count}${missing > 0 ? `, ${missing} MISSING` : ''}`;

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const [braze, segment] = await Promise.all([
  startBrazeStandIn({ key: BRAZE_KEY, now: Date.now }),
  startSegmentStandIn(WRITE_KEY),
]);
const seen = watchBraze(braze);
const relay = await startRelay(SECRET, directory, {
  MODE: 'enforce',
  SEGMENT_WRITE_KEY: WRITE_KEY,
  SEGMENT_HOST: segment.url,
  BRAZE_API_KEY: BRAZE_KEY,
  BRAZE_REST_ENDPOINT: braze.url,
});
const { port } = relay;

say(describeMachine());

const DECLINE = { declineCode: 'insufficient_funds' } as const;
const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(5, '0')}`);
const fail = (name: string, now: number): readonly Happening[] =>
  failedAttempt(storyOf(name, now), { at: now - 1_000, attempt: 1, nextAttemptAt: now + 3 * DAY_MS }, DECLINE);
const failWithoutReason = (name: string, now: number): readonly Happening[] =>
  fail(name, now).filter(({ event }) => event.type === 'invoice.payment_failed');
const pay = (name: string, now: number): readonly Happening[] =>
  paidByCharge(storyOf(name, now), { at: now, attempt: 1, automatic: false });

const measure = async (wanted: 'true' | 'false', sending: Omit<Sending, 'port'>) => {
  const sent = await send({ port, ...sending });
  await untilAll(sent.began, seen[wanted]);
  return { ...sent, latency: between(sent.began, seen[wanted]) };
};

// The first requests of a process are slow: code is compiled, connections are made. They are not what people wait for.
const warm = names('Warm', 40);
await measure('true', { names: warm, rate, happenings: fail, from: 'invoice.payment_failed' });
await measure('false', { names: warm, rate, happenings: pay, from: 'invoice.paid' });

const known = names('Known', people);
const failed = await measure('true', { names: known, rate, happenings: fail, from: 'invoice.payment_failed' });
say(`failed -> in Braze, ${rate}/s:   ${describe(failed.latency)}`);
const paid = await measure('false', { names: known, rate, happenings: pay, from: 'invoice.paid' });
say(`paid -> cleared in Braze, ${rate}/s: ${describe(paid.latency)}`);

const waiting = { happenings: failWithoutReason, from: 'invoice.payment_failed' };
const waited = await measure('true', { names: names('Waits', people), rate, ...waiting });
const waitedFigures = between(waited.acknowledged, seen.true, SETTLE_WINDOW_MS);
say(`reason unknown, after the settle window of 10 s: ${describe(waitedFigures)}`);
const massed = await measure('true', { names: names('Crowd', crowd), rate: crowd, ...waiting });
const massedFigures = between(massed.acknowledged, seen.true, SETTLE_WINDOW_MS);
say(`the same, ${crowd} within a second: ${describe(massedFigures)}`);

await sleep(2_000);
const wake = { one_by_one: wakeLags(segment, waited.began), crowd: wakeLags(segment, massed.began) };
say(`wake lag, one by one: ${describe(wake.one_by_one)}`);
say(`wake lag, ${crowd} within a second: ${describe(wake.crowd)}`);

if (values.json) {
  const figures = { failed: failed.latency, paid: paid.latency, waited: waitedFigures, crowd: massedFigures, wake };
  console.log(JSON.stringify({ machine: describeMachine(), rate, ...figures }));
}
await relay.stop();
await Promise.all([braze.close(), segment.close()]);
