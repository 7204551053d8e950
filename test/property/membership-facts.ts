import type { Card, ChargeState, Fact, InvoiceState, PriceRef, SubscriptionState } from '../../src/domain/fact.ts';
import { type Instant, instant } from '../../src/domain/instant.ts';
import type { AttemptPlan, CardPlan, InvoicePlan, Story, SubscriptionPlan } from './membership-plan.ts';

/** A fact before the network has had its way with it. */
type Told = Fact extends infer F ? (F extends Fact ? Omit<F, 'id' | 'occurredAt' | 'receivedAt'> : never) : never;
interface Entry {
  readonly atS: number;
  readonly told: Told;
}

/** A whole second, some days before the end of a month. */
export const BEGIN_S = Date.UTC(2026, 0, 20, 8) / 1_000;
const DAY_S = 86_400;
const AMOUNT = 1900;

const at = (seconds: number): Instant => instant(seconds * 1_000);
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

const cardAt = (plan: CardPlan): Card => {
  const month = new Date(Date.UTC(2026, plan.months, 1));
  return { brand: 'visa', last4: '4242', expMonth: month.getUTCMonth() + 1, expYear: month.getUTCFullYear() };
};

const invoiceState = (story: Story, plan: InvoicePlan, index: number): InvoiceState => {
  const subscription = story.subscriptions[plan.subscription];
  const owned = plan.reason !== 'manual' && subscription !== undefined;
  return {
    id: `in_${index}`,
    subscription: owned ? `sub_${plan.subscription}` : null,
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

/** Everything that is told of one attempt that failed at `atS`. */
const attemptEntries = (bill: InvoiceState, plan: AttemptPlan, atS: number, number: number): readonly Entry[] => {
  const executed = !['not_executed', 'no_card', 'to_confirm'].includes(plan.kind);
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
      return [{ atS, told: { kind: 'invoice_observed', invoice: { ...bill, status: 'uncollectible' } } }];
    case 'open':
      return [];
  }
};

/** Every charge that succeeds is made with `pm_0`. */
const PAYING_CARD = { paymentMethodId: 'pm_0' };

const invoiceEntries = (story: Story, plan: InvoicePlan, index: number, endsS: number): readonly Entry[] => {
  const bill = invoiceState(story, plan, index);
  let atS = dayS(plan.startDay);
  let count = 0;
  const entries: Entry[] = [];
  for (const [number, attempt] of plan.attempts.entries()) {
    atS += number === 0 ? attempt.afterS : Math.max(1, attempt.afterS); // nothing is tried twice in a second
    if (atS > endsS) break; // nothing is retried once the subscription is over
    count = count === 0 ? plan.firstCount : attempt.kind === 'by_hand' ? count : count + 1;
    entries.push(...attemptEntries({ ...bill, attemptCount: count }, attempt, atS, number));
  }
  if (count === 0 && plan.ending !== 'charge') return [];
  atS += plan.endsAfterS;
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

const subscriptionState = (story: Story, index: number): SubscriptionState => {
  const plan = story.subscriptions[index];
  return {
    id: `sub_${index}`,
    status: 'active',
    price: plan === undefined ? null : priceOf(plan, true),
    planId: plan === undefined ? null : metadataOf(plan),
    userId: null,
    currency: null,
    items: [],
    discounts: [],
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

const seen = (atS: number, subscription: SubscriptionState): Entry => ({
  atS,
  told: { kind: 'subscription_observed', subscription, previousStatus: null, previousCollectionPaused: null },
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
    case 'stopped':
      return [{ atS, told: { kind: 'collection_stopped', subscription: state.id } }];
    case 'not_paid_for':
      return [ended(atS, { ...state, cancelReason: 'payment_failed' })];
    case 'no_reason':
      return [ended(atS, state)];
  }
};

const subscriptionEntries = (story: Story, plan: SubscriptionPlan, index: number): readonly Entry[] => {
  const state = subscriptionState(story, index);
  const entries: Entry[] = [];
  if (plan.firstSeen && plan.plan !== 'late') entries.push(seen(BEGIN_S - DAY_S, state));
  entries.push(...storyEntries(plan, state));
  const later = { ...state, defaultPaymentMethodId: plan.slot === 'pm_0_then_pm_1' ? 'pm_1' : null };
  if (plan.slot.includes('then') && dayS(20) < endsAt(plan)) entries.push(seen(dayS(20), later));
  if (plan.plan === 'late' && dayS(30) < endsAt(plan)) entries.push(seen(dayS(30), state));
  return entries;
};

const customer = (userId: string | null, defaultPaymentMethodId: string | null): Entry['told'] => ({
  kind: 'customer_observed',
  userId,
  contactUserIds: [],
  email: null,
  defaultPaymentMethodId,
  deleted: false,
});

const cardEntries = (plan: CardPlan, index: number): readonly Entry[] => {
  const paymentMethodId = `pm_${index}`;
  const atS = dayS(plan.day);
  const card = cardAt(plan);
  const method = (when: number, now: Card, detached = false): Entry => ({
    atS: when,
    told: {
      kind: 'payment_method_observed',
      paymentMethodId,
      card: now,
      detached,
      cause: detached ? 'detached' : 'updated',
      previousCard: null,
    },
  });
  const entries: Entry[] = [];
  if (plan.seen === 'method' || plan.seen === 'both') entries.push(method(atS, card));
  if (plan.seen === 'charge' || plan.seen === 'both') {
    const made = { chargeId: `ch_card_${index}`, paymentIntentId: null, invoiceId: `in_${index}` };
    const money = { amountMinor: 500, currency: 'gbp', card, paymentMethodId };
    entries.push({ atS: atS + 60, told: { kind: 'charge_succeeded', charge: { ...made, ...money } } });
  }
  const thenS = atS + 5 * DAY_S;
  if (plan.fate === 'renewed') entries.push(method(thenS, cardAt({ ...plan, months: plan.months + 36 })));
  if (plan.fate === 'detached') entries.push(method(thenS, card, true));
  if (plan.fate === 'customer_slot')
    entries.push({
      atS: thenS,
      told: customer(null, paymentMethodId),
    });
  return entries;
};

const customerEntries = (story: Story): readonly Entry[] => {
  if (story.customerSlot === 'never_stated') return [];
  const defaultPaymentMethodId = story.customerSlot === 'none' ? null : story.customerSlot;
  return [{ atS: dayS(1), told: customer('user_eve', defaultPaymentMethodId) }];
};

/** The story as the facts that would be learned, each with its receipt. Deterministic. */
export const tell = (story: Story): readonly Fact[] => {
  const entries = [
    ...story.subscriptions.flatMap((plan, index) => subscriptionEntries(story, plan, index)),
    ...customerEntries(story),
    ...story.cards.flatMap(cardEntries),
    ...story.invoices.flatMap((plan, index) => {
      const owner = story.subscriptions[plan.subscription];
      const endsS = plan.reason === 'manual' || owner === undefined ? Number.POSITIVE_INFINITY : endsAt(owner);
      return invoiceEntries(story, plan, index, endsS);
    }),
  ].toSorted((a, b) => a.atS - b.atS);
  return entries.flatMap(({ atS, told }, index): readonly Fact[] => {
    const { delayMs, copy } = story.noise[index] ?? { delayMs: 300, copy: 'none' };
    if (copy === 'lost') return [];
    const id = `evt_${String(index).padStart(3, '0')}`;
    const fact: Fact = { ...told, id, occurredAt: at(atS), receivedAt: instant(atS * 1_000 + delayMs) };
    if (copy === 'none') return [fact];
    return [fact, { ...fact, id: `${id}t`, receivedAt: instant(fact.receivedAt + 3_700) }];
  });
};
