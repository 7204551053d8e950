import type { StripeEvent } from './event.ts';
import type { EventEnd } from './event-end.ts';
import { endOf, thinEndOf } from './event-types.ts';
import { isRecord, type Json } from './json.ts';

interface Meaning {
  readonly end: EventEnd;
  /** As it is to be read: what a thin event told happened when that says. */
  readonly event: StripeEvent;
}

/**
 * What becomes of an event: by its type, but that what a look-up fetched for a thin event is read as that notice's, save
 * for a failure whose object moved on before it was fetched: as a failure it would state what was not yet so.
 */
export const meaningOf = (event: StripeEvent): Meaning => {
  const { type, notice, object } = event;
  if (notice === null || !type.startsWith('lookup.') || MOVED_ON.get(notice.type)?.(object) === true)
    return { end: endOf(type), event };
  return { end: thinEndOf(notice.type), event: { ...event, createdAt: notice.createdAt } };
};

const isSettled = ({ status }: Json): boolean => status !== 'open';

const MOVED_ON: ReadonlyMap<string, (object: Json) => boolean> = new Map([
  ['v1.invoice.payment_failed', isSettled],
  ['v1.invoice.payment_action_required', isSettled],
  ['v1.payment_intent.payment_failed', ({ last_payment_error }) => !isRecord(last_payment_error)],
]);
