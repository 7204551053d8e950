import { createHmac } from 'node:crypto';
import { DAY_MS } from '../src/domain/instant.ts';
import { paidByCharge } from '../src/simulate/invoice-story.ts';
import { lifecycle } from '../src/simulate/lifecycles.ts';
import type { StripeAccount, StripeEvent } from '../src/simulate/stripe-events.ts';

/** Stands in every id of a template for the customer's own letters; as long as they are. */
const CUSTOMER_MARK = 'BenchCustomer0';
const AMOUNT_MINOR = 4_900;
/** Of a hundred customers so many fail their renewal at first, as subscription businesses see it. */
const FAILING_PERCENT = 8;

/** A body cut where the event id and the customer's letters go. */
type Template = readonly string[];

export interface Traffic {
  /** The next webhook as bytes on the wire, signed at `at` (UTC ms); every one another event. */
  readonly next: (at: number) => Buffer;
}

/**
 * Renewals of ever new customers as Stripe would send them: most are paid at once (charge, intent, three notices of the
 * invoice), some are refused and recovered three days later. Customers come in groups whose events are interleaved.
 * @param startsAt when the renewals happen, UTC ms.
 * @param first number of the first customer, so that two rounds never share one.
 */
export const makeTraffic = (options: {
  readonly secret: string;
  readonly port: number;
  readonly startsAt: number;
  readonly first: number;
}): Traffic => {
  const { secret, port, startsAt, first } = options;
  const events = take(renderTemplates(startsAt), first);
  return {
    next: (at) => {
      const body = events();
      const seconds = Math.floor(at / 1_000);
      const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
      return Buffer.from(
        `POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json; charset=utf-8\r\n` +
          `Stripe-Signature: t=${seconds},v1=${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    },
  };
};

const GROUP = 500;

/** Goes through the customers in groups: the first event of each, then the second of each, and so on. */
const take = (stories: { readonly paid: readonly Template[]; readonly failed: readonly Template[] }, first: number) => {
  let group = first;
  let step = 0;
  let member = 0;
  let sequence = 0;
  const storyOf = (customer: number): readonly Template[] =>
    customer % 100 < FAILING_PERCENT ? stories.failed : stories.paid;
  const longest = Math.max(stories.paid.length, stories.failed.length);

  const advance = (): void => {
    member += 1;
    if (member < GROUP) return;
    member = 0;
    step += 1;
    if (step < longest) return;
    step = 0;
    group += GROUP;
  };

  return (): string => {
    for (;;) {
      const customer = group + member;
      const template = storyOf(customer)[step];
      advance();
      if (template === undefined) continue;
      sequence += 1;
      return fill(template, `evt_bench${first.toString(36)}x${sequence.toString(36)}`, customer);
    }
  };
};

/** The user id of a customer of the traffic, by its number. */
export const benchUserId = (customer: number): string => `user_${lettersOf(customer)}`;

const lettersOf = (customer: number): string => customer.toString(36).padStart(CUSTOMER_MARK.length, '0');

const fill = (template: Template, eventId: string, customer: number): string => {
  const letters = lettersOf(customer);
  let body = template[0] ?? '';
  for (let index = 1; index < template.length; index += 1) {
    body += index === 1 ? eventId : letters;
    body += template[index];
  }
  return body;
};

const renderTemplates = (startsAt: number) => {
  const account: StripeAccount = {
    shape: 'basil',
    livemode: true,
    customer: `cus_${CUSTOMER_MARK}`,
    userId: `user_${CUSTOMER_MARK}`,
    planId: 'pro',
    priceId: 'price_benchPro',
  };
  const story = {
    account,
    invoice: `in_${CUSTOMER_MARK}`,
    subscription: `sub_${CUSTOMER_MARK}`,
    amount: AMOUNT_MINOR,
    currency: 'usd',
    periodStart: startsAt - 4 * DAY_MS,
  };
  const paid = paidByCharge(story, { at: startsAt, attempt: 1, automatic: true });
  const failed = lifecycle('recovered-by-retry', { account, startsAt: story.periodStart });
  return { paid: paid.map(({ event }) => toTemplate(event)), failed: failed.map(({ event }) => toTemplate(event)) };
};

/** The id is the first mark of every body: Stripe's events begin with it. */
const toTemplate = (event: StripeEvent): Template => {
  const [head = '', ...rest] = JSON.stringify(event).split(event.id);
  return [head, ...rest.join(event.id).split(CUSTOMER_MARK)];
};
