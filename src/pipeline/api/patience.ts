import { type Instant, MINUTE_MS } from '../../domain/instant.ts';
import type { Clock } from '../ports.ts';
import type { ApiAnswer } from './api-ports.ts';

/** Failures in a row after which somebody should look, or come back later. */
const MAX_TRIES = 8;
/** A command does not wait longer at once. */
const LONGEST_WAIT_MS = 10 * MINUTE_MS;

export type PatientAnswer<T> =
  | Exclude<ApiAnswer<T>, { readonly result: 'retry' }>
  /** Not now, and not after waiting either. */
  | { readonly result: 'later'; readonly reason: string }
  /** It was told to stop while it waited. */
  | { readonly result: 'interrupted' };

export interface Patience {
  readonly clock: Clock;
  /** May resolve early when `signal` is aborted. */
  readonly sleepUntil: (at: Instant) => Promise<void>;
  readonly signal: AbortSignal;
  /** Told before each wait. */
  readonly onWait: (until: Instant, reason: string) => void;
}

/** Asks again for as long as that makes sense. */
export const askPatiently = async <T>(
  ask: () => Promise<ApiAnswer<T>>,
  { clock, sleepUntil, signal, onWait }: Patience,
): Promise<PatientAnswer<T>> => {
  for (let tries = 1; ; tries += 1) {
    if (signal.aborted) return { result: 'interrupted' };
    const answer = await ask();
    if (answer.result !== 'retry') return answer;
    const isTooLong = answer.at - clock.now() > LONGEST_WAIT_MS;
    if (tries === MAX_TRIES || isTooLong) return { result: 'later', reason: answer.reason };
    onWait(answer.at, answer.reason);
    await sleepUntil(answer.at);
  }
};
