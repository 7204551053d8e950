import { BILLING_EVENT_TYPES } from './billing-event-types.ts';
import type { EventEnd } from './event-end.ts';
import { OTHER_EVENT_TYPES } from './other-event-types.ts';

/**
 * Every event type that Stripe documents (API version 2026-10-28.endive), each with its end.
 * A test compares it with the types that Stripe's SDK lists, so that a new one is decided rather than missed.
 */
export const EVENT_TYPES: Readonly<Record<string, EventEnd>> = { ...BILLING_EVENT_TYPES, ...OTHER_EVENT_TYPES };

/** The end of an event type; one that the table does not list is ignored, never guessed at. */
export const endOf = (type: string): EventEnd =>
  (Object.hasOwn(EVENT_TYPES, type) ? EVENT_TYPES[type] : undefined) ?? { ignored: 'not a listed Stripe event type' };
