import type { NormaliseContext, Reading } from '../provider.ts';
import { parseBody, type StripeEvent } from './event.ts';
import type { EventEnd } from './event-end.ts';
import { endOf, thinEndOf } from './event-types.ts';
import { isRecord, type Json } from './json.ts';
import { READERS } from './readers.ts';

/**
 * What a stored delivery says, in facts. Shapes are told apart by the fields that are there, never by `api_version`,
 * which may be null or another than the payload's. Never throws on a body: what does not fit is a dead letter.
 */
export const normaliseStripe = (rawBody: string, context: NormaliseContext): Reading => {
  const parsed = parseBody(rawBody);
  switch (parsed.kind) {
    case 'invalid':
      return { end: 'dead_letter', error: parsed.error };
    case 'thin':
      return { end: 'ignored', reason: 'a thin event says nothing itself; what was looked up for it is read' };
    case 'event': {
      const end = readAs(parsed.event);
      if ('ignored' in end) return { end: 'ignored', reason: end.ignored };
      return READERS[end.reader].read(parsed.event, context);
    }
  }
};

/**
 * What a look-up fetched for a thin event is read as that notice's, but for a failure whose object moved on before it
 * was fetched: as a failure it would state what was not yet so.
 */
const readAs = ({ type, noticeType, object }: StripeEvent): EventEnd => {
  const seen = endOf(type);
  if (noticeType === null || !type.startsWith('lookup.')) return seen;
  return MOVED_ON.get(noticeType)?.(object) === true ? seen : thinEndOf(noticeType);
};

const isSettled = ({ status }: Json): boolean => status !== 'open';

const MOVED_ON: ReadonlyMap<string, (object: Json) => boolean> = new Map([
  ['v1.invoice.payment_failed', isSettled],
  ['v1.invoice.payment_action_required', isSettled],
  ['v1.payment_intent.payment_failed', ({ last_payment_error }) => !isRecord(last_payment_error)],
]);
