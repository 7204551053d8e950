import { hasEnded } from './cancel.ts';
import type { Case, Item, Subscription } from './facts.ts';
import { subscriptionFacts, subscriptionsIn } from './facts.ts';

/** What runs brings in per month, in minor units and before it is rounded, and its currency. */
export interface Revenue {
  readonly monthlyMinor: number;
  readonly currency: string;
}

/** 0010: a year is 12 months or 365 days, a week 7 of its days. */
const monthsOf = ({ interval, intervalCount }: Item): number =>
  ({ day: 12 / 365, week: (7 * 12) / 365, month: 1, year: 12 })[interval] * intervalCount;

/** 0010: items, less what lasts for ever, in the order stated; an amount comes off every bill, of the shortest period. */
const monthly = ({ items, discounts }: Subscription): number | null => {
  if (discounts === null) return null;
  if (items.some(({ unitAmountMinor }) => unitAmountMinor === null)) return null;
  const full = items.reduce((sum, item) => sum + ((item.unitAmountMinor ?? 0) * item.quantity) / monthsOf(item), 0);
  const bill = Math.min(...items.map(monthsOf));
  return discounts
    .filter(({ lasts }) => lasts === 'forever')
    .reduce((rest, { percentOff, amountOffMinor }) => {
      if (percentOff !== null) return (rest * (100 - percentOff)) / 100;
      return Math.max(0, rest - (amountOffMinor ?? 0) / bill);
    }, full);
};

/** `all`: every account of the person. Null: nothing runs, a price is not known beforehand, or several currencies. */
export const revenueOf = (all: readonly Case[]): Revenue | null => {
  const running = all.flatMap((c) =>
    subscriptionsIn(c.facts).flatMap((id) => {
      const now = subscriptionFacts(c.facts, id).at(-1)?.subscription;
      if (now === undefined || hasEnded(c.facts, id) || ['incomplete', 'incomplete_expired'].includes(now.status))
        return [];
      const counts = ['active', 'past_due'].includes(now.status) && !now.collectionPaused;
      return [{ currency: now.currency, minor: now.items.length === 0 ? null : counts ? monthly(now) : 0 }];
    }),
  );
  const [first] = running;
  if (first?.currency == null) return null;
  if (running.some(({ currency, minor }) => currency !== first.currency || minor === null)) return null;
  return { monthlyMinor: running.reduce((sum, { minor }) => sum + (minor ?? 0), 0), currency: first.currency };
};
