/** Things by their instant; those of one instant in the order in which they came. */
interface Queue<T> {
  readonly push: (at: number, thing: T) => void;
  /** Null: it is empty. */
  readonly nextAt: () => number | null;
  /** Takes the first if it is due at `now`. */
  readonly takeDue: (now: number) => T | undefined;
}

interface Entry<T> {
  readonly at: number;
  readonly turn: number;
  readonly thing: T;
}

/** A binary heap. */
export const makeQueue = <T>(): Queue<T> => {
  const heap: Entry<T>[] = [];
  let turns = 0;
  const isBefore = (a: Entry<T>, b: Entry<T>): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);

  const rise = (entry: Entry<T>): void => {
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  };

  const sink = (entry: Entry<T>): void => {
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const lesser = isRight ? right : left;
      if (!isBefore(lesser, entry)) break;
      heap[place] = lesser;
      place = 2 * place + (isRight ? 2 : 1);
    }
    heap[place] = entry;
  };

  return {
    push: (at, thing) => {
      turns += 1;
      rise({ at, turn: turns, thing });
    },
    nextAt: () => heap[0]?.at ?? null,
    takeDue: (now) => {
      const first = heap[0];
      if (first === undefined || first.at > now) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) sink(last);
      return first.thing;
    },
  };
};
