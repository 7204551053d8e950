import { setImmediate as nextTurn } from 'node:timers/promises';
import { DAY_MS, type Instant, instant, SECOND_MS } from '../../domain/instant.ts';
import type { Receiver } from '../../pipeline/receive.ts';
import { SIGNATURE_HEADER, signStripe } from '../../providers/stripe/sign.ts';
import type { DrivenRelay, VirtualClock } from '../time-machine.ts';

/** Something that has instants of its own: a flow, a tool that catches up, a read-back. */
export interface Timed {
  /** Null: nothing is to come. */
  readonly nextAt: () => number | null;
  readonly pass: (now: Instant) => Promise<void> | void;
}

export interface PlayOptions {
  readonly relay: DrivenRelay;
  readonly clock: VirtualClock;
  readonly secret: string;
  /** Webhooks as they reach the door. */
  readonly world: { readonly nextAt: () => number | null; readonly take: (now: number) => readonly string[] };
  /** Told of each webhook that the relay has acknowledged, now. */
  readonly onWebhook: (rawBody: string, now: number) => void;
  /** What the tools do by themselves, before the relay does anything at that instant. */
  readonly tools: readonly Timed[];
  /** Flows: they send as soon as their instant comes, be the relay done with what it received or not. */
  readonly flows: readonly Timed[];
  /** What happens to the relay itself. */
  readonly beside: readonly Timed[];
  /** One step of reading the tools back; null: nobody does. */
  readonly verifyDue: VerifyDue | null;
  readonly startsAt: Instant;
  readonly days: number;
  /** Told after each virtual day, counted from 1. */
  readonly onDay?: (day: number) => void;
}

type VerifyDue = (now: Instant) => Promise<{ readonly looked: number; readonly nextAt: Instant | null }>;

/** The relay wakes once a second, as under load; flows keep their own instants. */
const TICK_MS = SECOND_MS;
/** A relay that finds work so often at one instant will never be done with it. */
const MAX_STEPS = 2_000;

/** Plays a world to a relay and to the tools' flows. Answers how many webhooks were acknowledged. */
export const play = async (options: PlayOptions): Promise<number> => {
  const { relay, clock, world, tools, flows, beside, startsAt } = options;
  let received = 0;
  let deliverAt: number | null = null;
  let verifyAt: number | null = null;

  /** Delivers what is due and reads back what is due, until neither finds anything. */
  const work = async (now: Instant): Promise<void> => {
    for (;;) {
      deliverAt = await settle(relay, now);
      const seen = (await options.verifyDue?.(now)) ?? null;
      verifyAt = seen === null || seen.nextAt === null ? null : Math.max(seen.nextAt, now + 1);
      if (seen === null || seen.looked === 0) return;
    }
  };

  const passAll = async (things: readonly Timed[], now: Instant): Promise<void> => {
    for (const thing of things) {
      const at = thing.nextAt();
      if (at !== null && at <= now) await thing.pass(now);
    }
  };

  const nextInstant = async (): Promise<number | null> => {
    const now = clock.now();
    const ticks = smallest([world.nextAt(), await relay.store.nextDueAt(), deliverAt, verifyAt, ...nextOf(beside)]);
    const tick = ticks === null ? null : Math.ceil(Math.max(ticks, now) / TICK_MS) * TICK_MS;
    return smallest([tick, ...nextOf(tools), ...nextOf(flows)]);
  };

  const receive = async (now: Instant): Promise<number> => {
    const bodies = world.take(now);
    if (bodies.length === 0) return 0;
    const statuses = await post(relay.receiver, options.secret, bodies, now);
    for (const status of statuses) if (status !== 200) throw new Error(`The door answered ${status}`);
    for (const body of bodies) options.onWebhook(body, now);
    return bodies.length;
  };

  const stepTo = async (now: Instant): Promise<void> => {
    clock.moveTo(now);
    await passAll(tools, now);
    const count = await receive(now);
    received += count;
    // A message that falls due now is sent before the loop has looked at what came in.
    await passAll(flows, now);
    await passAll(beside, now);
    const dueAt = await relay.store.nextDueAt();
    if (count > 0 || [dueAt, deliverAt, verifyAt].some((at) => isDue(at, now))) await work(now);
    await passAll(flows, now);
  };

  for (let day = 1; day <= options.days; day += 1) {
    const until = instant(startsAt + day * DAY_MS);
    for (let at = await nextInstant(); at !== null && at <= until; at = await nextInstant()) {
      await stepTo(instant(Math.max(at, clock.now())));
    }
    clock.moveTo(until);
    options.onDay?.(day);
    // An embedded store answers at once: without a turn of the event loop no bar would move and no Ctrl+C be heard.
    await nextTurn();
  }
  return received;
};

const isDue = (at: number | null, now: number): boolean => at !== null && at <= now;

const nextOf = (things: readonly Timed[]): readonly (number | null)[] => things.map(({ nextAt }) => nextAt());

const smallest = (instants: readonly (number | null)[]): number | null => {
  let least: number | null = null;
  for (const at of instants) if (at !== null && (least === null || at < least)) least = at;
  return least;
};

const post = async (
  receiver: Receiver,
  secret: string,
  bodies: readonly string[],
  now: Instant,
): Promise<readonly number[]> => {
  const posted = bodies.map((body) => {
    const headers = { [SIGNATURE_HEADER]: signStripe(body, secret, now) };
    return receiver.receive({ provider: 'stripe', headers, rawBody: Buffer.from(body, 'utf8') });
  });
  // No company will come before the clock moves, so the grouping of commits must not wait real time for it.
  await receiver.stop();
  return (await Promise.all(posted)).map(({ status }) => status);
};

/** Decides and delivers all that is due; answers when to deliver what is left, later than now. */
const settle = async (relay: DrivenRelay, now: Instant): Promise<number | null> => {
  for (let steps = 0; ; steps += 1) {
    if (steps === MAX_STEPS) throw new Error(`The loop does not come to rest at ${new Date(now).toISOString()}`);
    if (isDue(await relay.store.nextDueAt(), now) && (await relay.runDue(now)) > 0) continue;
    const { settled, nextAt } = await relay.deliverDue(now);
    if (settled === 0) return nextAt === null ? null : Math.max(nextAt, now + 1);
  }
};
