import { OLDEST_API_VERSION } from '../../src/doctor/check-api-version.ts';
import type { AtStripe, Gathered, InStore, Settings, ToolSeen } from '../../src/doctor/gathered.ts';
import type { WebhookEndpoint } from '../../src/doctor/webhook-endpoint.ts';
import type { Fact, PriceRef, SubscriptionState } from '../../src/domain/fact.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Heard, Survey, SurveyedCustomer } from '../../src/pipeline/survey-ports.ts';
import { SUBSCRIBE_EVENTS } from '../../src/providers/stripe/subscribe.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { NOW } from './store-samples.ts';

const SUBSCRIPTION: SubscriptionState = {
  id: 'sub_1',
  status: 'active',
  price: null,
  planId: null,
  userId: null,
  currency: 'usd',
  items: [],
  discounts: [],
  collectedAutomatically: true,
  startedAt: null,
  trialEndsAt: null,
  cancelAt: null,
  cancelReason: null,
  cancelReasonStated: true,
  cancelFeedback: null,
  pausedForNonPayment: false,
  collectionPaused: false,
  resumesAt: null,
  defaultPaymentMethodId: null,
};

/** A price that names no plan. */
export const PRICE: PriceRef = { priceId: 'price_1', productId: null, lookupKey: null, planId: null, details: true };

/** A subscription as it was once seen to run. */
export const subscriptionFact = (changes: Partial<SubscriptionState> = {}): Fact => ({
  kind: 'subscription_observed',
  id: `seen:${changes.id ?? 'sub_1'}`,
  occurredAt: NOW,
  receivedAt: NOW,
  subscription: { ...SUBSCRIPTION, planId: 'pro', ...changes },
  previousStatus: null,
  previousCollectionPaused: null,
});

/** A customer as it was once seen. */
export const customerFact = (userId: string | null): Fact => ({
  kind: 'customer_observed',
  id: 'customer',
  occurredAt: NOW,
  receivedAt: NOW,
  userId,
  contactUserIds: [],
  email: null,
  defaultPaymentMethodId: null,
  deleted: false,
});

/** A live customer of the sample with a user id. */
export const surveyed = (customer: string, changes: Partial<SurveyedCustomer> = {}): SurveyedCustomer => ({
  customer: { provider: 'stripe', merchant: '', mode: 'live', customer },
  userId: `user_of_${customer}`,
  accounts: 1,
  inDunning: false,
  facts: [subscriptionFact({ userId: `user_of_${customer}` })],
  ...changes,
});

/** What came in of one type, a minute ago. */
export const heard = (eventType: string, changes: Partial<Heard> = {}): Heard => ({
  provider: 'stripe',
  mode: 'live',
  eventType,
  count: 5,
  newestAt: plus(NOW, -60_000),
  ...changes,
});

/** An endpoint without fault. */
export const ENDPOINT: WebhookEndpoint = {
  id: 'we_1',
  url: 'https://billing.example.com/webhooks/stripe',
  enabled: true,
  apiVersion: '2025-03-31.basil',
  events: SUBSCRIBE_EVENTS,
};

const SETTINGS: Settings = {
  mode: 'enforce',
  deliverTestMode: false,
  webhookPath: '/webhooks/stripe',
  tools: { written: ['braze'], off: [] },
};

const SURVEY: Survey = {
  counts: [{ provider: 'stripe', merchant: '', mode: 'live', customers: 2 }],
  sample: [surveyed('cus_A'), surveyed('cus_B')],
  nameless: { profiles: [], more: false },
  crowds: [],
  heard: [heard('invoice.payment_failed'), heard('charge.failed')],
  apiVersions: { '2025-03-31.basil': 10 },
  metadataKeys: { user_id: 10 },
  behindMs: 0,
};

const IN_STORE: InStore = {
  survey: SURVEY,
  counts: {
    deliveries: { unread: 0, understood: 10, ignored: 0, dead_letter: 0, unresolved: 0 },
    outbox: { queued: 0, delivered: 0, recorded: 0, dead: 0 },
    deadLetters: 0,
    profiles: 2,
    inDunning: 0,
    parked: 0,
    brake: { stop: null, held: { share: 0, person: 0 } },
    oldestUnreadAt: null,
    oldestQueuedAt: null,
  },
  api: {
    lookUps: { customer: 0, decline: 0, price: 0, payment_method: 0, event: 0, owner: 0 },
    missed: 0,
    searchedTo: null,
  },
};

const AT_STRIPE: AtStripe = {
  mode: 'live',
  endpoints: { result: 'found', value: [ENDPOINT] },
  thin: { result: 'found', value: [] },
};

const POLICY: Policy = {
  ...DEFAULT_POLICY,
  plans: { highValue: ['pro'], ids: {} },
  stripe: { ...DEFAULT_POLICY.stripe, smartRetries: 'on', dunningEmails: 'off' },
};

/** A tool that is as it should be, but for `changes`. */
export const seenTool = (changes: Partial<ToolSeen> = {}): ToolSeen => ({
  tool: 'braze',
  credentials: { read: true, value: true },
  setUp: null,
  problems: null,
  ...changes,
});

/** A set-up in which nothing is to be mended. */
export const WELL: Gathered = {
  now: NOW,
  settings: { read: true, value: SETTINGS },
  policy: { read: true, value: POLICY },
  secrets: { given: 1, misshapen: 0 },
  clock: { read: true, value: { host: 'api.stripe.com', aheadMs: 300 } },
  stripe: { read: true, value: AT_STRIPE },
  tools: { read: true, value: [seenTool()] },
  store: { read: true, value: IN_STORE },
  relay: { read: true, value: { refused: 0 } },
  subscribe: SUBSCRIBE_EVENTS,
};

/** Something that was not looked at, through nobody's fault. */
export const ABSENT = { read: false, reason: 'it is not there', fault: false } as const;
/** Something that could not be looked at and should have been there. */
export const BROKEN = { read: false, reason: 'it is broken', fault: true } as const;

/** A well set-up with other settings. */
export const withSettings = (changes: Partial<Settings>): Gathered => ({
  ...WELL,
  settings: { read: true, value: { ...SETTINGS, ...changes } },
});
/** A well set-up with another policy. */
export const withPolicy = (changes: Partial<Policy>): Gathered => ({
  ...WELL,
  policy: { read: true, value: { ...POLICY, ...changes } },
});
/** A well set-up in which Stripe tells something else. */
export const withStripe = (changes: Partial<AtStripe>): Gathered => ({
  ...WELL,
  stripe: { read: true, value: { ...AT_STRIPE, ...changes } },
});
/** A well set-up whose tools say something else of themselves. */
export const withTools = (...tools: readonly Partial<ToolSeen>[]): Gathered => ({
  ...WELL,
  tools: { read: true, value: tools.map(seenTool) },
});
/** A well set-up with these endpoints. */
export const withEndpoints = (...endpoints: readonly Partial<WebhookEndpoint>[]): Gathered =>
  withStripe({ endpoints: { result: 'found', value: endpoints.map((changes) => ({ ...ENDPOINT, ...changes })) } });
/** A well set-up whose store holds something else. */
export const withStore = (changes: Partial<InStore>): Gathered => ({
  ...WELL,
  store: { read: true, value: { ...IN_STORE, ...changes } },
});
/** A well set-up whose store looks otherwise from above. */
export const withSurvey = (changes: Partial<Survey>): Gathered => withStore({ survey: { ...SURVEY, ...changes } });
/** Without Stripe's answer, and with another look of the store. */
export const withoutStripe = (changes: Partial<Survey> = {}): Gathered => ({ ...withSurvey(changes), stripe: ABSENT });

/** Long ago, and older than any version that is read. */
export const ANCIENT_VERSION = `${Number(OLDEST_API_VERSION.slice(0, 4)) - 2}-03-07`;
/** Before `NOW`. */
export const daysAgo = (days: number) => plus(NOW, -days * DAY_MS);
