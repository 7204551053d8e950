import type { ChargeState, Fact, InvoiceState, PriceRef, SubscriptionState } from '../../src/domain/fact.ts';
import { type Instant, instant, plus } from '../../src/domain/instant.ts';
import { cardEntries, customer } from './membership-cards.ts';
import type { Entry } from './membership-entry.ts';
import { BEGIN_S, DAY_S } from './membership-entry.ts';
import { disputeEntries, refundEntries } from './membership-money.ts';
import type { AttemptPlan, InvoicePlan, Life, Noise, RecordPlan, Story, SubscriptionPlan } from './membership-plan.ts';
import { revenueStated } from './membership-revenue.ts';
import { wordEntries } from './membership-words.ts';

const AMOUNT = 1900;

const at = (seconds: number): Instant => instant(Math.round(seconds * 1_000));
const dayS = (day: number): number => BEGIN_S + day * DAY_S;

/** Plans of high value are `pro`; see `POLICY_PLANS`. */
export const POLICY_PLANS = { highValue: ['pro'], ids: { price_table_pro: 'pro', prod_table_basic: 'basic' } };

/** As Stripe does: a subscription and an old invoice carry the price, a new invoice only its ids. */
const priceOf = (plan: SubscriptionPlan, details: boolean): PriceRef | null => {
  const name = plan.highValue ? 'pro' : 'basic';
  const price = { priceId: `price_${plan.plan}_${name}`, productId: `prod_${plan.plan}_${name}` };
  const bare = { ...price, lookupKey: null, planId: null, details };
  switch (plan.plan) {
    case 'metadata':
    case 'never':
      return null;
    case 'price':
    case 'late':
      return details ? { ...bare, planId: name } : bare;
    case 'lookup':
      return details ? { ...bare, lookupKey: name } : bare;
    case 'table':
    case 'ids':
      return bare;
  }
};

const withoutDetails = (price: PriceRef | null): PriceRef | null =>
  price === null ? null : { ...price, lookupKey: null, planId: null, details: false };

const metadataOf = (plan: SubscriptionPlan): string | null =>
  plan.plan !== 'metadata' ? null : plan.highValue ? 'pro' : 'basic';

const invoiceState = (story: Life, plan: InvoicePlan, index: number): InvoiceState => {
  const subscription = story.subscriptions[plan.subscription];
  const owned = plan.reason !== 'manual' && subscription !== undefined;
  return {
    id: `in_${story.tag}${index}`,
    subscription: owned ? `sub_${story.tag}${plan.subscription}` : null,
    status: 'open',
    currency: plan.subscription === 0 ? 'usd' : 'eur',
    amountDueMinor: AMOUNT,
    amountRemainingMinor: AMOUNT,
    amountPaidMinor: 0,
    collectedAutomatically: plan.reason !== 'sent',
    billingReason: plan.reason === 'sent' ? 'cycle' : plan.reason,
    attemptCount: 0,
    nextAttemptAt: null,
    dueAt: null,
    hostedUrl: null,
    paidOutOfBand: story.legacyShape ? false : null,
    uncollectibleReason: null,
    periodStart: at(dayS(plan.startDay)),
    price: owned ? priceOf(subscription, story.legacyShape && subscription.plan !== 'late') : null,
    subscriptionPlanId: owned ? metadataOf(subscription) : null,
    subscriptionUserId: null,
    userId: null,
    email: null,
    linksCharge: story.legacyShape,
    chargeId: null,
    paymentIntentId: null,
  };
};

const charge = (bill: InvoiceState, number: number, linked: boolean): ChargeState => ({
  chargeId: `ch_${bill.id}_${number}`,
  paymentIntentId: null,
  invoiceId: linked ? bill.id : null,
  amountMinor: AMOUNT,
  currency: bill.currency,
  card: null,
  paymentMethodId: null,
});

const DECLINE = {
  declineCode: 'insufficient_funds',
  errorCode: 'card_declined',
  adviceCode: null,
  networkAdviceCode: null,
  networkDeclineCode: null,
  blockedReason: null,
};

/** Was a charge made. */
const isCharged = ({ kind }: AttemptPlan): boolean => !['not_executed', 'no_card', 'to_confirm'].includes(kind);

/** Everything that is told of one attempt that failed at `atS`. */
const attemptEntries = (bill: InvoiceState, plan: AttemptPlan, atS: number, number: number): readonly Entry[] => {
  const executed = isCharged(plan);
  const linked = plan.kind === 'declined' || plan.kind === 'by_hand';
  const made = charge(bill, number, linked);
  const date = at(atS + plan.dateS);
  const bare: InvoiceState = {
    ...bill,
    price: plan.idsOnly ? withoutDetails(bill.price) : bill.price,
    chargeId: !bill.linksCharge || plan.kind === 'no_card' || plan.kind === 'to_confirm' ? null : made.chargeId,
  };
  const dated = ['notice', 'taken_back', 'restated', 'asked'].includes(plan.date);
  const notice: InvoiceState = { ...bare, nextAttemptAt: dated ? date : null };
  const updated: InvoiceState = { ...bare, nextAttemptAt: date };
  const entries: Entry[] = [];
  if (executed)
    entries.push({ atS: atS + plan.chargeS, told: { kind: 'charge_declined', charge: made, decline: DECLINE } });
  if (plan.kind === 'linked_late')
    entries.push({
      atS: atS + 4,
      told: { kind: 'invoice_payment_linked', invoiceId: bill.id, paymentIntentId: null, chargeId: made.chargeId },
    });
  if (plan.kind === 'to_confirm') entries.push({ atS, told: { kind: 'action_required', invoice: updated } });
  entries.push({ atS, told: { kind: 'attempt_failed', invoice: notice } });
  if (plan.date === 'same_second') entries.push({ atS, told: { kind: 'invoice_observed', invoice: updated } });
  if (plan.date === 'update') entries.push({ atS: atS + 5, told: { kind: 'invoice_observed', invoice: updated } });
  if (plan.date === 'restated')
    entries.push({ atS: atS + 2_400, told: { kind: 'invoice_observed', invoice: updated } });
  if (plan.date === 'taken_back') entries.push({ atS: atS + 7_200, told: { kind: 'invoice_observed', invoice: bare } });
  if (plan.date === 'asked') entries.push({ atS: atS + 2, told: { kind: 'action_required', invoice: bare } });
  return entries;
};

const endingEntries = (bill: InvoiceState, plan: InvoicePlan, atS: number, number: number): readonly Entry[] => {
  const made = charge(bill, number, true);
  const linkedCharge = bill.linksCharge ? made.chargeId : null;
  const paid: InvoiceState = { ...bill, status: 'paid', amountRemainingMinor: 0, amountPaidMinor: AMOUNT };
  const paidNotice = (byCharge: boolean, invoice: InvoiceState): Entry => ({
    atS,
    told: { kind: 'invoice_paid', invoice, byCharge, automatic: false },
  });
  const givenUp = { status: 'uncollectible', uncollectibleReason: plan.uncollectibleReason } as const;
  switch (plan.ending) {
    case 'charge':
      return [
        { atS, told: { kind: 'charge_succeeded', charge: { ...made, ...PAYING_CARD } } },
        paidNotice(true, { ...paid, chargeId: linkedCharge }),
      ];
    case 'notice':
      return [paidNotice(false, { ...paid, chargeId: linkedCharge })];
    case 'out_of_band':
      return [paidNotice(false, { ...paid, paidOutOfBand: bill.linksCharge ? true : null })];
    case 'credited':
      return [paidNotice(false, { ...paid, amountPaidMinor: 0 })];
    case 'void':
      return [{ atS, told: { kind: 'invoice_observed', invoice: { ...bill, status: 'void' } } }];
    case 'uncollectible':
      return [{ atS, told: { kind: 'invoice_observed', invoice: { ...bill, ...givenUp } } }];
    case 'open':
      return [];
  }
};

/** Every charge that succeeds is made with `pm_0`. */
const PAYING_CARD = { paymentMethodId: 'pm_0' };

/** What a backfill reads of the attempts `made` so far: each charge that was refused, else that the invoice was tried. */
const recordEntries = (bill: InvoiceState, plan: RecordPlan, made: readonly Made[]): readonly Entry[] => {
  const known = made.slice(0, plan.upTo);
  const newest = known.at(-1);
  if (newest === undefined) return [];
  const readS = Math.max(...known.map(({ atS }) => atS)) + 61 + plan.readAfterS;
  const state: InvoiceState = { ...bill, attemptCount: newest.count, nextAttemptAt: null };
  const charged = known.filter(({ attempt }) => isCharged(attempt));
  const dated = newest.attempt.date !== 'none' && newest.atS + newest.attempt.dateS > readS;
  const look: InvoiceState = { ...state, nextAttemptAt: dated ? at(newest.atS + newest.attempt.dateS) : null };
  const entries = charged.flatMap(({ attempt, number, atS }): readonly Entry[] => {
    const refused = charge(bill, number, true);
    const when = { atS: atS + attempt.chargeS, readS };
    const invoice = { ...state, chargeId: refused.chargeId };
    return [
      { ...when, told: { kind: 'charge_declined', charge: refused, decline: DECLINE } },
      { ...when, told: { kind: 'attempt_recorded', invoice, chargeId: refused.chargeId } },
    ];
  });
  const [first] = known;
  if (charged.length === 0 && first !== undefined)
    entries.push({ atS: first.atS, readS, told: { kind: 'attempt_recorded', invoice: state, chargeId: null } });
  if (plan.looksAtInvoice) entries.push({ atS: readS, readS, told: { kind: 'invoice_observed', invoice: look } });
  return plan.silently ? entries : entries.map((entry) => ({ ...entry, aloud: true }));
};

interface Made {
  readonly attempt: AttemptPlan;
  readonly number: number;
  readonly atS: number;
  readonly count: number;
}

/** The attempts that the plan comes to: nothing is tried twice in a second, nor once the subscription is over. */
const attemptsMade = (plan: InvoicePlan, endsS: number): readonly Made[] => {
  const made: Made[] = [];
  let atS = dayS(plan.startDay);
  for (const [number, attempt] of plan.attempts.entries()) {
    const apartS = plan.recorded === null ? 1 : 200; // of two charges within a minute no rule says which is on record
    atS += number === 0 ? attempt.afterS : Math.max(apartS, attempt.afterS);
    if (atS > endsS) break;
    const before = made.at(-1)?.count ?? 0;
    const count = before === 0 ? plan.firstCount : attempt.kind === 'by_hand' ? before : before + 1;
    made.push({ attempt, number, atS, count });
  }
  return made;
};

const invoiceEntries = (story: Life, plan: InvoicePlan, index: number, endsS: number): readonly Entry[] => {
  const bill = invoiceState(story, plan, index);
  const made = attemptsMade(plan, endsS);
  const noticesFrom = plan.recorded?.noticesFrom ?? 0;
  const entries: Entry[] = made
    .filter(({ number }) => number >= noticesFrom)
    .flatMap(({ attempt, number, atS, count }) =>
      attemptEntries({ ...bill, attemptCount: count }, attempt, atS, number),
    );
  if (plan.recorded !== null) entries.push(...recordEntries(bill, plan.recorded, made));
  const count = made.at(-1)?.count ?? 0;
  if (plan.asksAfterS !== null) {
    const asked: InvoiceState = { ...bill, attemptCount: plan.firstCount };
    entries.push({ atS: dayS(plan.startDay) + plan.asksAfterS, told: { kind: 'action_required', invoice: asked } });
  }
  if (count === 0 && plan.ending !== 'charge') return entries;
  const lastS = made.at(-1)?.atS ?? dayS(plan.startDay);
  if (plan.refund !== null)
    entries.push(...refundEntries(bill, plan.refund, (made[plan.refund.after]?.atS ?? lastS) + plan.refund.afterS));
  // Stripe gives an invoice up for a cancellation when that comes, not days before.
  const isForEnd = plan.ending === 'uncollectible' && plan.uncollectibleReason === 'subscription_canceled';
  const atS = Math.max(lastS + plan.endsAfterS, isForEnd && Number.isFinite(endsS) ? endsS : 0);
  const number = plan.attempts.length;
  const counted = { ...bill, attemptCount: Math.max(1, count) };
  entries.push(...endingEntries(counted, plan, atS, number));
  const afterwards: AttemptPlan = {
    afterS: 0,
    kind: 'by_hand',
    chargeS: 0,
    date: 'none',
    dateS: DAY_S,
    idsOnly: false,
  };
  if (plan.failsAfterwards && plan.ending !== 'open')
    entries.push(...attemptEntries(counted, afterwards, atS + DAY_S, number + 1));
  if (plan.reversedAfterS !== null && plan.ending === 'charge')
    entries.push({
      atS: atS + plan.reversedAfterS,
      told: { kind: 'payment_reversed', reversalId: `dp_${index}`, charge: charge(bill, number, false) },
    });
  return entries;
};

const subscriptionState = (story: Life, index: number): SubscriptionState => {
  const plan = story.subscriptions[index];
  return {
    id: `sub_${story.tag}${index}`,
    status: 'active',
    price: plan === undefined ? null : priceOf(plan, true),
    planId: plan === undefined ? null : metadataOf(plan),
    userId: null,
    ...revenueStated(plan?.revenue ?? 'none', index === 0 ? 'usd' : 'eur'),
    collectedAutomatically: true,
    startedAt: null,
    trialEndsAt: null,
    cancelAt: null,
    cancelReason: null,
    cancelReasonStated: plan?.story !== 'asked_in_old_words',
    cancelFeedback: null,
    pausedForNonPayment: false,
    pauseReason: null,
    collectionPaused: false,
    resumesAt: null,
    defaultPaymentMethodId: plan === undefined || plan.slot === 'none' ? null : plan.slot === 'pm_1' ? 'pm_1' : 'pm_0',
  };
};

const seen = (atS: number, subscription: SubscriptionState, slotBefore?: string | null): Entry => ({
  atS,
  told: {
    kind: 'subscription_observed',
    subscription,
    previousStatus: null,
    previousCollectionPaused: null,
    ...(slotBefore === undefined ? {} : { previousPaymentMethodId: slotBefore }),
  },
});
const ended = (atS: number, subscription: SubscriptionState): Entry => ({
  atS,
  told: { kind: 'subscription_ended', subscription: { ...subscription, status: 'canceled' } },
});

/** When the subscription is over; Infinity: it goes on. */
const endsAt = (plan: SubscriptionPlan): number => {
  if (plan.story === 'asked_and_ended') return dayS(plan.day) + plan.thenS;
  const ends = ['ended_on_request', 'not_paid_for', 'no_reason'].includes(plan.story);
  return ends ? dayS(plan.day) : Number.POSITIVE_INFINITY;
};

const storyEntries = (plan: SubscriptionPlan, state: SubscriptionState): readonly Entry[] => {
  const atS = dayS(plan.day);
  const thenS = atS + plan.thenS;
  const feedback = plan.feedback ? 'too_expensive' : null;
  const wish = { cancelReason: 'requested', cancelFeedback: feedback } as const;
  const asked: SubscriptionState = { ...state, cancelAt: at(thenS), ...(state.cancelReasonStated ? wish : {}) };
  switch (plan.story) {
    case 'none':
      return [];
    case 'trialing':
      return [seen(atS, { ...state, status: 'trialing' })];
    case 'asked':
    case 'asked_in_old_words':
      return [seen(atS, asked)];
    case 'asked_and_undone':
      return [seen(atS, asked), seen(thenS, state)];
    case 'asked_and_ended':
      return [seen(atS, asked), ended(thenS, asked)];
    case 'ended_on_request':
      return [ended(atS, { ...state, ...wish })];
    case 'unpaid':
      return [seen(atS, { ...state, status: 'unpaid' })];
    case 'unpaid_and_back':
      return [seen(atS, { ...state, status: 'unpaid' }), seen(thenS, state)];
    case 'past_due':
      return [seen(atS, { ...state, status: 'past_due' })];
    case 'paused':
      return [seen(atS, { ...state, status: 'paused', pauseReason: 'requested' })];
    case 'paused_and_back':
      return [seen(atS, { ...state, status: 'paused', pauseReason: 'requested' }), seen(thenS, state)];
    case 'paused_no_reason':
      return [seen(atS, { ...state, status: 'paused' })];
    case 'trial_ended':
      return [seen(atS, { ...state, status: 'paused', pauseReason: 'trial_ended' })];
    case 'paused_for_non_payment':
      return [seen(atS, { ...state, status: 'paused', pauseReason: 'non_payment', pausedForNonPayment: true })];
    case 'collection_paused':
      return [seen(atS, { ...state, collectionPaused: true })];
    case 'collection_paused_until':
      return [seen(atS, { ...state, collectionPaused: true, resumesAt: at(thenS) })];
    case 'collection_paused_and_back':
      return [seen(atS, { ...state, status: 'past_due', collectionPaused: true }), seen(thenS, state)];
    case 'stopped':
      return [{ atS, told: { kind: 'collection_stopped', subscription: state.id } }];
    case 'not_paid_for':
      return [ended(atS, { ...state, cancelReason: 'payment_failed' })];
    case 'no_reason':
      return [ended(atS, state)];
  }
};

const subscriptionEntries = (story: Life, plan: SubscriptionPlan, index: number): readonly Entry[] => {
  const state = subscriptionState(story, index);
  const entries: Entry[] = [];
  if (plan.firstSeen && plan.plan !== 'late') entries.push(seen(BEGIN_S - DAY_S, state));
  entries.push(...storyEntries(plan, state));
  const later = { ...state, defaultPaymentMethodId: plan.slot === 'pm_0_then_pm_1' ? 'pm_1' : null };
  if (plan.slot.includes('then') && dayS(20) < endsAt(plan))
    entries.push(seen(dayS(20), later, plan.slotNoticed ? 'pm_0' : undefined));
  if (plan.plan === 'late' && dayS(30) < endsAt(plan)) entries.push(seen(dayS(30), state));
  return entries;
};

const customerEntries = (story: Life): readonly Entry[] => {
  if (story.customerSlot === 'never_stated') return [];
  const defaultPaymentMethodId = story.customerSlot === 'none' ? null : story.customerSlot;
  return [{ atS: dayS(1), told: customer('user_eve', defaultPaymentMethodId) }];
};

/** What the customer's slot holds at first; null: nothing, or nobody says. */
const firstSlotOf = ({ customerSlot }: Life): string | null =>
  customerSlot === 'none' || customerSlot === 'never_stated' ? null : customerSlot;

/** An account's life as the facts that would be learned, each with its receipt. Deterministic. */
const tellLife = (life: Life): readonly Fact[] => {
  const paying = `ch_in_${life.tag}0_${life.invoices[0]?.attempts.length ?? 0}`;
  const starts = life.invoices.map(({ startDay }) => dayS(startDay));
  const entries = [
    ...life.subscriptions.flatMap((plan, index) => subscriptionEntries(life, plan, index)),
    ...customerEntries(life),
    ...life.cards.flatMap((plan, index) => cardEntries(plan, index, firstSlotOf(life))),
    ...life.disputes.flatMap((plan, index) => disputeEntries(plan, index, paying)),
    ...life.words.flatMap((plan) => wordEntries(plan, starts, life.tag)),
    ...life.invoices.flatMap((plan, index) => {
      const owner = life.subscriptions[plan.subscription];
      const endsS = plan.reason === 'manual' || owner === undefined ? Number.POSITIVE_INFINITY : endsAt(owner);
      return invoiceEntries(life, plan, index, endsS);
    }),
  ].toSorted((a, b) => a.atS - b.atS);
  return entries.flatMap((entry, index) => receive(entry, life.noise[index] ?? QUIET, index));
};

/** No provider has them in its history. */
const isWord = ({ kind }: Entry['told']): boolean => ['hold_placed', 'hold_lifted', 'marked_recovered'].includes(kind);

const QUIET: Noise = { delayMs: 300, copy: 'none' };

const receive = ({ atS, told, readS, aloud }: Entry, { delayMs, copy }: Noise, index: number): readonly Fact[] => {
  if (copy === 'lost') return [];
  const fromHistory = readS !== undefined || (copy === 'history' && !isWord(told));
  // History is read after it happened, whatever clocks say.
  const receivedAt = plus(at(readS ?? atS), fromHistory ? Math.abs(delayMs) : delayMs);
  const history = fromHistory && aloud !== true ? { isHistory: true as const } : {};
  const id = `evt_${String(index).padStart(3, '0')}`;
  const fact: Fact = { ...told, id, occurredAt: at(atS), receivedAt, ...history };
  if (copy !== 'twin') return [fact];
  return [fact, { ...fact, id: `${id}t`, receivedAt: instant(receivedAt + 3_700) }];
};

/** The facts of each account of the person. */
export const tell = ({ first, second }: Story): readonly (readonly Fact[])[] =>
  second === null ? [tellLife(first)] : [tellLife(first), tellLife(second)];
