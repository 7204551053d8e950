import { complain, isTerminal } from './terminal.ts';

/** Who is told to stop once, ends what is under way. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** From now on a signal ends the process as usual. */
  readonly forget: () => void;
}

/**
 * One Ctrl+C comes as two signals or more where a launcher or npm stands in between: the terminal tells the whole group,
 * and each of them passes it on. What follows the first within this time, in ms, is its echo and no second wish.
 */
export const SIGNAL_ECHO_MS = 300;

/** Ctrl+C once aborts the signal and says `words`; twice ends the process at once. `words` null: says nothing. */
export const onInterrupt = (words: string | null): Interruption => {
  const stop = new AbortController();
  const forget = (): void => void process.off('SIGINT', told).off('SIGTERM', told);
  const told = (): void => {
    if (stop.signal.aborted) return;
    setTimeout(forget, SIGNAL_ECHO_MS).unref();
    stop.abort();
    // A terminal has written ^C, maybe beside a bar.
    if (words !== null) complain(`${isTerminal() ? '\n' : ''}${words}`);
  };
  process.on('SIGINT', told).on('SIGTERM', told);
  return { signal: stop.signal, forget };
};
