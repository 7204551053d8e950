import { DAY_MS, HOUR_MS, SECOND_MS } from '../domain/instant.ts';
import type { Happening, InvoiceStory, StoryDecline } from './invoice-story.ts';
import {
  failedAttempt,
  invoiceFields,
  paidByCharge,
  RETRY_DAYS,
  subscriptionFields,
  unexecutedRetry,
} from './invoice-story.ts';
import type { CardBehaviour } from './population.ts';
import type { Random, Weights } from './random.ts';
import {
  invoiceMarkedUncollectible,
  invoicePaid,
  invoicePaymentActionRequired,
  invoiceVoided,
  subscriptionDeleted,
  subscriptionUpdated,
} from './stripe-events.ts';

/** What becomes of one renewal. `ended`: the subscription renews no more. */
export interface Fate {
  readonly happenings: readonly Happening[];
  readonly ended: boolean;
}

type Ending =
  | 'retry_succeeds'
  | 'customer_pays'
  | 'customer_cancels'
  | 'gives_up'
  | 'pays_after_the_end'
  | 'voided'
  | 'paid_out_of_band';

const DECLINES: Readonly<Record<Exclude<CardBehaviour, 'good'>, Weights<string>>> = {
  thin: { insufficient_funds: 60, generic_decline: 18, try_again_later: 8, do_not_honor: 14 },
  dead: { expired_card: 55, lost_card: 15, stolen_card: 5, pickup_card: 5, invalid_account: 20 },
  confirms: { authentication_required: 1 },
  expired: { expired_card: 1 },
};

const ENDINGS: Readonly<Record<Exclude<CardBehaviour, 'good'>, Weights<Ending>>> = {
  thin: {
    retry_succeeds: 55,
    customer_pays: 15,
    customer_cancels: 8,
    gives_up: 14,
    voided: 3,
    paid_out_of_band: 3,
    pays_after_the_end: 2,
  },
  dead: { customer_pays: 48, customer_cancels: 10, gives_up: 34, pays_after_the_end: 4, paid_out_of_band: 4 },
  confirms: { customer_pays: 80, gives_up: 20 },
  expired: { customer_pays: 60, customer_cancels: 10, gives_up: 30 },
};

const dayOf = (story: InvoiceStory, days: number): number => story.periodStart + Math.round(days * DAY_MS);

const toDecline = (code: string): StoryDecline => {
  if (code === 'expired_card') return { errorCode: 'expired_card', declineCode: 'expired_card' };
  if (code === 'authentication_required') return { errorCode: code, declineCode: code };
  return { errorCode: 'card_declined', declineCode: code };
};

/** The status change that goes with a step, as Stripe announces it. */
const becomes = (story: InvoiceStory, at: number, from: string, to: string): Happening => ({
  at,
  event: subscriptionUpdated(story.account, { ...subscriptionFields(story), at, previousStatus: from, status: to }),
});

const ends = (story: InvoiceStory, at: number, reason: string, feedback: string | null = null): Happening => ({
  at,
  event: subscriptionDeleted(story.account, {
    ...subscriptionFields(story),
    at,
    reason,
    feedback,
    automatic: reason === 'payment_failed',
  }),
});

/** The tries numbered 1 to `count`: all executed for a soft decline, only the first for one that forbids retries. */
const tries = (story: InvoiceStory, count: number, decline: StoryDecline, executes: boolean): readonly Happening[] =>
  RETRY_DAYS.slice(0, count).flatMap((day, index) => {
    const next = RETRY_DAYS[index + 1];
    const attempt = {
      at: dayOf(story, day),
      attempt: index + 1,
      nextAttemptAt: next === undefined ? null : dayOf(story, next),
    };
    const first = index === 0;
    const failed = executes || first ? failedAttempt(story, attempt, decline) : unexecutedRetry(story, attempt, 1);
    return first ? [...failed, becomes(story, attempt.at + SECOND_MS, 'active', 'past_due')] : failed;
  });

/** How many tries have been made `days` after the first. */
const triesBy = (days: number): number => RETRY_DAYS.filter((day) => day <= days).length;

interface Plot {
  readonly story: InvoiceStory;
  readonly random: Random;
  readonly decline: StoryDecline;
  readonly executes: boolean;
}

const triesOf = ({ story, decline, executes }: Plot, count: number): readonly Happening[] =>
  tries(story, count, decline, executes);

const retrySucceeds = (plot: Plot): Fate => {
  const failures = Number(plot.random.pick({ 1: 55, 2: 30, 3: 15 }));
  const at = dayOf(plot.story, RETRY_DAYS[failures] ?? 3);
  const paid = paidByCharge(plot.story, { at, attempt: failures + 1, automatic: true });
  const back = becomes(plot.story, at + SECOND_MS, 'past_due', 'active');
  return { ended: false, happenings: [...triesOf(plot, failures), ...paid, back] };
};

const customerPays = (plot: Plot): Fate => {
  const days = plot.random.whole(2, 9 * 24) / 24;
  const count = triesBy(days);
  const at = dayOf(plot.story, days) + 7 * SECOND_MS;
  const paid = paidByCharge(plot.story, { at, attempt: count, automatic: false });
  const back = becomes(plot.story, at + SECOND_MS, 'past_due', 'active');
  return { ended: false, happenings: [...triesOf(plot, count), ...paid, back] };
};

const customerCancels = (plot: Plot): Fate => {
  const { story, random } = plot;
  const days = random.whole(6, 5 * 24) / 24;
  const feedback = random.pick({ too_expensive: 5, unused: 3, switched_service: 2, missing_features: 1 });
  const at = dayOf(story, days) + 11 * SECOND_MS;
  const endsAt = at + 2 * DAY_MS;
  const asked = subscriptionUpdated(story.account, {
    ...subscriptionFields(story),
    at,
    status: 'past_due',
    cancelAtPeriodEnd: true,
    cancelAt: endsAt,
    reason: 'cancellation_requested',
    feedback,
    automatic: false,
  });
  const end = ends(story, endsAt, 'cancellation_requested', feedback);
  return { ended: true, happenings: [...triesOf(plot, triesBy(days)), { at, event: asked }, end] };
};

/** How Stripe leaves the subscription after the last try. By the account's settings; here a share of each, to show all. */
const LEFT = { canceled: 11, unpaid: 6, past_due: 3 } as const;

const canceledAtOnce = ({ story, random }: Plot, at: number): readonly Happening[] => {
  const uncollectible = invoiceMarkedUncollectible(story.account, {
    ...invoiceFields(story),
    at,
    attempt: 4,
    uncollectibleReason: 'max_payment_attempts',
  });
  const settled = random.pick({ uncollectible: 1, left_open: 1 });
  const marked = settled === 'uncollectible' ? [{ at, event: uncollectible }] : [];
  return [...marked, ends(story, at, 'payment_failed')];
};

const isLeft = (plot: Plot, at: number): readonly Happening[] => {
  const { story, random } = plot;
  switch (random.pick(LEFT)) {
    case 'canceled':
      return canceledAtOnce(plot, at);
    case 'unpaid':
      return [becomes(story, at, 'past_due', 'unpaid')];
    case 'past_due':
      // Somebody tidies up before the next renewal is due.
      return [ends(story, at + random.whole(2, 14) * DAY_MS, 'cancellation_requested')];
  }
};

const givesUp = (plot: Plot): Fate => {
  const at = dayOf(plot.story, RETRY_DAYS[3]) + 3 * SECOND_MS;
  return { ended: true, happenings: [...triesOf(plot, 4), ...isLeft(plot, at)] };
};

const paysAfterTheEnd = (plot: Plot): Fate => {
  const at = dayOf(plot.story, RETRY_DAYS[3] + plot.random.whole(1, 6));
  const paid = paidByCharge(plot.story, { at, attempt: 4, automatic: false });
  return { ended: true, happenings: [...givesUp(plot).happenings, ...paid] };
};

const voided = (plot: Plot): Fate => {
  const { story, random } = plot;
  const at = dayOf(story, 1) + random.whole(1, 20) * HOUR_MS;
  const event = invoiceVoided(story.account, { ...invoiceFields(story), at, automatic: false });
  const back = becomes(story, at + SECOND_MS, 'past_due', 'active');
  return { ended: false, happenings: [...triesOf(plot, 1), { at, event }, back] };
};

const paidOutOfBand = (plot: Plot): Fate => {
  const { story, random } = plot;
  const at = dayOf(story, 3) + random.whole(1, 100) * HOUR_MS;
  const event = invoicePaid(story.account, {
    ...invoiceFields(story),
    at,
    attempt: 2,
    outOfBand: true,
    amountPaid: story.account.shape === 'legacy' ? 0 : story.amount,
    automatic: false,
  });
  const back = becomes(story, at + SECOND_MS, 'past_due', 'active');
  return { ended: false, happenings: [...triesOf(plot, 2), { at, event }, back] };
};

const TELL: Readonly<Record<Ending, (plot: Plot) => Fate>> = {
  retry_succeeds: retrySucceeds,
  customer_pays: customerPays,
  customer_cancels: customerCancels,
  gives_up: givesUp,
  pays_after_the_end: paysAfterTheEnd,
  voided,
  paid_out_of_band: paidOutOfBand,
};

/** A bank that wants a confirmation: Stripe says so in a notice of its own beside the failure. */
const withActionRequired = (story: InvoiceStory, fate: Fate): Fate => {
  const at = story.periodStart + SECOND_MS;
  const event = invoicePaymentActionRequired(story.account, {
    ...invoiceFields(story),
    at,
    nextAttemptAt: dayOf(story, RETRY_DAYS[1]),
  });
  return { ...fate, happenings: [{ at, event }, ...fate.happenings] };
};

/** Share of the renewals that a shaky card fails: an account runs low in some months, a dead card fails them all. */
const FAILS: Readonly<Record<Exclude<CardBehaviour, 'good'>, number>> = {
  thin: 0.6,
  dead: 1,
  confirms: 1,
  expired: 1,
};

/** Draws what becomes of a renewal of a customer with such a card. */
export const drawFate = (random: Random, card: CardBehaviour, story: InvoiceStory): Fate => {
  const paid = paidByCharge(story, { at: story.periodStart, attempt: 1, automatic: true });
  if (card === 'good' || random.next() >= FAILS[card]) return { happenings: paid, ended: false };
  const decline = toDecline(random.pick(DECLINES[card]));
  const ending = random.pick(ENDINGS[card]);
  const fate = TELL[ending]({ story, random, decline, executes: card === 'thin' });
  return card === 'confirms' ? withActionRequired(story, fate) : fate;
};
