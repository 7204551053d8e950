import { DAY_MS, HOUR_MS, SECOND_MS } from '../../domain/instant.ts';
import { drawFate } from '../fates.ts';
import { disputeOpened } from '../interruptions.ts';
import type { Happening, InvoiceStory } from '../invoice-story.ts';
import { invoiceFields, paidByCharge, subscriptionFields } from '../invoice-story.ts';
import type { Customer } from '../population.ts';
import type { Random } from '../random.ts';
import { idSuffix } from '../stripe-account.ts';
import { invoicePaid, subscriptionDeleted, subscriptionUpdated } from '../stripe-events.ts';
import { paydayRetries } from './payday-retries.ts';

/** One renewal and all that comes of it unless somebody acts. */
export interface Renewal {
  readonly story: InvoiceStory;
  readonly happenings: readonly Happening[];
  readonly failed: boolean;
}

const MONTH_MS = 30 * DAY_MS;
/** Share of the failed renewals of an account that runs low which Smart Retries works on until a payday. */
const BY_PAYDAY = 0.5;
/** Share of the failed renewals, from the second month on, during which the customer disputes the payment before. */
const DISPUTES = 0.08;

const storyOf = (customer: Customer, month: number, periodStart: number): InvoiceStory => {
  const { account, subscription, amount, currency } = customer;
  return { account, invoice: `in_${idSuffix(subscription)}m${month}`, subscription, amount, currency, periodStart };
};

const isFailure = ({ event }: Happening): boolean => event.type === 'invoice.payment_failed';

/** A renewal that went well is told by its invoice alone: nothing else would be learned from the rest. */
const inBrief = (story: InvoiceStory): readonly Happening[] => {
  const at = story.periodStart + SECOND_MS;
  const paid = { ...invoiceFields(story), at, attempt: 1, automatic: true };
  return [{ at, event: invoicePaid(story.account, paid) }];
};

const drawRenewal = (
  random: Random,
  customer: Customer,
  story: InvoiceStory,
): Renewal & { readonly ended: boolean } => {
  const byPayday = customer.card === 'thin' && random.next() < BY_PAYDAY;
  if (byPayday && random.next() < 0.6) {
    return { story, ...paydayRetries(random, story), failed: true };
  }
  const { happenings, ended } = drawFate(random, customer.card, story);
  const failed = happenings.some(isFailure);
  return { story, happenings: failed ? happenings : inBrief(story), failed, ended };
};

/** The customer's bank takes back what was paid before: a dispute names a charge, which must have been told. */
const withDispute = (random: Random, before: Renewal, now: Renewal): readonly [Renewal, Renewal] => {
  const { story } = before;
  const told = paidByCharge(story, { at: story.periodStart, attempt: 1, automatic: true });
  const at = now.story.periodStart + random.whole(1, 5 * 24) * HOUR_MS;
  return [
    { ...before, happenings: told },
    { ...now, happenings: [...now.happenings, disputeOpened(story, at)] },
  ];
};

/** The renewals of one customer before `endsAt`, month by month, until the subscription ends. */
export const tellLife = (random: Random, customer: Customer, endsAt: number): readonly Renewal[] => {
  const renewals: Renewal[] = [];
  for (let at = customer.renewsAt, month = 1; at < endsAt; at += MONTH_MS, month += 1) {
    const { ended, ...renewal } = drawRenewal(random, customer, storyOf(customer, month, at));
    const before = renewals.at(-1);
    if (before !== undefined && !before.failed && renewal.failed && random.next() < DISPUTES) {
      renewals.splice(-1, 1, ...withDispute(random, before, renewal));
    } else renewals.push(renewal);
    if (ended) break;
  }
  return renewals;
};

/** What the customer of a failed renewal does once a message has reached them. */
export const paysByMessage = ({ story, happenings }: Renewal, at: number): readonly Happening[] => {
  const attempt = happenings.filter((each) => isFailure(each) && each.at <= at).length;
  const back = { ...subscriptionFields(story), at: at + SECOND_MS, status: 'active', previousStatus: 'past_due' };
  return [
    ...paidByCharge(story, { at, attempt, automatic: false }),
    { at: at + SECOND_MS, event: subscriptionUpdated(story.account, back) },
  ];
};

/** The same, by a customer who would rather leave: asked for now, over two days later. */
export const cancelsByMessage = ({ story }: Renewal, at: number): readonly Happening[] => {
  const endsAt = at + 2 * DAY_MS;
  const why = { reason: 'cancellation_requested', feedback: 'too_expensive', automatic: false } as const;
  const asked = { ...subscriptionFields(story), ...why, at, status: 'past_due', cancelAtPeriodEnd: true };
  return [
    { at, event: subscriptionUpdated(story.account, { ...asked, cancelAt: endsAt }) },
    { at: endsAt, event: subscriptionDeleted(story.account, { ...subscriptionFields(story), ...why, at: endsAt }) },
  ];
};
