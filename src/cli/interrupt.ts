import { complain } from './terminal.ts';

/** Who is told to stop once, ends what is under way. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** From now on a signal ends the process as usual. */
  readonly forget: () => void;
}

/** Ctrl+C once aborts the signal and says `words`; twice ends the process at once. `words` null: says nothing. */
export const onInterrupt = (words: string | null): Interruption => {
  const stop = new AbortController();
  const forget = (): void => void process.off('SIGINT', told).off('SIGTERM', told);
  const told = (): void => {
    forget();
    stop.abort();
    if (words !== null) complain(words);
  };
  process.on('SIGINT', told).on('SIGTERM', told);
  return { signal: stop.signal, forget };
};
