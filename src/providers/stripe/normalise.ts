import type { NormaliseContext, Reading } from '../provider.ts';
import { parseBody } from './event.ts';
import { meaningOf } from './meaning.ts';
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
      const { end, event } = meaningOf(parsed.event);
      if ('ignored' in end) return { end: 'ignored', reason: end.ignored };
      return READERS[end.reader].read(event, context);
    }
  }
};
