import { DAY_MS, HOUR_MS, SECOND_MS } from '../domain/instant.ts';
import { cardReplaced, subscriptionRenewed } from './card-changes.ts';
import { expirySoonAfter } from './card-months.ts';
import { collectionPaused, disputeOpened, refunded } from './interruptions.ts';
import type { Happening, InvoiceStory, StoryDecline } from './invoice-story.ts';
import { failedAttempt, paidByCharge, RETRY_DAYS, subscriptionFields } from './invoice-story.ts';
import type { LifecycleName } from './lifecycle-names.ts';
import { idSuffix } from './stripe-account.ts';
import type { StripeAccount, StripeEvent } from './stripe-events.ts';
import { subscriptionDeleted, subscriptionUpdated } from './stripe-events.ts';

export { LIFECYCLE_SUMMARIES, LIFECYCLES, type LifecycleName } from './lifecycle-names.ts';

interface LifecycleOptions {
  readonly account: StripeAccount;
  /** When the renewal is first charged, in UTC milliseconds. */
  readonly startsAt: number;
  /** Default derived from the customer. */
  readonly invoice?: string | undefined;
  /** Default derived from the customer. */
  readonly subscription?: string | undefined;
  /** Minor units; default 4900. */
  readonly amount?: number | undefined;
  /** Default `usd`. */
  readonly currency?: string | undefined;
}

/** One webhook of a lifecycle; `atMs` is its time of happening in ms after `startsAt`. The list is in arrival order. */
interface LifecycleEvent {
  readonly event: StripeEvent;
  readonly atMs: number;
}

const INSUFFICIENT_FUNDS: StoryDecline = { declineCode: 'insufficient_funds' };

const toStory = (options: LifecycleOptions): InvoiceStory => ({
  account: options.account,
  invoice: options.invoice ?? `in_${idSuffix(options.account.customer)}`,
  subscription: options.subscription ?? `sub_${idSuffix(options.account.customer)}`,
  amount: options.amount ?? 4900,
  currency: options.currency ?? 'usd',
  periodStart: options.startsAt,
});

const daysIn = (story: InvoiceStory, days: number): number => story.periodStart + days * DAY_MS;

const statusChange = (story: InvoiceStory, at: number, previousStatus: string, status: string): Happening => ({
  at,
  event: subscriptionUpdated(story.account, { ...subscriptionFields(story), at, status, previousStatus }),
});

const renewalFailed = (story: InvoiceStory): readonly Happening[] => [
  ...failedAttempt(story, { at: daysIn(story, 0), attempt: 1, nextAttemptAt: daysIn(story, 3) }, INSUFFICIENT_FUNDS),
  statusChange(story, daysIn(story, 0) + SECOND_MS, 'active', 'past_due'),
];

const recoveredByRetry = (story: InvoiceStory): readonly Happening[] => [
  ...renewalFailed(story),
  ...paidByCharge(story, { at: daysIn(story, 3), attempt: 2, automatic: true }),
  statusChange(story, daysIn(story, 3) + SECOND_MS, 'past_due', 'active'),
];

const exhausted = (story: InvoiceStory): readonly Happening[] => {
  const retries = RETRY_DAYS.slice(1).flatMap((day, index) => {
    const next = RETRY_DAYS[index + 2];
    const nextAttemptAt = next === undefined ? null : daysIn(story, next);
    return failedAttempt(story, { at: daysIn(story, day), attempt: index + 2, nextAttemptAt }, INSUFFICIENT_FUNDS);
  });
  const unpaid = statusChange(story, daysIn(story, RETRY_DAYS[3]) + 2 * SECOND_MS, 'past_due', 'unpaid');
  return [...renewalFailed(story), ...retries, unpaid];
};

const voluntaryCancel = (story: InvoiceStory): readonly Happening[] => {
  const why = { reason: 'cancellation_requested', feedback: 'too_expensive', automatic: false } as const;
  const asked = { ...subscriptionFields(story), ...why, at: daysIn(story, 1), cancelAtPeriodEnd: true };
  const ended = { ...subscriptionFields(story), ...why, at: daysIn(story, 2) };
  return [
    ...renewalFailed(story),
    { at: asked.at, event: subscriptionUpdated(story.account, { ...asked, status: 'past_due', cancelAt: ended.at }) },
    { at: ended.at, event: subscriptionDeleted(story.account, ended) },
  ];
};

const outOfOrder = (story: InvoiceStory): readonly Happening[] => {
  const reversed = recoveredByRetry(story).toReversed();
  return [...reversed, ...reversed.filter(({ event }) => event.type === 'invoice.payment_failed')];
};

/** The story with a card that is in its last 30 days when it begins. */
const withExpiringCard = (story: InvoiceStory): InvoiceStory => {
  const card = { ...story.account.card, ...expirySoonAfter(story.periodStart) };
  return { ...story, account: { ...story.account, card } };
};

const cardExpiring = (given: InvoiceStory): readonly Happening[] => {
  const story = withExpiringCard(given);
  return [
    ...paidByCharge(story, { at: daysIn(story, 0), attempt: 1, automatic: true }),
    subscriptionRenewed(story, daysIn(story, 0) + SECOND_MS),
  ];
};

const cardReplacedInTime = (given: InvoiceStory): readonly Happening[] => [
  ...cardExpiring(given),
  ...cardReplaced(withExpiringCard(given), daysIn(given, 1)),
];

const MONTH_DAYS = 30;

const disputed = (story: InvoiceStory): readonly Happening[] => {
  const next = { ...story, periodStart: daysIn(story, MONTH_DAYS) };
  const before = { ...story, invoice: `${story.invoice}p` };
  return [
    ...paidByCharge(before, { at: story.periodStart, attempt: 1, automatic: true }),
    ...renewalFailed(next),
    disputeOpened(before, next.periodStart + 2 * SECOND_MS),
  ];
};

const paused = (story: InvoiceStory): readonly Happening[] => [
  ...renewalFailed(story),
  collectionPaused(story, story.periodStart + HOUR_MS / 2, daysIn(story, 14)),
];

const givenBack = (story: InvoiceStory): readonly Happening[] => [
  ...paidByCharge(story, { at: daysIn(story, 0), attempt: 1, automatic: true }),
  subscriptionRenewed(story, daysIn(story, 0) + SECOND_MS),
  ...refunded(story, daysIn(story, 1)),
];

const TELL: Readonly<Record<LifecycleName, (story: InvoiceStory) => readonly Happening[]>> = {
  'renewal-failed': renewalFailed,
  'recovered-by-retry': recoveredByRetry,
  exhausted,
  'voluntary-cancel': voluntaryCancel,
  'out-of-order': outOfOrder,
  'card-expiring': cardExpiring,
  'card-replaced': cardReplacedInTime,
  disputed,
  paused,
  refunded: givenBack,
};

/** The webhooks of a named lifecycle, in the order in which they arrive. */
export const lifecycle = (name: LifecycleName, options: LifecycleOptions): readonly LifecycleEvent[] =>
  TELL[name](toStory(options)).map(({ at, event }) => ({ event, atMs: at - options.startsAt }));

/** How long the lifecycle takes from its first to its last happening, in ms. */
export const lifecycleSpanMs = (name: LifecycleName, options: LifecycleOptions): number =>
  Math.max(...lifecycle(name, options).map(({ atMs }) => atMs));
