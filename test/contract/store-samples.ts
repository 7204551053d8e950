import type { DeliveryKeys, Fact } from '../../src/domain/fact.ts';
import { type Instant, instant, plus, toIso } from '../../src/domain/instant.ts';
import type {
  AccountCommit,
  Claim,
  Commit,
  Commitments,
  Delivery,
  NewDeadLetter,
  NewDelivery,
  NewOutboxCall,
  Park,
  Part,
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
  source: 'webhook',
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
  contactUserIds: [],
  email: null,
  defaultPaymentMethodId: null,
  deleted: false,
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
export const NOTHING_SAID: Commitments = {
  episodes: [],
  traits: null,
  accounts: {},
  absorbed: [],
  userId: null,
  audiences: [],
  untold: [],
  channel: null,
  segment: null,
  tools: {},
};

/** The provider's id of the first account of a claim; the empty string where it has none. */
export const customerOf = ({ accounts }: Pick<Claim, 'accounts'>): string => accounts[0]?.customer.customer ?? '';

/** What is unread of all accounts of a claim. */
export const deliveriesOf = ({ accounts }: Claim): readonly Delivery[] =>
  accounts.flatMap(({ deliveries }) => deliveries);

const NO_NEWS = { references: [], events: [], refuted: [], restored: [], aliases: [], contactUserIds: [], wanted: [] };

type AccountChanges = Partial<Omit<AccountCommit, 'customer'>>;

/** What a decision says of each account of its own: a fact for each delivery; `changes` is about the first. */
const accountCommits = (claim: Claim, changes: AccountChanges): readonly AccountCommit[] =>
  claim.accounts
    .filter(({ role }) => role === 'owner')
    .map(({ customer, deliveries }, index) => ({
      ...NO_NEWS,
      customer,
      facts: deliveries.map(({ eventId }) => fact(eventId)),
      ...(index === 0 ? changes : {}),
    }));

/** A decision that understands every delivery, states a fact for each, and says nothing. */
export const decided = (claim: Claim, changes: Partial<Commit> & AccountChanges = {}): Commit => {
  const { facts, references, events, refuted, restored, aliases, contactUserIds, wanted, ...others } = changes;
  const about = { facts, references, events, refuted, restored, aliases, contactUserIds, wanted };
  const given = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
  return {
    outcome: 'decided',
    profileId: claim.profileId,
    version: claim.version + 1,
    at: NOW,
    ruleset: 'rules-1',
    readings: deliveriesOf(claim).map(({ seq }) => ({ seq, end: 'understood', detail: 'customer_observed' })),
    accounts: accountCommits(claim, given),
    outbox: [],
    tools: [],
    suppressions: { begun: [], resumed: [], calls: [] },
    deadLetters: [],
    commitments: NOTHING_SAID,
    brake: { held: null, counts: null },
    inDunning: false,
    view: '{}',
    dueAt: null,
    log: [],
    ...others,
  };
};

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
  decide: (claim: Claim) => Commit | Part | Park = decided,
): Promise<readonly Claim[]> => {
  const claims: Claim[] = [];
  await store.work(now, 1_000, (claim) => {
    claims.push(claim);
    return decide(claim);
  });
  return claims;
};
