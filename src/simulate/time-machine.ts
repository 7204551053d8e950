import { setImmediate as nextTurn } from 'node:timers/promises';
import { DAY_MS, earliest, type Instant, instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { DeliveryStep } from '../pipeline/deliver.ts';
import type { Clock, Store } from '../pipeline/ports.ts';
import type { Receiver } from '../pipeline/receive.ts';
import { SIGNATURE_HEADER, signStripe } from '../providers/stripe/sign.ts';
import type { SimulatedDelivery } from './model.ts';

/** A clock that stands until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves forward to `at`; never back. */
  readonly moveTo: (at: Instant) => void;
}

/** A clock that stands at `startsAt`. */
export const makeVirtualClock = (startsAt: Instant): VirtualClock => {
  let now = startsAt;
  return {
    now: () => now,
    moveTo: (at) => {
      if (at > now) now = at;
    },
  };
};

/** The real relay, driven by hand: every part of it reads the virtual clock. */
export interface DrivenRelay {
  readonly store: Pick<Store, 'nextDueAt' | 'counts'>;
  readonly receiver: Receiver;
  /** One bounded piece of the loop; answers how many profiles were decided. */
  readonly runDue: (now: Instant) => Promise<number>;
  /** One step of the outbox and of each tool. */
  readonly deliverDue: (now: Instant) => Promise<DeliveryStep>;
}

interface TimeMachineOptions {
  readonly relay: DrivenRelay;
  readonly clock: VirtualClock;
  /** The signing secret that the relay's receiver knows for Stripe. */
  readonly secret: string;
  /** In order of arrival. */
  readonly deliveries: readonly SimulatedDelivery[];
  readonly days: number;
  /** Told after each virtual day, counted from 1. */
  readonly onDay?: (day: number) => void;
}

export interface TimeMachineResult {
  /** Webhooks by HTTP status of the relay's answer. */
  readonly answers: Readonly<Record<number, number>>;
  /** Profiles in dunning at the end of each day. */
  readonly inDunningPerDay: readonly number[];
}

/** The relay wakes once a second: what arrives within one is received together, as under load. */
const TICK_MS = SECOND_MS;

/**
 * Plays the webhooks to the relay through its front door, signed, on the virtual clock, and wakes it whenever something
 * falls due in between. A virtual month takes as long as there is work in it.
 */
export const runTimeMachine = async (options: TimeMachineOptions): Promise<TimeMachineResult> => {
  const { relay, clock, deliveries, days, onDay } = options;
  const startsAt = clock.now();
  const answers: Record<number, number> = {};
  const inDunningPerDay: number[] = [];
  let next = 0;
  /** When what is left to deliver is to go: a tool's calls are paced. */
  let deliverAt: Instant | null = null;

  const receiveUntil = async (at: Instant): Promise<void> => {
    const batch: SimulatedDelivery[] = [];
    for (let head = deliveries[next]; head !== undefined && head.arrivesAt <= at; head = deliveries[next]) {
      batch.push(head);
      next += 1;
    }
    const posted = batch.map(({ rawBody }) => post(options, rawBody));
    // No company will come before the clock moves, so the grouping of commits must not wait real time for it.
    await relay.receiver.stop();
    for (const status of await Promise.all(posted)) {
      answers[status] = (answers[status] ?? 0) + 1;
    }
  };

  const runUntil = async (until: Instant): Promise<void> => {
    for (;;) {
      const at = earliest(deliveries[next]?.arrivesAt ?? null, await relay.store.nextDueAt(), deliverAt);
      if (at === null || at > until) break;
      clock.moveTo(instant(Math.min(until, Math.ceil(Math.max(at, clock.now()) / TICK_MS) * TICK_MS)));
      await receiveUntil(clock.now());
      deliverAt = await settle(relay, clock.now());
    }
    clock.moveTo(until);
  };

  for (let day = 1; day <= days; day += 1) {
    await runUntil(plus(startsAt, day * DAY_MS));
    inDunningPerDay.push((await relay.store.counts()).inDunning);
    onDay?.(day);
    // An embedded store answers at once: without a turn of the event loop no bar would move and no Ctrl+C be heard.
    await nextTurn();
  }
  return { answers, inDunningPerDay };
};

const post = async ({ relay, clock, secret }: TimeMachineOptions, rawBody: string): Promise<number> => {
  const headers = { [SIGNATURE_HEADER]: signStripe(rawBody, secret, clock.now()) };
  const answer = await relay.receiver.receive({ provider: 'stripe', headers, rawBody: Buffer.from(rawBody, 'utf8') });
  return answer.status;
};

/** A relay that finds work a thousand times at one instant will never be done with it. */
const MAX_STEPS = 1_000;

/** Decides and delivers all that is due; answers when to deliver what is left, later than now. */
const settle = async (relay: DrivenRelay, now: Instant): Promise<Instant | null> => {
  for (let steps = 0; ; steps += 1) {
    if (steps === MAX_STEPS) throw new Error(`The loop does not come to rest at ${new Date(now).toISOString()}`);
    if ((await relay.runDue(now)) > 0) continue;
    const { settled, nextAt } = await relay.deliverDue(now);
    if (settled === 0) return nextAt === null ? null : instant(Math.max(nextAt, now + 1));
  }
};
