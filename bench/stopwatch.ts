import type { Store } from '../src/pipeline/ports.ts';
import type { Provider } from '../src/providers/provider.ts';

/** Where the loop's time went, as shares of 1. */
export interface Shares {
  /** Webhook bodies to facts. */
  readonly normalise: number;
  /** Folding, deciding, comparing with what was said; rendering calls. */
  readonly decide: number;
  /** SQL of the claim, and the JSON of its facts. */
  readonly read: number;
  /** SQL of the commit, its JSON and its disk flush. */
  readonly write: number;
  readonly other: number;
}

/** Measures from outside: around the provider, around the decision, and before and after it inside `work`. */
export const makeStopwatch = () => {
  const ms = { normalise: 0, decide: 0, read: 0, write: 0 };
  return {
    reset: (): void => {
      ms.normalise = 0;
      ms.decide = 0;
      ms.read = 0;
      ms.write = 0;
    },
    /** @param totalMs what the shares are shares of. */
    read: (totalMs: number): Shares => ({
      normalise: ms.normalise / totalMs,
      decide: (ms.decide - ms.normalise) / totalMs,
      read: ms.read / totalMs,
      write: ms.write / totalMs,
      other: 1 - (ms.decide + ms.read + ms.write) / totalMs,
    }),
    time: (provider: Provider): Provider => ({
      ...provider,
      normalise: (rawBody, context) => {
        const startedAt = performance.now();
        const reading = provider.normalise(rawBody, context);
        ms.normalise += performance.now() - startedAt;
        return reading;
      },
    }),
    observe: (store: Store): Store => ({
      ...store,
      work: async (now, limit, decide) => {
        let mark = performance.now();
        const count = await store.work(now, limit, (claim) => {
          const claimedAt = performance.now();
          ms.read += claimedAt - mark;
          const decision = decide(claim);
          mark = performance.now();
          ms.decide += mark - claimedAt;
          return decision;
        });
        ms.write += performance.now() - mark;
        return count;
      },
    }),
  };
};
