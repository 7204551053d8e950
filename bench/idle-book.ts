/**
 * One store of `bench/idle.ts` in a process of its own, so that its memory is its own. Started with the path of the store,
 * the number of customers that fail, and their spacing; plays one month at each message and answers what it cost.
 */
import { type Instant, instant, plus, SECOND_MS } from '../src/domain/instant.ts';
import { makeWorker } from '../src/pipeline/worker.ts';
import { BOOK_AT, MONTH_MS, PAYING_MARK, RETRY_MS, recoveredRenewal, tellAll } from './idle-stories.ts';
import { openIdleWorld } from './idle-world.ts';

const HOUR_MS = 3_600 * SECOND_MS;
/** The clock starts so long before the instant at which all are due, as a relay that waits for it. */
const BEFORE_MS = 50;
/** Customers told in one go, so that the bench's own strings stay out of the memory that is measured. */
const TOLD_AT_ONCE = 500;

export interface Cost {
  readonly ms: number;
  /** Of the whole process, disk waits not. */
  readonly cpuMs: number;
}

export interface MonthResult {
  readonly decide: Cost;
  readonly deliver: Cost;
  /** How long after the instant at which all were due the last was committed. */
  readonly lagMs: number;
  /** Most resident memory of the process so far. */
  readonly peakBytes: number;
}

const [path = '', due = '0', spacing = '1'] = process.argv.slice(2);
const customers = Array.from({ length: Number(due) }, (_, index) => (index + 1) * Number(spacing));
const { world, accept, decideAll, deliverAll } = await openIdleWorld(path);

const timed = async (body: () => Promise<number>): Promise<Cost> => {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const count = await body();
  const cpu = process.cpuUsage(cpuBefore);
  if (count !== customers.length) throw new Error(`${count} instead of ${customers.length} profiles were worked off`);
  return { ms: performance.now() - startedAt, cpuMs: (cpu.user + cpu.system) / 1_000 };
};

/** The worker as in production, on a clock that runs from just before the instant; until all are committed. */
const workOff = async (dueAt: Instant): Promise<{ readonly decide: Cost; readonly lagMs: number }> => {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const startedAt = performance.now();
  const clock = { now: () => instant(dueAt - BEFORE_MS + Math.floor(performance.now() - startedAt)) };
  let decided = 0;
  const onCommit = (profiles: number): void => {
    decided += profiles;
    if (decided >= customers.length) resolve(decided);
  };
  const worker = makeWorker({ ...world, clock, onCommit, onError: reject });
  worker.start();
  const whole = await timed(() => promise);
  await worker.stop();
  return { decide: { ...whole, ms: whole.ms - BEFORE_MS }, lagMs: whole.ms - BEFORE_MS };
};

const tell = async (webhooks: ReturnType<typeof recoveredRenewal>, now: Instant): Promise<void> => {
  for (let from = 0; from < customers.length; from += TOLD_AT_ONCE) {
    await accept(tellAll(webhooks, customers.slice(from, from + TOLD_AT_ONCE)));
  }
  await decideAll(now);
  await deliverAll(now);
};

/** Everybody's renewal fails and recovers, unmeasured; then, by time alone, the recovery is a week old. */
const playMonth = async (month: number): Promise<MonthResult> => {
  const startsAt = BOOK_AT + month * MONTH_MS;
  const webhooks = recoveredRenewal(PAYING_MARK, month, startsAt);
  const [failed, recovered] = [false, true].map((isLater) =>
    webhooks.filter(({ at }) => at >= startsAt + RETRY_MS === isLater),
  );
  await tell(failed ?? [], instant(startsAt + HOUR_MS));
  await tell(recovered ?? [], instant(startsAt + RETRY_MS + HOUR_MS));
  const dueAt = await world.store.nextDueAt();
  if (dueAt === null) throw new Error('nobody is due by time alone');
  const { decide, lagMs } = await workOff(dueAt);
  const deliver = await timed(() => deliverAll(plus(dueAt, HOUR_MS)));
  return { decide, deliver, lagMs, peakBytes: process.resourceUsage().maxRSS * 1_024 };
};

// Done once after every release; the worker's own look at it must not fall into the first month.
while ((await world.store.wakeForRuleset(world.rules.hash, instant(BOOK_AT), 64)) > 0);

process.on('message', async (month: number | 'end') => {
  if (month !== 'end') return process.send?.(await playMonth(month));
  await world.store.close();
  process.disconnect();
});
