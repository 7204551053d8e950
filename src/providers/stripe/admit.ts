import { createHash } from 'node:crypto';
import type { DeliveryKeys } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Admission } from '../provider.ts';
import { parseBody, type StripeEvent } from './event.ts';
import { endOf } from './event-types.ts';
import { customerOf, objectIds } from './object-ids.ts';

/**
 * What the door can tell of a correctly signed body: its keys, and whether anything can follow from it.
 * @param receivedAt stands in for the time of a body that has none. Never throws.
 */
export const admitStripe = (rawBody: string, receivedAt: Instant): Admission => {
  const parsed = parseBody(rawBody);
  switch (parsed.kind) {
    case 'event':
      return admitEvent(parsed.event);
    case 'thin': {
      const mode = parsed.livemode ? 'live' : 'test';
      const keys = { ...NO_KEYS, mode, eventId: parsed.id, eventType: parsed.type, occurredAt: receivedAt } as const;
      return { end: 'ignored', keys, reason: thinReason(parsed.type) };
    }
    case 'invalid': {
      const eventId = parsed.id ?? `sha256:${createHash('sha256').update(rawBody).digest('hex')}`;
      const keys = { ...NO_KEYS, eventId, eventType: parsed.type ?? 'unknown', occurredAt: receivedAt };
      return { end: 'dead_letter', keys, error: parsed.error };
    }
  }
};

/** Why a thin notification is ignored: it names an object and says nothing of it. */
export const thinReason = (type: string): string =>
  `thin event ${type}: it carries no data; send snapshot events to this endpoint`;

/** Test mode, since what cannot be read must not reach a real person. */
const NO_KEYS = {
  provider: 'stripe',
  merchant: '',
  mode: 'test',
  customer: null,
  objects: [],
} as const;

const admitEvent = (event: StripeEvent): Admission => {
  const keys = toKeys(event);
  const end = endOf(event.type);
  if ('ignored' in end) return { end: 'ignored', keys, reason: end.ignored };
  if (keys.customer === null && keys.objects.length === 0) {
    const error = `${event.type} ${event.id} names no customer and no object by which one could be found. Check its sender.`;
    return { end: 'dead_letter', keys, error };
  }
  return { end: 'unread', keys };
};

const toKeys = (event: StripeEvent): DeliveryKeys => {
  const customer = customerOf(event.object, event.previousAttributes);
  return {
    provider: 'stripe',
    merchant: event.account,
    mode: event.livemode ? 'live' : 'test',
    customer,
    // Only an unresolved delivery waits under its objects.
    objects: customer === null ? objectIds(event.object) : [],
    eventId: event.id,
    eventType: event.type,
    occurredAt: event.createdAt,
  };
};
