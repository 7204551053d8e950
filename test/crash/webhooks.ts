import { SECOND_MS } from '../../src/domain/instant.ts';
import { type LifecycleName, lifecycle, lifecycleSpanMs } from '../../src/simulate/lifecycles.ts';
import type { Random } from '../../src/simulate/random.ts';
import { STRIPE_SHAPES, type StripeEvent } from '../../src/simulate/stripe-events.ts';

/** One webhook as Stripe holds it until somebody acknowledges it. */
export interface Webhook {
  readonly event: StripeEvent;
  readonly body: string;
}

const STORY_SHARES: Readonly<Partial<Record<LifecycleName, number>>> = {
  'renewal-failed': 55,
  'recovered-by-retry': 30,
  exhausted: 15,
};
const DUPLICATED = 0.05;
/** How far apart the webhooks of one customer are sent, as a share of the whole run; jitter puts some out of order. */
const STEP = 0.02;

const story = (random: Random, customer: number, now: number): readonly StripeEvent[] => {
  const letters = `Crash${String(customer).padStart(4, '0')}`;
  const account = {
    shape: STRIPE_SHAPES[customer % STRIPE_SHAPES.length] ?? 'basil',
    livemode: true,
    customer: `cus_${letters}`,
    userId: `user_${letters}`,
    planId: 'pro',
    priceId: 'price_pro',
  };
  const name = random.pick(STORY_SHARES as Readonly<Record<LifecycleName, number>>);
  const endsAt = now - random.whole(60, 3_600) * SECOND_MS;
  const startsAt = endsAt - lifecycleSpanMs(name, { account, startsAt: endsAt });
  return lifecycle(name, { account, startsAt: startsAt - (startsAt % SECOND_MS) }).map(({ event }) => event);
};

/**
 * Failed renewals of `customers` customers, alternating between the shapes of the API: what is still retried, what a
 * retry recovered and what ran out of retries. Stories are interleaved, some events out of order, some sent twice.
 * @param now UTC ms; every story has just ended.
 */
export const drawWebhooks = (random: Random, customers: number, now: number): readonly Webhook[] => {
  const sent: { readonly at: number; readonly webhook: Webhook }[] = [];
  for (let customer = 1; customer <= customers; customer += 1) {
    const start = random.next();
    for (const [step, event] of story(random, customer, now).entries()) {
      const webhook = { event, body: JSON.stringify(event) };
      const at = start + (step + 2 * random.next()) * STEP;
      sent.push({ at, webhook });
      if (random.next() < DUPLICATED) sent.push({ at: at + random.next() * STEP, webhook });
    }
  }
  return sent.sort((a, b) => a.at - b.at).map(({ webhook }) => webhook);
};
