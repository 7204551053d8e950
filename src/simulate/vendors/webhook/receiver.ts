import { z } from 'zod';
import { startHttpStandIn, type VendorRequest } from '../http-stand-in.ts';
import type { ToolStandIn } from '../tool-stand-in.ts';
import { findForgery } from './verify.ts';

const payload = z.strictObject({
  type: z.string().regex(/^[a-z][a-z_.]*$/),
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** One event as the receiver keeps it, once for each id. */
export interface ReceivedEvent extends z.infer<typeof payload> {
  readonly id: string;
}

export interface WebhookReceiver extends ToolStandIn {
  /** In the order in which they first came. */
  readonly events: readonly ReceivedEvent[];
}

export interface ReceiverOptions {
  readonly secret: string;
  /** The test's clock, UTC milliseconds. */
  readonly now: () => number;
}

/** A receiver that keeps to Standard Webhooks: verifies, deduplicates by id, and refuses what is not an event. */
export const startWebhookReceiver = async ({ secret, now }: ReceiverOptions): Promise<WebhookReceiver> => {
  const events = new Map<string, ReceivedEvent>();
  const judge = ({ method, path, headers, raw, body }: VendorRequest) => {
    if (!path.startsWith('/hooks/dunning')) return { status: 404, body: { message: 'no such receiver' } };
    if (method !== 'POST') return { status: 405, body: { message: 'POST only' } };
    const forgery = findForgery(raw, headers, secret, now());
    if (forgery !== null) return { status: 401, body: { message: forgery } };
    if (headers['content-type'] !== 'application/json') return { status: 415, body: { message: 'not JSON' } };
    const parsed = payload.safeParse(body);
    if (!parsed.success) return { status: 422, body: { message: 'not an event' } };
    const id = String(headers['webhook-id']);
    const subjects = [String(parsed.data.data.account_id), id];
    const apply = (): void => void (events.has(id) || events.set(id, { id, ...parsed.data }));
    return { status: 204, write: { subjects, apply } };
  };
  const standIn = await startHttpStandIn({
    judge,
    throttled: () => ({ status: 429, headers: { 'retry-after': '2' }, body: { message: 'too many requests' } }),
    refused: () => ({ status: 422, body: { message: 'not an event that is taken here' } }),
    failed: (status) => ({ message: `status ${status}` }),
  });
  return {
    ...standIn,
    get events() {
      return [...events.values()];
    },
  };
};
