import { createHash } from 'node:crypto';
import type { DeliveryKeys } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Admission } from '../provider.ts';
import { parseBody, type StripeEvent } from './event.ts';
import { thinEndOf } from './event-types.ts';
import { meaningOf } from './meaning.ts';
import { customerOf, objectIds } from './object-ids.ts';
import type { ThinEvent } from './thin.ts';

/**
 * What the door can tell of a correctly signed body: its keys, and whether anything can follow from it.
 * @param receivedAt stands in for the time of a body that has none. Never throws.
 */
export const admitStripe = (rawBody: string, receivedAt: Instant): Admission => {
  const parsed = parseBody(rawBody);
  switch (parsed.kind) {
    case 'event':
      return admitEvent(parsed.event);
    case 'thin':
      return admitThin(parsed.thin, receivedAt);
    case 'invalid': {
      const eventId = parsed.id ?? `sha256:${createHash('sha256').update(rawBody).digest('hex')}`;
      const keys = { ...NO_KEYS, eventId, eventType: parsed.type ?? 'unknown', occurredAt: receivedAt };
      return { end: 'dead_letter', keys, error: parsed.error };
    }
  }
};

/** Test mode, since what cannot be read must not reach a real person. */
const NO_KEYS = {
  provider: 'stripe',
  merchant: '',
  mode: 'test',
  customer: null,
  objects: [],
} as const;

/** A thin event's object is all that is known of it: the customer is learned when it is looked up. */
const admitThin = ({ livemode, ...thin }: ThinEvent, receivedAt: Instant): Admission => {
  const createdAt = thin.createdAt ?? receivedAt;
  const related = thin.relatedObject;
  const isCustomer = related?.type === 'customer';
  const keys: DeliveryKeys = {
    ...NO_KEYS,
    merchant: thin.account,
    mode: livemode ? 'live' : 'test',
    customer: isCustomer ? related.id : null,
    objects: related === null || isCustomer ? [] : [related.id],
    eventId: thin.id,
    eventType: thin.type,
    occurredAt: createdAt,
  };
  const end = thinEndOf(thin.type);
  if ('ignored' in end) return { end: 'ignored', keys, reason: end.ignored };
  return { end: 'look_up', keys, thin: { ...thin, createdAt } };
};

const admitEvent = (event: StripeEvent): Admission => {
  const keys = toKeys(event);
  const end = meaningOf(event).end;
  if ('ignored' in end) return { end: 'ignored', keys, reason: end.ignored };
  if (keys.customer === null && keys.objects.length === 0) {
    if (end.reader === 'checkout') return { end: 'ignored', keys, reason: 'a checkout of nobody: it bought nothing' };
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
