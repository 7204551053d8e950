import { randomBytes } from 'node:crypto';
import { digest } from '../domain/ids.ts';
import { type Instant, instant, SECOND_MS } from '../domain/instant.ts';
import { SIGNATURE_HEADER, signStripe } from '../providers/stripe/sign.ts';
import { type LifecycleName, lifecycle, lifecycleSpanMs } from '../simulate/lifecycles.ts';
import { customerCreated, type StripeAccount, type StripeEvent, type StripeShape } from '../simulate/stripe-events.ts';
import { COMMAND } from './command-line.ts';
import type { CliDoors } from './doors.ts';
import { CommandFailure, EXIT } from './failure.ts';
import { clean, paint, say, sayJson } from './terminal.ts';

export interface TriggerOptions {
  readonly shape: StripeShape;
  readonly url?: string;
  readonly secret?: string;
  readonly user?: string;
  /** Of the customer: CRMs make a contact only with one. */
  readonly email?: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

/** One webhook that was sent, and the relay's answer. */
interface Sent {
  readonly type: string;
  readonly id: string;
  readonly status: number;
  readonly ms: number;
}

const ANSWER_TIMEOUT_MS = 20_000;
const PRICE_MINOR = 4_900;

const webhookUrl = (given: string | undefined, env: CliDoors['env']): URL => {
  const host = env.HOST === undefined || env.HOST === '' || env.HOST === '0.0.0.0' ? '127.0.0.1' : env.HOST;
  const base = given ?? `http://${host.includes(':') ? `[${host}]` : host}:${env.PORT || '8484'}`;
  const url = URL.parse(/^https?:\/\//.test(base) ? base : `http://${base}`);
  if (url === null) throw new CommandFailure('--url: expected an address such as http://127.0.0.1:8484', EXIT.usage);
  if (url.pathname === '/') url.pathname = '/webhooks/stripe';
  return url;
};

const signingSecret = (given: string | undefined, env: CliDoors['env']): string => {
  const secret = (given ?? env.STRIPE_WEBHOOK_SECRET ?? '').split(',')[0]?.trim() ?? '';
  if (secret !== '') return secret;
  throw new CommandFailure(
    'No signing secret. Set STRIPE_WEBHOOK_SECRET to the one that the relay was started with, e.g. whsec_local, or pass --secret.',
    EXIT.usage,
  );
};

/** The objects of one run. */
interface RunIds {
  readonly customer: string;
  readonly subscription: string;
  readonly invoice: string;
}

/** New ones for each run: the end of one lifecycle must not be read as the continuation of another. */
const idsOf = (user: string, now: Instant): RunIds => {
  const suffix = digest('trigger', user, now).slice(0, 14);
  return { customer: `cus_${suffix}`, subscription: `sub_${suffix}`, invoice: `in_${suffix}` };
};

const accountOf = (user: string, { customer }: RunIds, options: TriggerOptions): StripeAccount => ({
  shape: options.shape,
  livemode: options.live === true,
  customer,
  userId: user,
  email: options.email,
  planId: 'pro',
  priceId: 'price_pro_monthly',
});

const eventsOf = (
  name: LifecycleName,
  account: StripeAccount,
  { subscription, invoice }: RunIds,
  now: Instant,
): readonly StripeEvent[] => {
  const options = { account, subscription, invoice, amount: PRICE_MINOR };
  const spanMs = lifecycleSpanMs(name, { ...options, startsAt: now });
  // A renewal is older than its webhook; and an event of the future would wait until it has happened.
  const startsAt = Math.floor((now - spanMs) / SECOND_MS) * SECOND_MS - SECOND_MS;
  const events = lifecycle(name, { ...options, startsAt }).map(({ event }) => event);
  if (account.email === undefined) return events;
  return [customerCreated(account, { at: startsAt - SECOND_MS }), ...events];
};

const whyUnreachable = (error: unknown, url: URL): string => {
  if (error instanceof Error && error.name === 'TimeoutError') return `The relay at ${url.origin} does not answer.`;
  return `No relay answers at ${url.origin}. Start one in another terminal with: npm start. Or name it with --url.`;
};

const post = async (event: StripeEvent, url: URL, secret: string): Promise<Sent> => {
  const body = JSON.stringify(event);
  const startedAt = performance.now();
  const signature = signStripe(body, secret, instant(Date.now()));
  const headers = { 'content-type': 'application/json; charset=utf-8', [SIGNATURE_HEADER]: signature };
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.arrayBuffer();
    return { type: event.type, id: event.id, status: response.status, ms: Math.round(performance.now() - startedAt) };
  } catch (error) {
    throw new CommandFailure(whyUnreachable(error, url));
  }
};

const refusalOf = (status: number): string => {
  if (status === 400) {
    return 'The relay refused the signature: its STRIPE_WEBHOOK_SECRET is another than the one used here, or its clock differs by more than 5 minutes.';
  }
  if (status === 404) {
    return 'The relay has Stripe switched off. Restart it with STRIPE_WEBHOOK_SECRET set, e.g. whsec_local.';
  }
  return `The relay answered ${status}. Its log says why.`;
};

const showSent = ({ type, id, status, ms }: Sent): void => {
  say(`${paint('cyan', '-->')} ${type} ${paint('dim', id)}`);
  say(`${paint(status < 300 ? 'green' : 'red', `<-- [${status}]`)} ${ms} ms`);
};

const showNext = (user: string, { customer, subscription, invoice }: RunIds): void => {
  say();
  say(`It happened to user ${paint('bold', clean(user))}: ${customer}, ${subscription}, ${invoice}.`);
  say(
    `The relay waits up to 10 s for what belongs together. Then look at: ${paint('bold', `${COMMAND} profile ${clean(user)}`)}`,
  );
};

/** `recoup trigger <lifecycle>`: posts the webhooks in order, one after the other; stops at the first refusal. */
export const runTrigger = async (doors: CliDoors, name: LifecycleName, options: TriggerOptions): Promise<number> => {
  const url = webhookUrl(options.url, doors.env);
  const secret = signingSecret(options.secret, doors.env);
  const user = options.user ?? `user_${randomBytes(4).toString('hex')}`;
  const now = instant(Date.now());
  const ids = idsOf(user, now);
  const sent: Sent[] = [];
  for (const event of eventsOf(name, accountOf(user, ids, options), ids, now)) {
    const answer = await post(event, url, secret);
    sent.push(answer);
    if (options.json !== true) showSent(answer);
    if (answer.status >= 300) throw new CommandFailure(refusalOf(answer.status));
  }
  if (options.json === true) sayJson({ lifecycle: name, user, ...ids, sent });
  else showNext(user, ids);
  return EXIT.done;
};
