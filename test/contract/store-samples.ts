import type { DeliveryKeys, Fact } from '../../src/domain/fact.ts';
import { type Instant, instant, plus, toIso } from '../../src/domain/instant.ts';
import type {
  Claim,
  Commit,
  Commitments,
  NewDeadLetter,
  NewDelivery,
  NewOutboxCall,
  Park,
  SegmentCall,
  Store,
} from '../../src/pipeline/ports.ts';

/** The instant at which most of the store's tests play. */
export const NOW: Instant = instant(1_800_000_000_000);

/** `NOW` moved by `ms`. */
export const later = (ms: number): Instant => plus(NOW, ms);

type DeliveryChanges = Partial<Omit<NewDelivery, 'keys'>> & { readonly keys?: Partial<DeliveryKeys> };

/** A test-mode Stripe delivery of customer `cus_1` received at `NOW`, to be read by the loop. */
export const delivery = (eventId: string, { keys, ...changes }: DeliveryChanges = {}): NewDelivery => ({
  keys: {
    provider: 'stripe',
    merchant: '',
    mode: 'test',
    customer: 'cus_1',
    objects: [],
    eventId,
    eventType: 'invoice.payment_failed',
    occurredAt: NOW,
    ...keys,
  },
  rawBody: `{"id":"${eventId}"}`,
  receivedAt: NOW,
  end: 'unread',
  detail: null,
  ...changes,
});

/** A delivery of a customer. */
export const deliveryOf = (customer: string, eventId: string, receivedAt: Instant = NOW): NewDelivery =>
  delivery(eventId, { keys: { customer }, receivedAt });

/** A delivery that names no customer, only objects. */
export const deliveryAbout = (objects: readonly string[], eventId: string): NewDelivery =>
  delivery(eventId, { keys: { customer: null, objects } });

/** A fact that a delivery stated. */
export const fact = (id: string, userId: string | null = null): Fact => ({
  kind: 'customer_observed',
  id,
  occurredAt: NOW,
  receivedAt: NOW,
  userId,
  defaultPaymentMethodId: null,
});

/** A track call. */
export const call = (messageId: string, changes: Partial<SegmentCall> = {}): SegmentCall => ({
  type: 'track',
  messageId,
  userId: 'u_1',
  timestamp: toIso(NOW),
  context: {},
  integrations: {},
  event: 'payment_failed',
  properties: { amount_minor: 1999, currency: 'USD' },
  ...changes,
});

/** A call for the outbox, meant for Segment. */
export const queued = (messageId: string, changes: Partial<SegmentCall> = {}): NewOutboxCall => ({
  call: call(messageId, changes),
  channel: 'segment',
});

/** What a profile begins with. */
export const NOTHING_SAID: Omit<Commitments, 'events'> = {
  episodes: [],
  traits: null,
  accountTraits: null,
  userId: null,
  audiences: [],
  untold: [],
  channel: null,
  segment: null,
  tools: {},
};

/** A decision that understands every delivery, states a fact for each, and says nothing. */
export const decided = (claim: Claim, changes: Partial<Commit> = {}): Commit => ({
  outcome: 'decided',
  profileId: claim.profileId,
  version: claim.version + 1,
  at: NOW,
  ruleset: 'rules-1',
  readings: claim.deliveries.map(({ seq }) => ({ seq, end: 'understood', detail: 'customer_observed' })),
  facts: claim.deliveries.map(({ eventId }) => fact(eventId)),
  references: [],
  events: [],
  refuted: [],
  restored: [],
  outbox: [],
  tools: [],
  deadLetters: [],
  commitments: NOTHING_SAID,
  inDunning: false,
  view: '{}',
  dueAt: null,
  log: [],
  ...changes,
});

/** A dead letter about a decision. */
export const decisionLetter = (claim: Claim, message: string): NewDeadLetter => ({
  kind: 'decision',
  subject: `profile ${claim.profileId}`,
  code: 'decision_failed',
  message,
  payload: '{}',
  amountMinor: null,
  currency: null,
});

/** A decision that threw; tried again at `retryAt`. */
export const parked = (claim: Claim, retryAt: Instant, message = 'it threw'): Park => ({
  outcome: 'parked',
  profileId: claim.profileId,
  at: NOW,
  retryAt,
  deadLetter: decisionLetter(claim, message),
});

/** One round of the loop that answers what it claimed. */
export const workAll = async (
  store: Store,
  now: Instant,
  decide: (claim: Claim) => Commit | Park = decided,
): Promise<readonly Claim[]> => {
  const claims: Claim[] = [];
  await store.work(now, 1_000, (claim) => {
    claims.push(claim);
    return decide(claim);
  });
  return claims;
};
