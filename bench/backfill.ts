/**
 * A backfill of a large Stripe account: how fast it is stored, in how much memory, and whether being killed changes anything.
 *
 *   node bench/backfill.ts [--objects 1000000] [--kills 3] [--decide] [--json]
 *
 * A stand-in of Stripe's API answers over HTTP from a process of its own; the objects are made when they are asked for. The
 * backfill runs in another process on a store on disk with the settings of production:
 *
 * 1. once from beginning to end, which is what is measured;
 * 2. once more into another store, killed (SIGKILL) `--kills` times at places spread over it and begun again each time.
 *
 * Both stores must hold the same deliveries: each by its event id, type, ending, customer and content (bodies also hold when they
 * were read, which differs). With `--decide` the loop then reads both, and the present state of every customer must be
 * the same too; that takes longer than storing, and is timed by itself.
 *
 * Calls per second are not limited here. At Stripe's 100 a second, with 100 objects each, a backfill reads 10,000 objects
 * a second at most, and an answer over an ocean takes longer than one from this machine.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { instant } from '../src/domain/instant.ts';
import type { BackfillWord } from './backfill-child.ts';
import { openIdleWorld } from './idle-world.ts';
import { describeMachine } from './machine.ts';

const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '3' },
    decide: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const objects = Number(values.objects);
const kills = Number(values.kills);
const API_KEY = 'rk_test_bench';
const now = Date.now();

const say = (line: string): void => {
  if (!values.json) console.log(line);
};

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const startChild = (script: string, variables: Readonly<Record<string, string>>): ChildProcess => {
  const env = { PATH: process.env.PATH, STRIPE_API_KEY: API_KEY, STRIPE_NOW: String(now), ...variables };
  const child = fork(`${import.meta.dirname}/${script}`, [], { env, silent: true });
  child.stderr?.pipe(process.stderr);
  // The bench may be interrupted: nothing that it started may outlive it.
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
};

interface RunResult {
  readonly ms: number;
  readonly read: number;
  readonly stored: number;
  readonly end: Extract<BackfillWord, { readonly kind: 'end' }> | null;
}

/** Runs a backfill until it ends, or until it is killed after about `killAfter` objects. */
const run = async (path: string, url: string, killAfter: number): Promise<RunResult> => {
  const child = startChild('backfill-child.ts', { DATABASE_URL: `sqlite:${path}`, STRIPE_URL: url });
  const startedAt = performance.now();
  let read = 0;
  let stored = 0;
  let end: RunResult['end'] = null;
  child.on('message', (word: BackfillWord) => {
    if (word.kind === 'end') end = word;
    else {
      read += word.objects;
      stored += word.stored;
      if (read >= killAfter) child.kill('SIGKILL');
    }
  });
  await once(child, 'exit');
  return { ms: performance.now() - startedAt, read, stored, end };
};

/** Deliveries in order of their ids, without the instants at which they were read. */
const DELIVERIES = `SELECT event_id, event_type, ending, source, coalesce(c.customer, '') AS customer
  FROM deliveries d LEFT JOIN customers c ON c.id = d.customer_id ORDER BY d.event_id`;
/** Every customer's person and facts, once the loop has read everything. When each was read differs, and is left out. */
const STATES = `SELECT c.customer, p.user_id, p.in_dunning, f.id
  FROM customers c JOIN profiles p ON p.id = c.profile_id LEFT JOIN facts f ON f.customer_id = c.id
  ORDER BY c.customer, f.id`;

const digestOf = (path: string, sql: string): { readonly rows: number; readonly digest: string } => {
  const db = new DatabaseSync(path, { readOnly: true });
  const hash = createHash('sha256');
  let rows = 0;
  for (const row of db.prepare(sql).iterate()) {
    hash.update(JSON.stringify(row));
    rows += 1;
  }
  db.close();
  return { rows, digest: hash.digest('hex').slice(0, 16) };
};

const sizeOf = (path: string): number => statSync(path).size;
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
const rate = (count: number, ms: number): number => Math.round((count / ms) * 1_000);

const decide = async (path: string): Promise<{ readonly ms: number; readonly decided: number }> => {
  const { world, decideAll } = await openIdleWorld(path);
  const startedAt = performance.now();
  const decided = await decideAll(instant(Date.now()));
  const ms = performance.now() - startedAt;
  await world.store.close();
  return { ms, decided };
};

const standIn = startChild('stripe-stand-in.ts', { STRIPE_OBJECTS: String(objects) });
standIn.once('exit', (code) => {
  if (code === null || code === 0) return;
  throw new Error('the stand-in of Stripe could not be started');
});
const [line] = await once(standIn.stdout ?? standIn, 'data');
const url = String(line).trim();

say(describeMachine());
const wholePath = `${directory}/whole.db`;
const whole = await run(wholePath, url, Number.POSITIVE_INFINITY);
if (whole.end?.result !== 'done') throw new Error(`the backfill ended with ${whole.end?.result ?? 'a crash'}`);
const wholeDigest = digestOf(wholePath, DELIVERIES);
const bytes = sizeOf(wholePath);
say(
  `uninterrupted: ${whole.read} objects read, ${whole.stored} deliveries stored in ${(whole.ms / 1_000).toFixed(1)} s: ` +
    `${rate(whole.stored, whole.ms)} deliveries/s, ${rate(whole.read, whole.ms)} objects/s; CPU ${(whole.end.cpuMs / 1_000).toFixed(1)} s; ` +
    `peak ${megabytes(whole.end.peakBytes)} MB; file ${megabytes(bytes)} MB (${Math.round(bytes / whole.stored)} bytes per delivery)`,
);

const killedPath = `${directory}/killed.db`;
const killed: RunResult[] = [];
for (let kill = 1; kill <= kills; kill += 1) {
  killed.push(await run(killedPath, url, Math.round(whole.read / (kills + 1))));
  say(`killed after ${killed.at(-1)?.read} objects of this run`);
}
const last = await run(killedPath, url, Number.POSITIVE_INFINITY);
const killedDigest = digestOf(killedPath, DELIVERIES);
const readInAll = [...killed, last].reduce((sum, { read }) => sum + read, 0);
const isSame = last.end?.result === 'done' && wholeDigest.digest === killedDigest.digest;
say(
  `killed ${kills} times: ${readInAll} objects read in all, ${killedDigest.rows} deliveries, digest ${killedDigest.digest}; ` +
    `uninterrupted ${wholeDigest.rows}, digest ${wholeDigest.digest}: ${isSame ? 'THE SAME' : 'DIFFERENT'}`,
);

let decided: { readonly ms: number; readonly decided: number } | null = null;
let isStateSame = true;
if (values.decide) {
  decided = await decide(wholePath);
  await decide(killedPath);
  const [a, b] = [wholePath, killedPath].map((path) => digestOf(path, STATES));
  isStateSame = a?.digest === b?.digest;
  say(
    `decided: ${decided.decided} decisions in ${(decided.ms / 1_000).toFixed(1)} s ` +
      `(${rate(whole.stored, decided.ms)} deliveries/s); ${a?.rows} facts of the customers: ${isStateSame ? 'THE SAME' : 'DIFFERENT'}`,
  );
}

if (values.json) {
  const { ms, read, stored, end } = whole;
  console.log(
    JSON.stringify({
      machine: describeMachine(),
      objects,
      ms,
      read,
      stored,
      ...end,
      bytes,
      kills,
      readInAll,
      isSame,
      decided,
      isStateSame,
    }),
  );
}
standIn.kill();
process.exitCode = isSame && isStateSame ? 0 : 1;
