import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import { RUN_SET_UP } from '../../src/destination-kit/run-set-up.ts';
import { NEWEST_API_VERSION } from '../../src/doctor/check-api-version.ts';
import { CHECKS, runChecks } from '../../src/doctor/checks.ts';
import type { Finding, Severity } from '../../src/doctor/finding.ts';
import type { Gathered } from '../../src/doctor/gathered.ts';
import { planOf } from '../../src/doctor/plans-seen.ts';
import { foldPrices, resolvePlan } from '../../src/ledger/plan.ts';
import { SUBSCRIBE_EVENTS } from '../../src/providers/stripe/subscribe.ts';
import {
  ABSENT,
  ANCIENT_VERSION,
  BROKEN,
  customerFact,
  daysAgo,
  heard,
  PRICE,
  subscriptionFact,
  surveyed,
  WELL,
  withEndpoints,
  withoutStripe,
  withPolicy,
  withSettings,
  withStore,
  withStripe,
  withSurvey,
  withTools,
} from '../contract/doctor-samples.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

type Case = readonly [promise: string, gathered: Gathered, severity: Severity, says: RegExp];

const found = (name: string, gathered: Gathered): readonly Finding[] =>
  runChecks(gathered).filter(({ check }) => check === name);

const textOf = (findings: readonly Finding[], severity: Severity): string =>
  findings
    .filter((finding) => finding.severity === severity)
    .map(({ what, mend, detail }) => [what, mend, ...detail].join('\n'))
    .join('\n');

const without = (...missing: readonly string[]) => SUBSCRIBE_EVENTS.filter((type) => !missing.includes(type));
const { policy } = withPolicy({});
const stripePolicy = policy.read ? policy.value.stripe : DEFAULT_POLICY.stripe;
const clock = (aheadMs: number): Gathered => ({ ...WELL, clock: { read: true, value: { host: 'time', aheadMs } } });
const customers = (mode: 'live' | 'test', n: number) => ({ provider: 'stripe', merchant: '', mode, customers: n });
const { counts } = WELL.store.read ? WELL.store.value : expect.fail();
const lookUps = { customer: 0, decline: 2, price: 0, payment_method: 0, event: 1, owner: 0 };
const nobody = (id: string) => surveyed(id, { userId: null, facts: [subscriptionFact()] });
const stake = (customer: string, amount: number | null) => ({
  customer: { provider: 'stripe', merchant: '', mode: 'live' as const, customer },
  view: amount === null ? null : JSON.stringify({ traits: { dunning_amount_due: amount, dunning_currency: 'EUR' } }),
});
const yen = {
  ...stake('cus_J', 1),
  view: '{"traits":{"dunning_amount_due":500,"dunning_currency":"JPY"}}',
};
const priced = (changes = {}) =>
  surveyed('cus_A', { facts: [subscriptionFact({ planId: null, price: { ...PRICE, ...changes } })] });

const HUBSPOT = ['hubspot', 'hubspot-companies', 'hubspot-tasks'];
const lacking = (missing: readonly string[], conflicts: readonly string[]) => ({
  tool: 'hubspot',
  setUp: { read: true as const, value: { missing, conflicts } },
});

const CASES: Readonly<Record<string, readonly Case[]>> = {
  brake: [
    [
      'a brake that holds entries back',
      withStore({
        counts: {
          ...counts,
          brake: {
            stop: { engagedAt: WELL.now, entered: 51, known: 500, releasedAt: null, actor: null, reason: null },
            held: { share: 7, person: 0 },
          },
        },
      }),
      'problem',
      /51 of 500 known people entered at once, 7 wait/,
    ],
  ],
  settings: [
    ['a variable that is not valid', { ...WELL, settings: BROKEN }, 'problem', /it is broken/],
    ['a policy that is not valid', { ...WELL, policy: BROKEN }, 'problem', /it is broken/],
  ],
  clock: [
    ['a clock that is ahead', clock(30_000), 'warning', /30 seconds ahead of time/],
    ['a clock that refuses webhooks', clock(-200_000), 'problem', /3 minutes behind time.*refused/],
    ['a clock that nobody could be asked about', { ...WELL, clock: ABSENT }, 'unknown', /it is not there/],
    [
      'webhooks from the future',
      { ...withSurvey({ behindMs: 40_000 }), clock: ABSENT },
      'warning',
      /40 seconds before/,
    ],
  ],
  'webhook-secrets': [
    ['no secret', { ...WELL, secrets: { given: 0, misshapen: 0 } }, 'problem', /404/],
    ['a key in the place of a secret', { ...WELL, secrets: { given: 2, misshapen: 1 } }, 'problem', /1 of 2 .*whsec_/],
    ['refused signatures', { ...WELL, relay: { read: true, value: { refused: 7 } } }, 'warning', /refused 7 webhooks/],
  ],
  endpoint: [
    ['no key', { ...WELL, stripe: ABSENT }, 'unknown', /STRIPE_API_KEY/],
    ['a key that cannot be used', { ...WELL, stripe: BROKEN }, 'problem', /it is broken/],
    ['a refused key', withStripe({ endpoints: { result: 'stopped', reason: 'no' } }), 'problem', /Webhook Endpoints/],
    ['an outage', withStripe({ endpoints: { result: 'retry', at: WELL.now, reason: 'busy' } }), 'unknown', /busy/],
    ['no endpoint at all', withEndpoints(), 'problem', /no live-mode endpoint/],
    [
      'endpoints of others alone',
      withEndpoints({ url: 'https://x.org/hooks?key=hush' }),
      'problem',
      /https:\/\/x\.org\/hooks$/,
    ],
    ['a disabled endpoint', withEndpoints({ enabled: false }), 'problem', /disabled/],
    ['several endpoints', withEndpoints({}, { id: 'we_2' }), 'warning', /2 endpoints/],
    [
      'thin events',
      withStripe({ thin: { result: 'found', value: [{ id: 'ed_1', enabled: true, events: ['v1.invoice.paid'] }] } }),
      'warning',
      /thin events[\s\S]*ed_1/,
    ],
  ],
  'api-version': [
    ['the version of the account', withEndpoints({ apiVersion: null }), 'warning', /default[\s\S]*2025-03-31\.basil/],
    ['a version too old', withEndpoints({ apiVersion: ANCIENT_VERSION }), 'warning', /older than any/],
    ['a version too new', withEndpoints({ apiVersion: '2031-01-01.zinc' }), 'warning', /newer than this release/],
    [
      'old webhooks, without a key',
      withoutStripe({ apiVersions: { [ANCIENT_VERSION]: 3 } }),
      'warning',
      /older than any/,
    ],
    ['nothing to go by', withoutStripe({ apiVersions: { '': 3 } }), 'unknown', /not known/],
  ],
  events: [
    ['no key', { ...WELL, stripe: ABSENT }, 'unknown', /not known/],
    ['a missing event', withEndpoints({ events: without('charge.failed') }), 'warning', /missing:\n {2}charge\.failed/],
    [
      'an essential one',
      withEndpoints({ events: without('invoice.paid') }),
      'problem',
      /1 event .*invoice\.paid among/,
    ],
    [
      'the list to paste',
      withEndpoints({ events: ['invoice.paid'] }),
      'problem',
      /stripe webhook_endpoints update we_1 --live \\\n {2}\$\(printf[\s\S]*invoice\.paid [\s\S]*\)$/,
    ],
    [
      'invoice.created',
      withEndpoints({ events: [...SUBSCRIBE_EVENTS, 'invoice.created'] }),
      'warning',
      /every invoice/,
    ],
    ['all events', withEndpoints({ events: ['*'] }), 'warning', /we_1 sends all events/],
  ],
  'charge-webhooks': [
    [
      'an endpoint without them',
      withEndpoints({ events: without('charge.succeeded') }),
      'problem',
      /does not send both/,
    ],
    [
      'failures without them',
      withoutStripe({ heard: [heard('invoice.payment_failed', { count: 4 })] }),
      'problem',
      /4 failed payments .*without one charge/,
    ],
    ['too little to go by', withoutStripe({ heard: [heard('invoice.paid')] }), 'unknown', /too little/],
    ['some that are declared absent', withPolicy({ chargeWebhooks: 'absent' }), 'warning', /and they do/],
  ],
  'key-mode': [
    ['a test key for live webhooks', withStripe({ mode: 'test' }), 'problem', /rk_live_/],
    ['a test key where Recoup enforces', { ...withStripe({ mode: 'test' }), store: ABSENT }, 'warning', /enforces/],
    [
      'a live key for test webhooks',
      withSurvey({ heard: [heard('invoice.paid', { mode: 'test' })] }),
      'warning',
      /rk_test_/,
    ],
  ],
  store: [
    ['no store yet', { ...WELL, store: ABSENT }, 'unknown', /it is not there/],
    ['a store that cannot be read', { ...WELL, store: BROKEN }, 'problem', /it is broken/],
  ],
  'last-webhook': [
    ['silence from the start', withSurvey({ heard: [] }), 'warning', /No webhook/],
    [
      'silence for days',
      withSurvey({ heard: [heard('invoice.paid', { newestAt: daysAgo(4) })] }),
      'warning',
      /4 days ago/,
    ],
  ],
  waiting: [
    [
      'what belongs to nobody yet',
      withStore({ counts: { ...counts, deliveries: { ...counts.deliveries, unresolved: 3 } } }),
      'warning',
      /3 deliveries .*\n.*running relay asks/,
    ],
    [
      'look-ups without a key',
      { ...withStore({ api: { lookUps, missed: 0, searchedTo: null } }), stripe: ABSENT },
      'warning',
      /3 look-ups[\s\S]*Set STRIPE_API_KEY/,
    ],
  ],
  'dead-letters': [
    ['open ones', withStore({ counts: { ...counts, deadLetters: 2 } }), 'problem', /2 dead letters are open/],
  ],
  identity: [
    ['nobody known', withSurvey({ counts: [], sample: [] }), 'unknown', /No billing customer/],
    [
      'most do not thread',
      withSurvey({ sample: [nobody('cus_X'), nobody('cus_Y'), surveyed('cus_Z')] }),
      'problem',
      /33\.3% .*\n.*\nwithout: cus_X/,
    ],
    [
      'some do not thread',
      withSurvey({ sample: [nobody('cus_X'), surveyed('cus_Y'), surveyed('cus_Z')] }),
      'warning',
      /66\.6%/,
    ],
    [
      'another metadata key',
      withSurvey({ sample: [nobody('cus_X')], metadataKeys: { appUser: 9, user_id: 1 } }),
      'problem',
      /carry appUser: .*user_id_keys/,
    ],
    [
      'people in dunning whom no tool can reach',
      withSurvey({
        nameless: { profiles: [stake('cus_X', 10), stake('cus_Y', 20.5), stake('cus_Z', null)], more: false },
      }),
      'problem',
      /^3 customers .* 30\.50 EUR at stake.*\n.*\ncus_Y {2}20\.50 EUR\ncus_X {2}10\.00 EUR\ncus_Z$/,
    ],
    [
      'money without minor units',
      withSurvey({ nameless: { profiles: [yen], more: true } }),
      'problem',
      /^More than 1 customer.*, more than 500 JPY at stake/,
    ],
    [
      'billing ids',
      withSurvey({ sample: [surveyed('cus_A', { userId: 'cus_NffrFeUfNV2Hib' })] }),
      'warning',
      /billing provider[\s\S]*cus_A/,
    ],
    [
      'email addresses',
      withSurvey({ sample: [surveyed('cus_A', { userId: 'ada@example.com' })] }),
      'warning',
      /1 customer has an email/,
    ],
    [
      'subscriptions that disagree',
      withSurvey({
        sample: [
          surveyed('cus_A', {
            facts: [subscriptionFact({ userId: 'ada' }), subscriptionFact({ id: 'sub_2', userId: 'eve' })],
          }),
        ],
      }),
      'warning',
      /different users[\s\S]*cus_A/,
    ],
    [
      'strangers who are one person by a placeholder',
      withSurvey({ crowds: [{ userId: 'dev', customer: surveyed('cus_A').customer, accounts: 600 }] }),
      'warning',
      /^1 user id has more than 20 billing customers[\s\S]*placeholder[\s\S]*dev {2}600 customers/,
    ],
    [
      'strangers who are one person by an address, which is not shown',
      withSurvey({ crowds: [{ userId: 'ops@example.com', customer: surveyed('cus_A').customer, accounts: 21 }] }),
      'warning',
      /^(?![\s\S]*ops@)1 user id has more than 20[\s\S]*that of cus_A {2}21 customers/,
    ],
  ],
  plans: [
    [
      'no subscription known',
      withSurvey({ sample: [surveyed('cus_A', { facts: [customerFact('a')] })] }),
      'unknown',
      /No running/,
    ],
    [
      'a price without a plan',
      withSurvey({ sample: [priced({ productId: 'prod_9' })] }),
      'warning',
      /price_1: <plan id> {2}# 1 subscription, product prod_9/,
    ],
    [
      'a high value that nobody has',
      withPolicy({ plans: { highValue: ['pro', 'prro'], ids: {} } }),
      'warning',
      /called prro\./,
    ],
  ],
  'test-mode': [
    ['nobody known', withSurvey({ counts: [] }), 'unknown', /No billing customer/],
    [
      'a rehearsal',
      withSurvey({ counts: [customers('test', 4)] }),
      'warning',
      /All 4 customers are of test mode, which stays/,
    ],
  ],
  'smart-retries': [
    ['nothing declared', withPolicy({ stripe: { ...stripePolicy, smartRetries: 'undeclared' } }), 'warning', /Retries/],
  ],
  'dunning-emails': [
    [
      'nothing declared',
      withPolicy({ stripe: { ...stripePolicy, dunningEmails: 'undeclared' } }),
      'warning',
      /dunning_emails: off/,
    ],
    ['two mails', withPolicy({ stripe: { ...stripePolicy, dunningEmails: 'on' } }), 'warning', /gets two/],
  ],
  tools: [
    [
      'a tool that nobody writes',
      withPolicy({ directTools: ['Iterable'] }),
      'warning',
      /Iterable, .*nobody there hears/,
    ],
    [
      'a tool without credentials',
      {
        ...withSettings({ tools: { written: [], off: ['braze'] } }),
        policy: withPolicy({ directTools: ['Braze Cloud Mode'] }).policy,
      },
      'warning',
      /Give Recoup credentials for Braze Cloud Mode/,
    ],
    [
      'refused credentials',
      withTools({ credentials: BROKEN }),
      'problem',
      /braze does not take its credentials: it is broken[\s\S]*BRAZE_API_KEY[\s\S]*docs\/recipes\/braze\.md/,
    ],
    [
      "one refusal of a vendor's three tools",
      withTools(...HUBSPOT.map((tool) => ({ tool, credentials: BROKEN }))),
      'problem',
      /^hubspot, hubspot-companies and hubspot-tasks do not take their credentials[^\n]*\n[^\n]*HUBSPOT_ACCESS_TOKEN[^\n]*$/,
    ],
    [
      'a tool that gives no answer',
      withTools({ credentials: ABSENT }),
      'unknown',
      /braze gave no answer: it is not there/,
    ],
    [
      'missing fields',
      withTools(lacking(['contact property mrr'], [])),
      'problem',
      /lacks 1 of what[\s\S]*npm run recoup -- destinations apply --tool hubspot\ncontact property mrr$/,
    ],
    [
      'many missing fields',
      withTools(
        lacking(
          Array.from({ length: 41 }, (_, i) => `property ${i}`),
          [],
        ),
      ),
      'problem',
      /lacks 41[\s\S]*property 7\nand 33 more: npm run recoup -- destinations plan --tool hubspot$/,
    ],
    [
      'fields of another type',
      withTools(lacking([], ['property mrr is text: delete it'])),
      'problem',
      /1 of what hubspot has cannot be used[\s\S]*property mrr is text/,
    ],
    ['a tool that does not say what it has', withTools({ setUp: ABSENT }), 'unknown', /did not say what it has/],
    [
      'duplicate ids',
      withTools({ problems: { read: true, value: [{ problem: 'two contacts carry u_1', mend: 'Merge them.' }] } }),
      'problem',
      /^braze: Two contacts carry u_1\.\nMerge them\.$/,
    ],
    [
      'the same problem in two tools of a vendor once',
      withTools(
        ...HUBSPOT.slice(1).map((tool) => ({
          tool,
          problems: {
            read: true as const,
            value: [{ problem: 'the token may not read tasks', mend: 'give it crm.x' }],
          },
        })),
      ),
      'problem',
      /^hubspot-companies and hubspot-tasks: The token may not read tasks\.\nGive it crm\.x\.$/,
    ],
    [
      'once what the same set-up mends, and all else beside it',
      withTools(
        {
          ...lacking(['contact property recoup_user_id'], []),
          problems: { read: true, value: [{ problem: 'contacts have no recoup_user_id', mend: RUN_SET_UP }] },
        },
        {
          tool: 'hubspot-tasks',
          problems: {
            read: true,
            value: [
              { problem: 'contacts have no recoup_user_id', mend: RUN_SET_UP },
              { problem: 'the token may not read tasks', mend: 'give it crm.x' },
            ],
          },
        },
      ),
      'problem',
      /^hubspot lacks 1 of what[^\n]*\n[^\n]*destinations apply[^\n]*\ncontact property recoup_user_id\nhubspot-tasks: The token may not read tasks\.\nGive it crm\.x\.$/,
    ],
    [
      'what the set-up would mend where nothing is named as missing',
      withTools({ problems: { read: true, value: [{ problem: 'the field may not be edited', mend: RUN_SET_UP }] } }),
      'problem',
      /^braze: The field may not be edited\.\nRun "npm run recoup -- destinations apply"\.$/,
    ],
    ['a tool that cannot be looked over', withTools({ problems: ABSENT }), 'unknown', /could not be looked over/],
    ['tools that were not asked', { ...WELL, tools: BROKEN }, 'unknown', /not asked: it is broken/],
  ],
  mode: [['observing', withSettings({ mode: 'observe' }), 'warning', /none leaves/]],
};

describe('a check', () => {
  it('is silent on a set-up in which all is well, but for what nobody can look at', () => {
    const others = runChecks(WELL).filter(({ severity }) => severity !== 'ok');
    expect(others.map(({ check, severity }) => [check, severity])).toEqual([['tools', 'unknown']]);
    expect(new Set(runChecks(WELL).map(({ check }) => check))).toEqual(new Set(CHECKS.map(({ name }) => name)));
  });

  it('has a case here of all that it can find', () => {
    expect(Object.keys(CASES).toSorted()).toEqual(CHECKS.map(({ name }) => name).toSorted());
  });

  const cases = Object.entries(CASES).flatMap(([name, own]) => own.map((each) => [name, ...each] as const));
  it.each(cases)('%s finds %s', (name, _, gathered, severity, says) => {
    expect(textOf(found(name, gathered), severity)).toMatch(says);
  });

  it('names what to do with every problem and warning', () => {
    const all = cases.flatMap(([, , gathered]) => runChecks(gathered));
    const silent = all.filter(({ severity, mend }) => (severity === 'problem' || severity === 'warning') && !mend);
    expect(silent).toEqual([]);
  });

  it('shows nothing of the query of an endpoint, which may hold a secret, and no email address', () => {
    const all = JSON.stringify(cases.flatMap(([, , gathered]) => runChecks(gathered)));
    expect(all).not.toContain('hush');
    expect(all).not.toContain('@');
  });
});

describe('a well set-up', () => {
  const fine: readonly (readonly [check: string, promise: string, gathered: Gathered])[] = [
    [
      'endpoint',
      'has a path before the one of the relay',
      withEndpoints({ url: 'https://x.org/recoup/webhooks/stripe/' }),
    ],
    ['endpoint', 'may have other endpoints', withEndpoints({}, { id: 'we_2', url: 'https://x.org/other' })],
    ['events', 'may send events of no use', withEndpoints({ events: [...SUBSCRIBE_EVENTS, 'payout.paid'] })],
    [
      'events',
      'may send them by two endpoints',
      withEndpoints({ events: without('invoice.paid') }, { id: 'we_2', events: ['invoice.paid'] }),
    ],
    ['charge-webhooks', 'hears charges, whatever the endpoint', withoutStripe()],
    [
      'charge-webhooks',
      'believes the count where no charge comes',
      {
        ...withEndpoints({ events: without('charge.failed', 'charge.succeeded') }),
        store: ABSENT,
        policy: withPolicy({ chargeWebhooks: 'absent' }).policy,
      },
    ],
    [
      'key-mode',
      'may rehearse with a test key',
      { ...withSettings({ mode: 'observe' }), stripe: withStripe({ mode: 'test' }).stripe, store: ABSENT },
    ],
    [
      'tools',
      'has tools that have all they need',
      withTools({}, { ...lacking([], []), problems: { read: true, value: [] } }),
    ],
    ['tools', 'may have a tool that cannot be asked', withTools({ credentials: null })],
    ['tools', 'may name a tool that is written', withPolicy({ directTools: ['Braze'] })],
    [
      'plans',
      'names a price by the table',
      {
        ...withSurvey({ sample: [priced()] }),
        policy: withPolicy({ plans: { highValue: ['pro'], ids: { price_1: 'pro' } } }).policy,
      },
    ],
    [
      'plans',
      'ignores what has ended',
      withSurvey({
        sample: [
          surveyed('cus_A'),
          surveyed('cus_B', { facts: [subscriptionFact({ planId: null, price: PRICE, status: 'canceled' })] }),
        ],
      }),
    ],
    [
      'identity',
      'has nobody threaded in test mode',
      withSurvey({
        sample: [surveyed('cus_A'), { ...nobody('cus_T'), customer: { ...surveyed('cus_T').customer, mode: 'test' } }],
      }),
    ],
  ];

  it.each(fine)('(%s) %s', (check, _, gathered) => {
    expect(found(check, gathered).filter(({ severity }) => severity === 'problem' || severity === 'warning')).toEqual(
      [],
    );
  });

  it('has one endpoint named, and the tiers of its plans', () => {
    expect(textOf(found('endpoint', WELL), 'ok')).toContain(
      'we_1  enabled   https://billing.example.com/webhooks/stripe',
    );
    expect(textOf(found('plans', WELL), 'ok')).toContain('high value: pro\nstandard: none');
  });
});

describe('what the checks take from elsewhere', () => {
  it('is the API version that the SDK in use pins', () => {
    expect(NEWEST_API_VERSION).toBe(Stripe.API_VERSION);
  });

  it.each([
    { planId: 'own', price: PRICE },
    { planId: null, price: { ...PRICE, planId: 'of_price', lookupKey: 'key' } },
    { planId: null, price: { ...PRICE, lookupKey: 'key' } },
    { planId: null, price: { ...PRICE, priceId: 'price_2', lookupKey: 'key' } },
    { planId: null, price: { ...PRICE, productId: 'prod_1' } },
    { planId: null, price: PRICE },
    { planId: null, price: null },
  ])('is the plan that the ledger would name: %j', (changes) => {
    const ids = { price_2: 'by_price', prod_1: 'by_product' };
    const fact = subscriptionFact(changes);
    const subscription = fact.kind === 'subscription_observed' ? fact.subscription : null;
    const own = resolvePlan(
      null,
      subscription,
      { ...DEFAULT_POLICY, plans: { highValue: [], ids } },
      foldPrices([fact]),
    );
    expect(planOf(changes, ids)?.planId ?? null).toBe(own.planId);
  });
});
