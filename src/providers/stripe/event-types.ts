import { API_READ_TYPES } from './api-read-types.ts';
import { BILLING_EVENT_TYPES } from './billing-event-types.ts';
import type { EventEnd } from './event-end.ts';
import { OTHER_EVENT_TYPES } from './other-event-types.ts';
import { THIN_EVENT_TYPES } from './thin-event-types.ts';

/**
 * Every snapshot event type that Stripe documents (API version 2026-10-28.endive), each with its end.
 * A test compares it with the types that Stripe's SDK lists, so that a new one is decided rather than missed.
 */
export const EVENT_TYPES: Readonly<Record<string, EventEnd>> = { ...BILLING_EVENT_TYPES, ...OTHER_EVENT_TYPES };

const UNLISTED: EventEnd = { ignored: 'not a listed Stripe event type' };

const find = (table: Readonly<Record<string, EventEnd>>, type: string): EventEnd | undefined =>
  Object.hasOwn(table, type) ? table[type] : undefined;

/** The end of an event type; one that the table does not list is ignored, never guessed at. */
export const endOf = (type: string): EventEnd => find(EVENT_TYPES, type) ?? find(API_READ_TYPES, type) ?? UNLISTED;

const THIN_PREFIX = 'v1.';

/** The end of a thin event type, once what it names was looked up; one that is not listed is ignored. */
export const thinEndOf = (type: string): EventEnd =>
  find(THIN_EVENT_TYPES, type) ??
  (type.startsWith(THIN_PREFIX) ? find(EVENT_TYPES, type.slice(THIN_PREFIX.length)) : undefined) ??
  UNLISTED;
