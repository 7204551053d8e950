import { toCaughtOutcome } from './caught.ts';
import type { HttpAnswer, Instant, WholeAnswer } from './define-tool.ts';
import type { ActionOutcome } from './multi-status.ts';

export type Asked<Found> =
  | { readonly ok: true; readonly found: Found }
  | { readonly ok: false; readonly outcome: ActionOutcome };

/**
 * Asks what is needed before anything is written. A failure that would leave a write in doubt leaves nothing in doubt here:
 * it is tried again.
 * @throws the failure where it is a verdict on the call: too many calls, the key, a request that is refused.
 */
export const askBeforeWriting = async <Found>(
  ask: () => Promise<Found>,
  toAnswer: (answer: HttpAnswer, now: Instant) => WholeAnswer | null,
): Promise<Asked<Found>> => {
  try {
    return { ok: true, found: await ask() };
  } catch (error) {
    const { result, ...told } = toCaughtOutcome(error, toAnswer);
    if (result !== 'unknown') throw error;
    const reason = 'reason' in told ? told.reason : 'no answer';
    return { ok: false, outcome: { result: 'retry', at: null, reason } };
  }
};
