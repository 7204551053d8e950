import { API_READ_TYPES } from '../../src/providers/stripe/api-read-types.ts';
import type { EventEnd } from '../../src/providers/stripe/event-end.ts';
import { EVENT_TYPES } from '../../src/providers/stripe/event-types.ts';
import type { ReaderName } from '../../src/providers/stripe/readers.ts';
import { THIN_EVENT_TYPES } from '../../src/providers/stripe/thin-event-types.ts';
import {
  basilCharge,
  basilIntent,
  basilInvoice,
  basilSubscription,
  event,
  expanded,
  legacyCharge,
  legacyIntent,
  legacyInvoice,
  legacySubscription,
  SECOND,
} from '../contract/stripe-payloads.ts';

/** Whole payloads of every type that is read, in the shapes of three ages: what the fuzz mutates. */

type Json = Readonly<Record<string, unknown>>;
export const SHAPES = ['legacy', 'basil', 'endive'] as const;
export type Shape = (typeof SHAPES)[number];

const byShape = (legacy: Json, basil: Json, endive: Json) => (shape: Shape) => ({ legacy, basil, endive })[shape];

const dated = {
  created: SECOND - 1,
  due_date: SECOND + 864_000,
  customer_email: 'ada@shop.example',
  status_transitions: { finalized_at: SECOND - 3_600, paid_at: null, voided_at: null, marked_uncollectible_at: null },
};
const invoice = byShape(
  { ...legacyInvoice, ...dated },
  { ...basilInvoice, ...dated },
  {
    ...basilInvoice,
    ...dated,
    customer: null,
    customer_account: 'acct_1',
    status: 'uncollectible',
    status_details: { uncollectible: { reason: 'max_payment_attempts' } },
  },
);

const coupon = { id: 'half', percent_off: 50, amount_off: null, currency: null, duration: 'forever' };
const price = {
  id: 'price_pro',
  object: 'price',
  currency: 'usd',
  billing_scheme: 'per_unit',
  unit_amount: 1900,
  unit_amount_decimal: '1900.5',
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
  product: 'prod_pro',
};
const plan = { id: 'plan_1', object: 'plan', currency: 'usd', amount: 1900, interval: 'month', interval_count: 1 };
const subscription = byShape(
  {
    ...legacySubscription,
    created: SECOND - 9,
    start_date: SECOND - 9,
    quantity: 2,
    plan,
    discount: { id: 'di_1', coupon, end: SECOND + 9 },
    default_source: 'card_1',
    billing: 'charge_automatically',
  },
  {
    ...basilSubscription,
    currency: 'usd',
    items: { data: [{ id: 'si_1', price, quantity: 2, current_period_end: SECOND + 9 }] },
    discounts: [{ id: 'di_1', coupon, end: null }],
    default_payment_method: 'pm_1',
    pause_collection: { behavior: 'void', resumes_at: SECOND + 9 },
    cancellation_details: { reason: 'cancellation_requested', feedback: 'too_expensive', comment: null },
  },
  {
    ...basilSubscription,
    currency: 'usd',
    status: 'paused',
    items: { data: [{ id: 'si_1', price, quantity: 2, current_period_end: SECOND + 9 }] },
    discounts: [{ id: 'di_1', source: { type: 'coupon', coupon }, end: null }],
    status_details: { paused: { type: 'subscription', subscription: { type: 'final_payment_failure' } } },
  },
);

const charge = byShape(
  { ...legacyCharge, status: 'failed', created: SECOND },
  { ...basilCharge, status: 'failed', created: SECOND },
  { ...basilCharge, status: 'succeeded', created: SECOND, outcome: { type: 'blocked', reason: 'rule' } },
);
const intent = byShape(legacyIntent, basilIntent, {
  ...basilIntent,
  status: 'requires_payment_method',
  latest_charge: charge('basil'),
});

const refund = {
  id: 're_1',
  object: 'refund',
  amount: 900,
  currency: 'usd',
  charge: 'ch_1',
  payment_intent: 'pi_1',
  status: 'succeeded',
  reason: 'duplicate',
};
const refundedCharge = (shape: Shape): Json => ({
  ...charge(shape),
  amount_refunded: 900,
  refunded: false,
  ...(shape === 'legacy' ? { refunds: { data: [refund] } } : {}),
});
const dispute = (shape: Shape): Json => ({
  id: 'dp_1',
  object: 'dispute',
  charge: shape === 'basil' ? charge('basil') : 'ch_1',
  payment_intent: 'pi_1',
  amount: 4900,
  currency: 'usd',
  reason: 'fraudulent',
  created: SECOND,
  status: shape === 'endive' ? 'appeal_under_review' : 'lost',
});

const rawCard = { brand: 'visa', last4: '4242', exp_month: 4, exp_year: 2028 };
const method: Json = { id: 'pm_1', object: 'payment_method', customer: 'cus_1', type: 'card', card: rawCard };
const legacyCard: Json = { id: 'card_1', object: 'card', customer: 'cus_1', ...rawCard };
const source: Json = { id: 'src_1', object: 'source', customer: 'cus_1', type: 'card', card: rawCard };
const stored = byShape(legacyCard, method, source);
const customer: Json = {
  id: 'cus_1',
  object: 'customer',
  email: 'ada@shop.example',
  metadata: { user_id: 'u_1', contact_user_ids: 'u_2,u_3' },
  invoice_settings: { default_payment_method: 'pm_1' },
  default_source: 'card_1',
};
const checkout: Json = {
  id: 'cs_1',
  object: 'checkout.session',
  status: 'complete',
  customer: 'cus_1',
  subscription: 'sub_1',
  metadata: { user_id: 'u_1' },
  client_reference_id: 'u_1',
  customer_details: { email: 'ada@shop.example' },
};
const invoicePayment = (shape: Shape): Json => ({
  id: 'inpay_1',
  object: 'invoice_payment',
  invoice: 'in_1',
  payment: { type: 'payment_intent', payment_intent: shape === 'endive' ? intent('endive') : 'pi_1' },
});

const OBJECTS: Readonly<Record<ReaderName, (shape: Shape) => Json>> = {
  attemptRecorded: (shape) => ({ invoice: invoice(shape), charge: shape === 'endive' ? null : charge(shape) }),
  chargeFailed: charge,
  chargeRefunded: refundedCharge,
  chargeSeen: charge,
  chargeSucceeded: charge,
  checkout: () => checkout,
  customer: () => customer,
  customerDeleted: () => customer,
  dispute,
  disputeClosed: dispute,
  disputeSeen: dispute,
  fraudWarning: (shape) => ({
    id: 'issfr_1',
    object: 'radar.early_fraud_warning',
    actionable: true,
    charge: shape === 'legacy' ? charge(shape) : 'ch_1',
    payment_intent: 'pi_1',
  }),
  intentFailed: intent,
  intentSeen: intent,
  intentSucceeded: intent,
  invoice,
  invoiceActionRequired: invoice,
  invoiceFailed: invoice,
  invoicePaid: invoice,
  invoicePayment,
  invoicePaymentSucceeded: invoice,
  invoiceSeen: invoice,
  methodAttached: () => method,
  methodDetached: () => ({ ...method, customer: null }),
  methodRenewed: () => method,
  methodSeen: stored,
  methodUpdated: () => method,
  refund: () => refund,
  refundFailed: () => refund,
  scheduleAborted: () => ({
    id: 'sub_sched_1',
    object: 'subscription_schedule',
    subscription: 'sub_1',
    customer: 'cus_1',
  }),
  sourceAttached: stored,
  sourceDeleted: stored,
  sourceExpiring: stored,
  sourceUpdated: stored,
  subscription,
  subscriptionDeleted: subscription,
  subscriptionSeen: subscription,
};

/** What an event may say was different before. */
const BEFORE: Json = {
  status: 'active',
  customer: 'cus_1',
  pause_collection: null,
  default_payment_method: 'pm_0',
  default_source: null,
  invoice_settings: { default_payment_method: 'pm_0' },
  card: { exp_month: 3, last4: '1111' },
  next_payment_attempt: SECOND,
};

const REFERENCES = ['customer', 'subscription', 'charge', 'payment_intent', 'invoice', 'product'];

const objectOf = (end: EventEnd, shape: Shape): Json => ('reader' in end ? OBJECTS[end.reader](shape) : customer);

const thinBase = (type: string): Json => ({
  id: 'evt_thin',
  object: 'v2.core.event',
  type,
  livemode: true,
  created: new Date(SECOND * 1_000).toISOString(),
  context: 'org_1/acct_9',
  related_object: { id: 'sub_1', type: 'subscription', url: '/v1/subscriptions/sub_1' },
  snapshot_event: null,
});

const snapshotBases = (type: string, end: EventEnd, shape: Shape): readonly Json[] => {
  const object = objectOf(end, shape);
  const data = { object, previous_attributes: BEFORE };
  const envelope = type.startsWith('lookup.')
    ? { data, notice: { type: 'v1.invoice.payment_failed', created: SECOND } }
    : { data };
  return [event(type, object, envelope), event(type, object, { data: { object: expanded(object, REFERENCES) } })];
};

const READ = Object.entries({ ...EVENT_TYPES, ...API_READ_TYPES }).filter(([, end]) => 'reader' in end);

/** Every base: each readable type in each shape, plain and expanded, thin notices, and some that are ignored. */
export const BASES: readonly Json[] = [
  ...READ.flatMap(([type, end]) => SHAPES.flatMap((shape) => snapshotBases(type, end, shape))),
  ...Object.keys(THIN_EVENT_TYPES).map(thinBase),
  ...['v1.invoice.payment_failed', 'v1.charge.failed', 'v1.invented.type'].map(thinBase),
  ...['product.created', 'invented.type', 'invoice.upcoming'].map((type) => event(type, customer)),
];
