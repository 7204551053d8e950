import { EVENT_TYPES } from './event-types.ts';

/**
 * The event types to subscribe the webhook endpoint to: those from which facts follow, sorted. `invoice.created` is
 * read if it comes and left out here: Stripe waits for its answer before it finalises an invoice, so an endpoint that
 * is down would delay every invoice, and nothing is learned that the later notices do not say.
 */
export const SUBSCRIBE_EVENTS: readonly string[] = Object.entries(EVENT_TYPES)
  .filter(([type, end]) => 'reader' in end && type !== 'invoice.created')
  .map(([type]) => type)
  .toSorted();
