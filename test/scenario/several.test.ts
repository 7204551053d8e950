import { describe, expect, it } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { check, day, minutes, on, play, says, saysNothing, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import { customerPays, fails, isPaidFirstTime, isVoided, retrySucceeds } from './stripe-happenings.ts';

/** Several subscriptions and currencies of one account, and bills that are sent. */
const DOLLARS: Bill = { invoice: 'in_dollars', subscription: 'sub_pro', amount: 4900 };
const EUROS: Bill = { invoice: 'in_euros', subscription: 'sub_euro', amount: 3000, currency: 'eur' };
const YEN: Bill = { invoice: 'in_yen', subscription: 'sub_yen', amount: 4900, currency: 'jpy' };
const DINARS: Bill = { invoice: 'in_dinars', subscription: 'sub_dinar', amount: 4900, currency: 'kwd' };
const SENT: Bill = { ...DOLLARS, invoice: 'in_sent', collectionMethod: 'send_invoice' };

describe.each(STRIPE_SHAPES)('several subscriptions, %s payloads', (shape) => {
  it('in two currencies: two episodes, traits speak of the lead, and nothing is summed (C5)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(DOLLARS, { retryAt: day(9) })),
      on(1),
      webhooks(fails(EUROS, { retryAt: day(4) })),
      says(['payment_failed', { amount: 49, currency: 'USD' }], ['payment_failed', { amount: 30, currency: 'EUR' }]),
      // the same stage: the earliest first failure leads
      traits({ dunning_amount_due: 49, dunning_currency: 'USD', first_failed_at: toIso(day(0)) }),
      on(4),
      webhooks(fails(EUROS, { attempt: 2, retryAt: day(8) })),
      says(['payment_failed', { currency: 'EUR' }], ['payment_retried', { currency: 'EUR' }]),
      // the higher stage leads
      traits({
        dunning_stage: 'retrying',
        dunning_amount_due: 30,
        dunning_currency: 'EUR',
        next_retry_date: toIso(day(8)),
      }),
      on(8),
      webhooks(retrySucceeds(EUROS, { attempt: 3 })),
      says(
        ['payment_retried', {}],
        ['payment_recovered', { amount: 30, currency: 'EUR', subscription_id: 'sub_euro' }],
      ),
      traits({ dunning_stage: 'first_failure', in_dunning: true, dunning_amount_due: 49, dunning_currency: 'USD' }),
      on(9),
      webhooks(isVoided(DOLLARS)),
      saysNothing, // the last one was forgiven, but the euros were recovered a day ago
      traits({ dunning_stage: 'recovered', in_dunning: false, lifetime_recovered_payments: 1 }),
    ]));

  it.each([
    [YEN, 4900, 'JPY'],
    [DINARS, 4.9, 'KWD'],
  ] as const)('amounts follow the exponent of the currency (E11): %j', (bill, amount, currency) =>
    play({ shape }, [
      on(0),
      webhooks(fails(bill, { retryAt: day(3) })),
      says(['payment_failed', { amount, amount_minor: 4900, currency }]),
      traits({ dunning_amount_due: amount, dunning_currency: currency }),
      on(3),
      webhooks(retrySucceeds(bill, { attempt: 2 })),
      says(['payment_retried', { amount, currency }], ['payment_recovered', { amount, amount_minor: 4900, currency }]),
    ]),
  );
});

/** The subscription runs on bills that are sent. */
const runsOnBills: Happening = (account, at) => [
  subscriptionUpdated(account, { subscription: 'sub_pro', at, amount: 4900, collectionMethod: 'send_invoice' }),
];

describe.each(STRIPE_SHAPES)('bills that are sent, and first payments, %s payloads', (shape) => {
  it('a sent bill that is paid late is neither dunned nor recovered, and is revenue all the same (B4, 0010)', () =>
    play({ shape }, [
      on(0),
      webhooks(runsOnBills),
      on(20),
      webhooks(customerPays(SENT, { attempt: 0, charge: 1 })),
      wait(seconds(10)),
      saysNothing,
      traits({ dunning_stage: 'healthy', lifetime_recovered_payments: 0, mrr: 49 }),
    ]));

  it('a sent bill that is refused beside a charged one joins no episode (B4, C1)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(DOLLARS, { retryAt: day(3) })),
      on(1),
      webhooks(fails(SENT)),
      wait(minutes(1)),
      says(['payment_failed', {}], ['payment_failed', { invoice_id: 'in_sent', dunning_episode_id: null }]),
      traits({ dunning_stage: 'first_failure', dunning_amount_due: 49, total_failed_payments_90d: 1 }),
      on(3),
      webhooks(retrySucceeds(DOLLARS, { attempt: 2 })),
      says(['payment_retried', {}], ['payment_recovered', { amount: 49 }]),
    ]));

  it('a first payment that succeeds says nothing, recovers nothing and lowers no count (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime({ ...DOLLARS, billingReason: 'subscription_create' })),
      wait(minutes(1)),
      saysNothing,
      traits({ dunning_stage: 'healthy', lifetime_failed_payments: 0, lifetime_recovered_payments: 0 }),
      check(async (relay) => {
        const paid = ((await relay.profile())?.deliveries ?? []).filter(
          ({ eventType }) => eventType === 'invoice.paid',
        );
        expect(paid.map(({ end }) => end)).toEqual(['understood']); // kept as a fact, for a rate of successes
      }),
    ]));
});
