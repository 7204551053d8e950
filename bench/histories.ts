import { DAY_MS } from '../src/domain/instant.ts';
import { type Happening, paidByCharge } from '../src/simulate/invoice-story.ts';
import { lifecycle } from '../src/simulate/lifecycles.ts';
import type { StripeAccount } from '../src/simulate/stripe-events.ts';

/** A customer with a year of monthly renewals behind it. */
export interface History {
  /** Webhooks in the order of happening; as many as were asked for. */
  readonly past: readonly Happening[];
  /** What comes after them: the renewals of the next month, event by event. */
  readonly next: readonly Happening[];
}

const MONTHS = 12;
const MONTH_MS = 30 * DAY_MS;
/** The fewest webhooks that a renewal yields; bounds from below what a subscription yields in a year. */
const FEWEST_PER_RENEWAL = 5;
/** One renewal in so many is refused at first and recovered by a retry. */
const FAILING_ONE_IN = 10;

/**
 * A customer's webhooks of the last year: as many subscriptions as it takes to have `webhooks` of them.
 * @param endsAt when the year ends, UTC ms.
 */
export const makeHistory = (customer: number, webhooks: number, endsAt: number): History => {
  const letters = customer.toString(36).padStart(14, '0');
  const account: StripeAccount = {
    shape: customer % 2 === 0 ? 'basil' : 'legacy',
    livemode: true,
    customer: `cus_${letters}`,
    userId: `user_${letters}`,
    planId: 'pro',
    priceId: 'price_benchPro',
  };
  const subscriptions = Math.max(1, Math.ceil(webhooks / (MONTHS * FEWEST_PER_RENEWAL)));
  const past: Happening[] = [];
  // The newest months first, so that a customer with few webhooks has recent ones.
  for (let month = 1; past.length < webhooks; month += 1) {
    for (let index = 0; index < subscriptions; index += 1) {
      past.push(...renewal(account, `${letters}s${index}`, month, endsAt - month * MONTH_MS + index * 60_000));
    }
  }
  const byTime = past.toSorted((a, b) => a.at - b.at);
  return { past: byTime.slice(-webhooks), next: renewal(account, `${letters}s0`, 0, endsAt) };
};

const renewal = (account: StripeAccount, letters: string, month: number, at: number): readonly Happening[] => {
  const invoice = `in_${letters}m${month}`;
  const subscription = `sub_${letters}`;
  if (month % FAILING_ONE_IN === 1) {
    const refused = lifecycle('recovered-by-retry', { account, startsAt: at, invoice, subscription });
    return refused.map(({ event, atMs }) => ({ event, at: at + atMs }));
  }
  const story = { account, invoice, subscription, amount: 4_900, currency: 'usd', periodStart: at };
  return paidByCharge(story, { at, attempt: 1, automatic: true });
};
