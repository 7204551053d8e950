import { DAY_MS, HOUR_MS, type Instant, instant, SECOND_MS } from '../domain/instant.ts';
import type { Happening } from './invoice-story.ts';
import { type Customer, drawCustomer, drawExpiry } from './population.ts';
import { makeRandom, type Random } from './random.ts';
import { tellCustomer } from './renewals.ts';

interface ModelOptions {
  readonly seed: number;
  readonly customers: number;
  /** Length of the window, in days of 24 hours. */
  readonly days: number;
  readonly startsAt: Instant;
}

/** A webhook on its way: `rawBody` reaches the door at `arrivesAt`. */
export interface SimulatedDelivery {
  readonly arrivesAt: Instant;
  readonly rawBody: string;
}

export interface Model {
  readonly customers: readonly Customer[];
  /** In order of arrival, all inside the window. */
  readonly deliveries: readonly SimulatedDelivery[];
}

/** Apart from the customers' own streams. */
const EXPIRY_STREAMS = 1_000_000_000;

/** Share of webhooks per kind of delay. A webhook that failed at the door comes again after an hour or more. */
const DELAYS = { prompt: 930, slow: 55, retried: 15 } as const;
const DUPLICATED = 0.03;

const drawDelayMs = (random: Random): number => {
  switch (random.pick(DELAYS)) {
    case 'prompt':
      return random.whole(200, 2_500);
    case 'slow':
      return random.whole(5, 120) * SECOND_MS;
    case 'retried':
      return HOUR_MS + random.whole(0, 7 * 3_600) * SECOND_MS;
  }
};

const drawDeliveries = (random: Random, { at, event }: Happening): readonly SimulatedDelivery[] => {
  const rawBody = JSON.stringify(event);
  const arrivesAt = at + drawDelayMs(random);
  const again = random.next() < DUPLICATED ? [arrivesAt + random.whole(1, 600) * SECOND_MS] : [];
  return [arrivesAt, ...again].map((ms) => ({ arrivesAt: instant(ms), rawBody }));
};

/**
 * Customers, what happens to them, and the webhooks that tell of it: some late, some twice, in the order in which they
 * reach the door. The same options give the same bytes.
 */
export const simulate = ({ seed, customers: count, days, startsAt }: ModelOptions): Model => {
  const endsAt = startsAt + days * DAY_MS;
  const deliveries: SimulatedDelivery[] = [];
  const customers = Array.from({ length: count }, (_, index) => {
    const random = makeRandom(seed, index + 1);
    const drawn = drawCustomer(random, index + 1, startsAt);
    const customer = drawExpiry(makeRandom(seed, EXPIRY_STREAMS + index), drawn, { startsAt, days });
    for (const happening of tellCustomer(random, customer, endsAt)) {
      deliveries.push(...drawDeliveries(random, happening).filter(({ arrivesAt }) => arrivesAt < endsAt));
    }
    return customer;
  });
  return { customers, deliveries: deliveries.sort((a, b) => a.arrivesAt - b.arrivesAt) };
};
