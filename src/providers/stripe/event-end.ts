import { EVENT_TYPES, type EventEnd } from './event-types.ts';

/** The end of an event type; one that the table does not list is ignored, never guessed at. */
export const endOf = (type: string): EventEnd =>
  (Object.hasOwn(EVENT_TYPES, type) ? EVENT_TYPES[type] : undefined) ?? { ignored: 'not a listed Stripe event type' };
