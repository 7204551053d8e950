import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { API_READ_TYPES } from '../../src/providers/stripe/api-read-types.ts';
import { EVENT_TYPES, endOf, thinEndOf } from '../../src/providers/stripe/event-types.ts';
import { READERS } from '../../src/providers/stripe/readers.ts';
import { SUBSCRIBE_EVENTS, stripe } from '../../src/providers/stripe/stripe.ts';
import { THIN_EVENT_TYPES } from '../../src/providers/stripe/thin-event-types.ts';

const sdk = join(dirname(createRequire(import.meta.url).resolve('stripe')), '..');
const declarations = (file: string) => readFileSync(join(sdk, 'esm', 'resources', file), 'utf8');

const quoted = (source: string) => [...source.matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');
const enabled = quoted(/type EnabledEvent = ([^;]+);/.exec(declarations('WebhookEndpoints.d.ts'))?.[1] ?? '').filter(
  (type) => type !== '*',
);
const described = [...declarations('Events.d.ts').matchAll(/^\s+type: '([^']+)'/gm)].map(([, type]) => type ?? '');

describe('the table of event types', () => {
  test.each([
    ['that an endpoint can enable', enabled],
    ['that the SDK describes', described],
  ])('lists every type %s', (_name, types) => {
    expect(types.length).toBeGreaterThan(200);
    expect([...new Set(types)].filter((type) => !Object.hasOwn(EVENT_TYPES, type))).toEqual([]);
  });

  test('lists nothing that Stripe does not document', () => {
    const documented = new Set([...enabled, ...described]);
    expect(Object.keys(EVENT_TYPES).filter((type) => !documented.has(type))).toEqual([]);
  });

  test('gives each type a reader that exists or a reason that says something', () => {
    for (const [type, end] of Object.entries(EVENT_TYPES)) {
      const says = 'reader' in end ? Object.hasOwn(READERS, end.reader) : end.ignored.length > 10;
      expect({ type, says }).toEqual({ type, says: true });
    }
  });

  test('uses every reader', () => {
    const tables = [EVENT_TYPES, THIN_EVENT_TYPES, API_READ_TYPES].flatMap((table) => Object.values(table));
    const used = new Set(tables.map((end) => ('reader' in end ? end.reader : null)));
    expect(Object.keys(READERS).filter((name) => !used.has(name as keyof typeof READERS))).toEqual([]);
  });
});

const thinTypes = [
  ...new Set([...declarations('V2/Core/Events.d.ts').matchAll(/'(v1\.[a-z_.0-9]+)'/g)].map(([, type]) => type ?? '')),
];

describe('the thin event types', () => {
  test('have an end each', () => {
    expect(thinTypes.length).toBeGreaterThan(200);
    const unlisted = (type: string) => JSON.stringify(thinEndOf(type)) === JSON.stringify(endOf('invented'));
    expect(thinTypes.filter(unlisted)).toEqual([]);
    expect(Object.keys(THIN_EVENT_TYPES).filter((type) => type.startsWith('v1.') && !thinTypes.includes(type))).toEqual(
      [],
    );
  });

  test('have a place of their own only where no snapshot event has the same name', () => {
    const doubled = Object.keys(THIN_EVENT_TYPES).filter((type) => Object.hasOwn(EVENT_TYPES, type.slice(3)));
    expect(doubled).toEqual([]);
  });
});

/** What a relay of failed payments has to understand: everything that tells of a payment, a subscription or a card. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  attempt_failed: ['invoice.payment_failed'],
  charge_declined: ['charge.failed', 'payment_intent.payment_failed'],
  charge_succeeded: ['charge.succeeded', 'payment_intent.succeeded'],
  invoice_paid: ['invoice.paid', 'invoice.payment_succeeded'],
  invoice_payment_linked: ['invoice_payment.paid'],
  action_required: ['invoice.payment_action_required'],
  invoice_observed: [
    'invoice.updated',
    'invoice.marked_uncollectible',
    'invoice.voided',
    'invoice.overdue',
    'invoice.will_be_due',
    'invoice.overpaid',
    'invoice.finalization_failed',
    'invoice.payment_attempt_required',
  ],
  subscription_observed: [
    'customer.subscription.updated',
    'customer.subscription.paused',
    'customer.subscription.resumed',
    'customer.subscription.trial_will_end',
  ],
  subscription_ended: ['customer.subscription.deleted'],
  collection_stopped: ['subscription_schedule.aborted'],
  customer_observed: ['customer.created', 'customer.updated', 'customer.deleted'],
  payment_method_observed: [
    'payment_method.attached',
    'payment_method.updated',
    'payment_method.automatically_updated',
    'payment_method.detached',
    'customer.source.created',
    'customer.source.updated',
    'customer.source.expiring',
  ],
  dispute_observed: [
    'charge.dispute.created',
    'charge.dispute.updated',
    'charge.dispute.closed',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.funds_reinstated',
  ],
  payment_reversed: ['charge.dispute.closed'],
  fraud_warning_observed: ['radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated'],
  refund_observed: ['refund.created', 'refund.updated', 'refund.failed', 'charge.refunded', 'charge.refund.updated'],
  checkout_completed: ['checkout.session.completed'],
};

/** Told by a notice that is read already, or of nothing that was charged. */
const LEFT_OUT = [
  'invoice.upcoming',
  'payment_intent.requires_action',
  'three_d_secure.authentication.requires_challenge',
  'three_d_secure.authentication.failed',
  'three_d_secure.authentication.succeeded',
];

/** Changes of a subscription that have only a thin event. */
const THIN_ONLY = [
  'active',
  'past_due',
  'unpaid',
  'incomplete',
  'incomplete_expired',
  'trialing',
  'cancel_at_changed',
  'default_payment_method_changed',
  'item_added',
  'item_removed',
  'item_price_changed',
  'item_quantity_changed',
].map((change) => `v1.customer.subscription.${change}`);

const kindsOf = (end: ReturnType<typeof endOf>): readonly string[] =>
  'reader' in end ? READERS[end.reader].kinds : [];

describe('what is told of a payment', () => {
  test.each(Object.entries(TOLD).flatMap(([kind, types]) => types.map((type) => [kind, type] as const)))(
    '%s is read from %s, and from its thin event',
    (kind, type) => {
      expect(kindsOf(endOf(type))).toContain(kind);
      expect(thinEndOf(`v1.${type}`)).toEqual(endOf(type));
    },
  );

  test.each([...THIN_ONLY, 'v1.customer.subscription.paused', 'v1.customer.subscription.resumed'])(
    'subscription_observed is read from %s',
    (type) => {
      expect(kindsOf(thinEndOf(type))).toContain('subscription_observed');
    },
  );

  test.each(LEFT_OUT)('nothing is read from %s, and it says why', (type) => {
    expect(Object.hasOwn(EVENT_TYPES, type)).toBe(true);
    expect(kindsOf(endOf(type))).toEqual([]);
  });
});

test('we ask Stripe for every event from which facts follow, but not to wait for us before it finalises invoices', () => {
  const read = Object.keys(EVENT_TYPES).filter((type) => 'reader' in (EVENT_TYPES[type] ?? {}));
  expect([...SUBSCRIBE_EVENTS, 'invoice.created'].toSorted()).toEqual(read.toSorted());
});

test.each(['invoice.invented', 'constructor', '__proto__', 'toString'])(
  'a type that is not listed is ignored: %s',
  (type) => {
    const body = JSON.stringify({ id: 'evt_1', object: 'event', type, created: 1, data: { object: { id: 'x' } } });
    expect(stripe.admit(body, instant(0))).toMatchObject({
      end: 'ignored',
      reason: 'not a listed Stripe event type',
      keys: { eventId: 'evt_1', eventType: type },
    });
  },
);
