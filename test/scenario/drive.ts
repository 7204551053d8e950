import { earliest, type Instant } from '../../src/domain/instant.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import type { DeliverySource, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import type { makeVirtualClock } from '../../src/simulate/time-machine.ts';

/** A relay whose every step is the caller's. */
export interface Driven {
  /** Stores webhooks as the door would, decides, and sends nothing. */
  readonly take: (rawBodies: readonly string[], now: Instant, source?: DeliverySource) => Promise<void>;
  /** Decides and sends whatever is due. */
  readonly settle: (now: Instant) => Promise<void>;
  /** Wakes at every instant up to and including `until` at which something is due. */
  readonly passTime: (until: Instant) => Promise<void>;
}

export interface Drivable {
  readonly store: Store;
  readonly clock: ReturnType<typeof makeVirtualClock>;
  /** The one of now: a restart makes another. */
  readonly engine: () => Engine;
  /** Is told each instant at which nothing is left to do. */
  readonly onRest?: (now: Instant) => void;
}

/** Steps that one instant may take before it counts as a loop without end. */
const MAX_STEPS = 2_000;

/** Does what the relay's loops do, on a clock that only the caller moves. */
export const drive = ({ store, clock, engine, onRest = () => {} }: Drivable): Driven => {
  /** When a deliverer wants to be called again; a commit wakes it. */
  let wantsAt: Instant | null = null;

  const decide = async (now: Instant): Promise<number> => {
    let decided = 0;
    for (let count = await engine().runDue(now); count > 0; count = await engine().runDue(now)) decided += count;
    return decided;
  };
  const settle = async (now: Instant): Promise<void> => {
    clock.moveTo(now);
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const decided = await decide(now);
      const step = await engine().deliverDue(now);
      wantsAt = step.nextAt;
      if (decided === 0 && step.settled === 0 && (wantsAt === null || wantsAt > now)) return onRest(now);
    }
    throw new Error(`no rest at ${new Date(now).toISOString()}`);
  };

  return {
    settle,
    take: async (rawBodies, now, source) => {
      clock.moveTo(now);
      await store.accept(rawBodies.map((rawBody) => toDelivery(stripe, rawBody, now, source)));
      if ((await decide(now)) > 0) wantsAt = now;
    },
    passTime: async (until) => {
      for (;;) {
        const next = earliest(await store.nextDueAt(), wantsAt);
        if (next === null || next > until) break;
        await settle(next > clock.now() ? next : clock.now());
      }
      clock.moveTo(until);
    },
  };
};
