import { instant } from '../../src/domain/instant.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/sign.ts';
import type { Random } from '../../src/simulate/random.ts';
import type { StripeEvent } from '../../src/simulate/stripe-events.ts';
import type { Webhook } from './webhooks.ts';

export interface Senders {
  /** Events that were answered with 2xx, by id. */
  readonly acknowledged: ReadonlyMap<string, StripeEvent>;
  /** How many sends had no answer or another one, and so were repeated. */
  readonly repeated: () => number;
  /** Where the relay listens; null: it is down, nothing is sent. */
  readonly pointAt: (url: string | null) => void;
  /** Resolves when so many events are acknowledged. */
  readonly reach: (acknowledged: number) => Promise<void>;
  /** Resolves when everything was acknowledged; rejects when one webhook never is. */
  readonly finished: Promise<void>;
}

export interface SendersOptions {
  readonly webhooks: readonly Webhook[];
  readonly secret: string;
  readonly connections: number;
  readonly random: Random;
}

/** A webhook meets at most a handful of deaths; more means that the relay is gone and nobody noticed. */
const MOST_TRIES = 100;

/**
 * Stripe's side: keeps its connections alive, one request under way on each, and sends whatever was not answered with
 * 2xx again later under a new signature.
 */
export const startSenders = ({ webhooks, secret, connections, random }: SendersOptions): Senders => {
  const queue = [...webhooks];
  const tries = new Map<string, number>();
  const acknowledged = new Map<string, StripeEvent>();
  let waitingFor: { readonly count: number; readonly resolve: () => void }[] = [];
  let target = Promise.withResolvers<string>();
  let isUp = false;
  let repeated = 0;

  const post = async ({ body }: Webhook): Promise<boolean> => {
    const url = await target.promise;
    const headers = { [SIGNATURE_HEADER]: signStripe(body, secret, instant(Date.now())) };
    try {
      const answer = await fetch(`${url}/webhooks/stripe`, { method: 'POST', headers, body });
      // The status line is the acknowledgement; the connection may die before the rest.
      answer.arrayBuffer().catch(() => undefined);
      return answer.ok;
    } catch {
      return false;
    }
  };

  const acknowledge = (event: StripeEvent): void => {
    acknowledged.set(event.id, event);
    for (const { count, resolve } of waitingFor) if (acknowledged.size >= count) resolve();
    waitingFor = waitingFor.filter(({ count }) => acknowledged.size < count);
  };

  const sendLater = (webhook: Webhook): void => {
    const count = (tries.get(webhook.event.id) ?? 0) + 1;
    if (count > MOST_TRIES) throw new Error(`${webhook.event.type} was sent ${count} times and never acknowledged`);
    tries.set(webhook.event.id, count);
    repeated += 1;
    queue.splice(random.whole(0, queue.length), 0, webhook);
  };

  const send = async (): Promise<void> => {
    for (let webhook = queue.shift(); webhook !== undefined; webhook = queue.shift()) {
      if (await post(webhook)) acknowledge(webhook.event);
      else sendLater(webhook);
    }
  };

  const finished = Promise.all(Array.from({ length: connections }, send)).then(() => undefined);
  // Told to who waits for it; until then nobody does.
  finished.catch(() => undefined);
  return {
    acknowledged,
    repeated: () => repeated,
    pointAt: (url) => {
      // Who waits for one that never came up goes on waiting for the next.
      if (url === null && isUp) target = Promise.withResolvers<string>();
      else if (url !== null) target.resolve(url);
      isUp = url !== null;
    },
    reach: (count) =>
      new Promise((resolve) => {
        if (acknowledged.size >= count) resolve();
        else waitingFor.push({ count, resolve });
      }),
    finished,
  };
};
