import type { Acceptance, NewDelivery, Store } from './ports.ts';

/** How long the first delivery waits for company. Two milliseconds cost a caller nothing and save it an fsync. */
const WINDOW_MS = 2;
/**
 * A hundred rows share a disk flush well enough; a larger group stores no more per second and lets the next one wait
 * longer, while this thread could already read it.
 */
const GROUP_SIZE = 100;

export interface GroupCommit {
  /** Resolves when the delivery is durable; rejects when its group could not be stored. */
  readonly add: (delivery: NewDelivery) => Promise<Acceptance>;
  /** Stores what waits and resolves when nothing is under way. */
  readonly drain: () => Promise<void>;
}

interface Waiting {
  readonly delivery: NewDelivery;
  readonly resolve: (acceptance: Acceptance) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One transaction for many requests: deliveries that arrive within the window, or while the last commit runs, are
 * stored together, a hundred at a time and one group after the other.
 */
export const makeGroupCommit = (accept: Store['accept']): GroupCommit => {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const acceptances = await accept(group.map(({ delivery }) => delivery));
      for (const [index, { resolve, reject }] of group.entries()) {
        const acceptance = acceptances[index];
        if (acceptance === undefined) reject(new RangeError('The store answered fewer deliveries than it was given'));
        else resolve(acceptance);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };

  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, GROUP_SIZE);
      waiting = waiting.slice(GROUP_SIZE);
      await commit(group);
    }
    running = null;
  };

  const flush = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.length > 0) running ??= commitAll();
    await running;
  };

  return {
    add: (delivery) =>
      new Promise((resolve, reject) => {
        waiting.push({ delivery, resolve, reject });
        if (running !== null) return;
        if (waiting.length >= GROUP_SIZE) void flush();
        else timer ??= setTimeout(() => void flush(), WINDOW_MS);
      }),
    drain: async () => {
      while (waiting.length > 0 || running !== null) await flush();
    },
  };
};
