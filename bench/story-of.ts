import { DAY_MS } from '../src/domain/instant.ts';
import type { InvoiceStory } from '../src/simulate/invoice-story.ts';

/** The bill of somebody with a user id and a plan, whose period began a day before `now`, UTC ms. */
export const storyOf = (name: string, now: number): InvoiceStory => ({
  account: {
    shape: 'basil',
    livemode: true,
    customer: `cus_${name}`,
    userId: `user_${name}`,
    planId: 'pro',
    priceId: 'price_benchPro',
  },
  invoice: `in_${name}`,
  subscription: `sub_${name}`,
  amount: 4_900,
  currency: 'usd',
  periodStart: now - DAY_MS,
});
