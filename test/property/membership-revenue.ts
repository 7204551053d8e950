import type { PricedItem, SubscriptionState } from '../../src/domain/fact.ts';
import type { SubscriptionPlan } from './membership-plan.ts';

const item = (unitAmountMinor: number | null, interval: PricedItem['interval'], quantity = 1): PricedItem => ({
  priceId: 'price_1',
  unitAmountMinor,
  quantity,
  interval,
  intervalCount: 1,
});

const ITEMS: Readonly<Record<SubscriptionPlan['revenue'], readonly PricedItem[]>> = {
  none: [],
  monthly: [item(1_900, 'month', 3)],
  yearly: [item(10_000, 'year')],
  weekly: [{ ...item(700, 'week'), intervalCount: 2 }],
  two_items: [item(12_000, 'year'), item(250.5, 'month', 2)],
  metered: [item(1_000, 'month'), item(null, 'month')],
  discounted: [item(12_000, 'year'), item(24_000, 'year')],
};

/** What a subscription states of its prices and of what comes off them. */
export const revenueStated = (
  plan: SubscriptionPlan['revenue'],
  currency: string,
): Pick<SubscriptionState, 'currency' | 'items' | 'discounts'> => ({
  currency: plan === 'none' ? null : currency,
  items: ITEMS[plan],
  discounts:
    plan === 'discounted'
      ? [
          { percentOff: 50, amountOffMinor: null, lasts: 'once', endsAt: null },
          { percentOff: 25, amountOffMinor: null, lasts: 'forever', endsAt: null },
          { percentOff: null, amountOffMinor: 1_200, lasts: 'forever', endsAt: null },
        ]
      : [],
});
