import { answerOf, toCaughtOutcome } from './caught.ts';
import type { HttpAnswer, Instant, WholeAnswer } from './define-tool.ts';
import type { ActionOutcome } from './multi-status.ts';

type ToAnswer = (answer: HttpAnswer, now: Instant) => WholeAnswer | null;

/** Two writers met at one record: it is free again at once. */
const CONFLICT = 409;
/** The look-up, at the same host, knew the record: a search may lag behind a deletion, and the address is right. */
const GONE = 404;

/**
 * Writes one record after the other, each by a request of its own, and tells what became of each. A record that is refused
 * or in doubt stops nobody else; after a failure that would meet all the rest is left for later.
 * @param write of a record that a look-up found; rejects with what the framework's client threw; what it answers by itself was no failure.
 * @throws the failure itself while nothing is written yet, if it is one of the whole call or all are refused.
 */
export const writeEach = async <Payload>(
  payloads: readonly Payload[],
  write: (payload: Payload) => Promise<ActionOutcome>,
  toAnswer: ToAnswer,
): Promise<readonly ActionOutcome[]> => {
  const outcomes: ActionOutcome[] = [];
  const refusals: unknown[] = [];
  for (const payload of payloads) {
    try {
      outcomes.push(await write(payload));
    } catch (error) {
      const outcome = toOutcome(error, toAnswer);
      const isWhole = outcome.result === 'retry' && answerOf(error)?.status !== CONFLICT;
      if (isWhole && !outcomes.some(isWritten)) throw error;
      outcomes.push(outcome);
      if (outcome.result === 'rejected') refusals.push(error);
      if (isWhole) break;
    }
  }
  if (refusals.length > 0 && refusals.length === payloads.length) throw refusals[0];
  const left = payloads.slice(outcomes.length);
  return [...outcomes, ...left.map((): ActionOutcome => ({ result: 'retry', at: null, reason: NOT_TRIED }))];
};

const NOT_TRIED = 'not tried after the failure of another';

const toOutcome = (error: unknown, toAnswer: ToAnswer): ActionOutcome => {
  const status = answerOf(error)?.status;
  if (status === CONFLICT) return { result: 'retry', at: null, reason: 'status 409: written by somebody else at once' };
  if (status === GONE) return { result: 'absent', reason: 'status 404: deleted since it was looked up' };
  return toCaughtOutcome(error, toAnswer);
};

const isWritten = ({ result }: ActionOutcome): boolean => result === 'delivered' || result === 'unknown';
