import { DAY_MS } from '../src/domain/instant.ts';
import { paidByCharge } from '../src/simulate/invoice-story.ts';
import { lifecycle } from '../src/simulate/lifecycles.ts';
import type { StripeAccount, StripeEvent } from '../src/simulate/stripe-events.ts';
import type { Webhook } from './idle-world.ts';

/** Stand in every id of a template for the customer's own letters; as long as they are. */
export const PAYING_MARK = 'BenchCustomer0';
export const RECOVERED_MARK = 'BenchCustomer1';

/** When the whole book was last charged, UTC ms. */
export const BOOK_AT = Date.UTC(2026, 0, 1);
export const MONTH_MS = 31 * DAY_MS;
/** Stripe's first retry. */
export const RETRY_MS = 3 * DAY_MS;

/** A customer's part of every id, for the number of its profile. */
export const toLetters = (customer: number): string => String(customer).padStart(PAYING_MARK.length, '0');

const idsOf = (letters: string, month: number) => ({
  account: {
    shape: 'basil',
    livemode: true,
    customer: `cus_${letters}`,
    userId: `user_${letters}`,
    planId: 'pro',
    priceId: 'price_benchPro',
  } satisfies StripeAccount,
  invoice: `in_${letters}m${month}`,
  subscription: `sub_${letters}`,
});

const toWebhook = (event: StripeEvent, at: number): Webhook => ({ body: JSON.stringify(event), at });

/** A renewal that is paid at once. */
export const paidRenewal = (letters: string, at: number): readonly Webhook[] => {
  const story = { ...idsOf(letters, 0), amount: 4_900, currency: 'usd', periodStart: at };
  return paidByCharge(story, { at, attempt: 1, automatic: true }).map((told) => toWebhook(told.event, told.at));
};

/** A renewal that is refused; the first retry takes the money. In order of happening. */
export const recoveredRenewal = (letters: string, month: number, at: number): readonly Webhook[] =>
  lifecycle('recovered-by-retry', { ...idsOf(letters, month), startsAt: at }).map(({ event, atMs }) =>
    toWebhook(event, at + atMs),
  );

/**
 * The same webhooks for many customers: with letters of their own, and with event ids of their own.
 * @param templates told of `PAYING_MARK`.
 */
export const tellAll = (templates: readonly Webhook[], customers: readonly number[]): readonly Webhook[] => {
  const cut = templates.map(({ body, at }) => {
    const { id } = JSON.parse(body) as StripeEvent;
    return { at, parts: body.replaceAll(id, id.slice(0, -PAYING_MARK.length) + PAYING_MARK).split(PAYING_MARK) };
  });
  return customers.flatMap((customer) => cut.map(({ at, parts }) => ({ at, body: parts.join(toLetters(customer)) })));
};
