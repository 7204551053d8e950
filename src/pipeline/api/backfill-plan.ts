import { DAY_MS, type Instant, plus, SECOND_MS } from '../../domain/instant.ts';

/** Which of Stripe's lists a backfill reads, how far back, and in which order. */

/** What is made of a page's objects. */
export type BackfillKind =
  | 'customer'
  | 'checkout_session'
  | 'subscription'
  | 'invoice'
  | 'dispute'
  | 'refund'
  | 'event';

export interface BackfillPart {
  /** Its name in the store: never changed, or a backfill under way would begin it anew. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly path: string;
  readonly kind: BackfillKind;
  readonly query: Readonly<Record<string, string | number | readonly string[]>>;
  /** Unix seconds, both ends included; null: without bound. */
  readonly createdFrom: number | null;
  readonly createdTo: number | null;
}

/** Stripe keeps its events that long. */
export const EVENTS_KEPT_MS = 30 * DAY_MS;
/** Stripe's limit for `types[]`. */
const TYPES_PER_CALL = 20;

const seconds = (at: Instant): number => Math.floor(at / SECOND_MS);

const ALL_AGES = { createdFrom: null, createdTo: null } as const;

/**
 * Those who pay, and who they are: of any age, ended ones too. First, or whatever is decided while the backfill still
 * runs would be decided for nobody by name. Their cards come along: a list of cards would take a call per customer.
 */
const PEOPLE: readonly BackfillPart[] = [
  {
    name: 'customers',
    title: 'customers and their cards',
    path: '/v1/customers',
    kind: 'customer',
    query: { expand: ['data.invoice_settings.default_payment_method', 'data.default_source'] },
    ...ALL_AGES,
  },
  {
    name: 'checkout_sessions',
    title: 'checkouts',
    path: '/v1/checkout/sessions',
    kind: 'checkout_session',
    query: { status: 'complete' },
    ...ALL_AGES,
  },
  {
    name: 'subscriptions',
    title: 'subscriptions and their cards',
    path: '/v1/subscriptions',
    kind: 'subscription',
    query: { status: 'all', expand: ['data.default_payment_method', 'data.default_source'] },
    ...ALL_AGES,
  },
];

/** Since basil an invoice shows only to whoever asks which intents pay it. */
const INVOICES = { path: '/v1/invoices', kind: 'invoice', expand: ['data.payments'] } as const;

const moneyParts = (from: number): readonly BackfillPart[] => [
  {
    name: 'invoices_open',
    title: 'older invoices that are still open',
    path: INVOICES.path,
    kind: INVOICES.kind,
    query: { status: 'open', expand: INVOICES.expand },
    createdFrom: null,
    createdTo: from - 1,
  },
  {
    name: 'invoices',
    title: 'invoices and failed payments',
    path: INVOICES.path,
    kind: INVOICES.kind,
    query: { expand: INVOICES.expand },
    createdFrom: from,
    createdTo: null,
  },
  // Neither names a customer: the charge that comes along does.
  ...(['dispute', 'refund'] as const).map((kind) => ({
    name: `${kind}s`,
    title: `${kind}s`,
    path: `/v1/${kind}s`,
    kind,
    query: { expand: ['data.charge'] },
    createdFrom: from,
    createdTo: null,
  })),
];

/** Last, so that what changed while the other parts were read is among them. */
const eventParts = (from: number, types: readonly string[]): readonly BackfillPart[] => {
  const calls = Math.ceil(types.length / TYPES_PER_CALL);
  return Array.from({ length: calls }, (_, index) => ({
    name: `events_${index + 1}`,
    title: `events, ${index + 1} of ${calls}`,
    path: '/v1/events',
    kind: 'event',
    query: { types: types.slice(index * TYPES_PER_CALL, (index + 1) * TYPES_PER_CALL) },
    createdFrom: from,
    createdTo: null,
  }));
};

export interface PlanOptions {
  readonly since: Instant;
  /** Of its first run. */
  readonly startedAt: Instant;
  /** Types of event that are read; others say nothing. */
  readonly eventTypes: readonly string[];
}

/** Everything that a backfill reads, in order. */
export const planBackfill = ({ since, startedAt, eventTypes }: PlanOptions): readonly BackfillPart[] => {
  const eventsSince = Math.max(since, plus(startedAt, -EVENTS_KEPT_MS));
  return [...PEOPLE, ...moneyParts(seconds(since)), ...eventParts(Math.floor(eventsSince / SECOND_MS), eventTypes)];
};
