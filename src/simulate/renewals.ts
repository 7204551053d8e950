import { DAY_MS, SECOND_MS } from '../domain/instant.ts';
import { cardRenewed, cardReplaced, subscriptionRenewed, withNewCard, withRenewedCard } from './card-changes.ts';
import { drawFate, type Fate } from './fates.ts';
import type { Happening, InvoiceStory } from './invoice-story.ts';
import type { Customer } from './population.ts';
import type { Random } from './random.ts';
import { idSuffix } from './stripe-account.ts';

const RENEWAL_MS = 30 * DAY_MS;

const storyOf = (customer: Customer, month: number, periodStart: number): InvoiceStory => {
  const { account, subscription, amount, currency } = customer;
  return { account, invoice: `in_${idSuffix(subscription)}m${month}`, subscription, amount, currency, periodStart };
};

const withCardOf = (customer: Customer, changed: Customer['account']): Customer => ({
  ...customer,
  account: changed,
  expiry: null,
});

/** What happens to an expiring card before the renewal at `until`, and the customer after it. */
const cardChange = (customer: Customer, until: number): { customer: Customer; happenings: readonly Happening[] } => {
  const { expiry, account } = customer;
  if (expiry === null || expiry.changesAt >= until) return { customer, happenings: [] };
  const story = storyOf(customer, 0, expiry.changesAt);
  switch (expiry.fate) {
    case 'replaced':
      return {
        customer: withCardOf(customer, withNewCard(account)),
        happenings: cardReplaced(story, expiry.changesAt),
      };
    case 'renewed':
      return {
        customer: withCardOf(customer, withRenewedCard(account)),
        happenings: cardRenewed(story, expiry.changesAt),
      };
    case 'fails':
    case 'still_works':
      return { customer, happenings: [] };
  }
};

const lastAt = (happenings: readonly Happening[]): number => Math.max(...happenings.map(({ at }) => at));

/** An expired card is refused; whoever pays after all does so with another. */
const refused = (random: Random, customer: Customer, story: InvoiceStory): { customer: Customer; fate: Fate } => {
  const fate = drawFate(random, 'expired', story);
  if (fate.ended) return { customer, fate };
  const replaced = cardReplaced(story, lastAt(fate.happenings) + SECOND_MS);
  return {
    customer: withCardOf(customer, withNewCard(customer.account)),
    fate: { ...fate, happenings: [...fate.happenings, ...replaced] },
  };
};

const renew = (random: Random, customer: Customer, story: InvoiceStory): { customer: Customer; fate: Fate } => {
  const { expiry } = customer;
  if (expiry?.fate === 'fails' && story.periodStart >= expiry.endsAt) return refused(random, customer, story);
  const fate = drawFate(random, customer.card, story);
  const told = expiry === null ? [] : [subscriptionRenewed(story, story.periodStart + SECOND_MS)];
  return { customer, fate: { ...fate, happenings: [...fate.happenings, ...told] } };
};

/** Everything that happens to one customer before `endsAt` (UTC milliseconds), renewal by renewal. */
export const tellCustomer = (random: Random, drawn: Customer, endsAt: number): readonly Happening[] => {
  const happenings: Happening[] = [];
  let customer = drawn;
  for (let at = drawn.renewsAt, month = 1; at < endsAt; at += RENEWAL_MS, month += 1) {
    const change = cardChange(customer, at);
    const renewal = renew(random, change.customer, storyOf(change.customer, month, at));
    happenings.push(...change.happenings, ...renewal.fate.happenings);
    if (renewal.fate.ended) return happenings;
    customer = renewal.customer;
  }
  return [...happenings, ...cardChange(customer, endsAt).happenings];
};
