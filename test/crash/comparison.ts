import type { StripeEvent } from '../../src/simulate/stripe-events.ts';
import type { StoodInEvent } from '../../src/simulate/vendors/segment.ts';

/** How the two sides differ, one line each; three empty lists are what is promised. */
export interface Comparison {
  /** Owed by an acknowledged webhook, and not at Segment. */
  readonly lost: readonly string[];
  /** At Segment under more than one message id. */
  readonly doubled: readonly string[];
  /** At Segment, and owed by no acknowledged webhook. */
  readonly invented: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const OWED: Readonly<Record<string, (object: Fields, second: number) => readonly string[]>> = {
  'invoice.payment_failed': ({ id, attempt_count: attempt }, second) => [
    `payment_failed ${id} attempt ${attempt} at ${second}`,
    ...(Number(attempt) > 1 ? [`payment_retried ${id} attempt ${attempt}`] : []),
  ],
  'invoice.paid': ({ id, attempt_count: attempt }, second) => [
    `payment_recovered ${id} at ${second}`,
    `payment_retried ${id} attempt ${attempt}`,
  ],
  'customer.subscription.updated': ({ id, status, latest_invoice: invoice }, second) => {
    if (status === 'past_due') return [`subscription_past_due ${id} at ${second}`];
    return status === 'unpaid' ? [`dunning_exhausted ${invoice}`] : [];
  },
};

/** What a webhook of the crash runs obliges the relay to say, read from Stripe's fields without the relay's reader. */
export const owedBy = ({ type, created, data }: StripeEvent): readonly string[] =>
  OWED[type]?.(data.object, created) ?? [];

const MEMBERSHIPS: ReadonlySet<string> = new Set(['Audience Entered', 'Audience Exited']);

const secondOf = (instant: unknown): number => Math.floor(Date.parse(String(instant)) / 1_000);

const SAID: Readonly<Record<string, (properties: Fields) => string>> = {
  payment_failed: ({ invoice_id, scheduled_attempt_count, occurred_at }) =>
    `${invoice_id} attempt ${scheduled_attempt_count} at ${secondOf(occurred_at)}`,
  payment_retried: ({ invoice_id, attempt_number }) => `${invoice_id} attempt ${attempt_number}`,
  payment_recovered: ({ invoice_id, occurred_at }) => `${invoice_id} at ${secondOf(occurred_at)}`,
  subscription_past_due: ({ subscription_id, occurred_at }) => `${subscription_id} at ${secondOf(occurred_at)}`,
  dunning_exhausted: ({ invoice_id }) => `${invoice_id}`,
};

const saidBy = ({ event = '', properties = {} }: StoodInEvent): string =>
  `${event} ${SAID[event]?.(properties) ?? JSON.stringify(properties)}`;

/** What an event is about, whenever and however often it is said. */
const naturalKeyOf = ({ event, properties = {} }: StoodInEvent): string => {
  const { attempt_key: attempt, subscription_id: subscription, occurred_at: at } = properties;
  return `${event} ${attempt ?? `${subscription} at ${secondOf(at)}`}`;
};

const underSeveralIds = (
  tracks: readonly StoodInEvent[],
  keyOf: (track: StoodInEvent) => string,
): readonly string[] => {
  const ids = Map.groupBy(tracks, keyOf);
  return [...ids]
    .filter(([, group]) => new Set(group.map(({ messageId }) => messageId)).size > 1)
    .map(([key, group]) => `${key}: ${[...new Set(group.map(({ messageId }) => messageId))].join(', ')}`);
};

/**
 * Pure: what acknowledged webhooks oblige to, against what Segment has. Only events are compared: identify and group calls
 * and memberships say the present state, and how often depends on when the relay looked.
 */
export const compare = (acknowledged: Iterable<StripeEvent>, calls: Iterable<StoodInEvent>): Comparison => {
  const owed = new Set([...acknowledged].flatMap(owedBy));
  const tracks = [...calls].filter(({ type, event = '' }) => type === 'track' && !MEMBERSHIPS.has(event));
  const said = new Set(tracks.map(saidBy));
  const doubled = [...underSeveralIds(tracks, naturalKeyOf), ...underSeveralIds(tracks, saidBy)];
  return {
    lost: [...owed].filter((statement) => !said.has(statement)),
    doubled: [...new Set(doubled)],
    invented: [...said].filter((statement) => !owed.has(statement)),
  };
};
