/** Why something was not done: what the answer means for a whole call, and words fit to be logged. */
export interface Setback {
  readonly answer: string;
  readonly reason: string;
}

/** These meet whoever is asked for next, too. */
const ENDING = new Set(['throttled', 'stopped', 'unavailable']);
/** So many people one after the other for whom it fails are no accident of theirs. */
const MOST_IN_A_ROW = 3;

/** Multiples of it modulo 1 leave no stretch of a list unvisited for long, however long the list is. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Asks for each of these; answers why not, by subject: who is not there is done. `ask`: null: done. Never rejects. */
export type AskEach = <Item extends { readonly subject: string }>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Setback | null>,
) => Promise<ReadonlyMap<string, string>>;

/**
 * Makes the function that asks one vendor for each of some items, some at once. A failure that is everybody's ends the asking,
 * as do three people in a row for whom it fails; a refusal is somebody's own and keeps nobody else waiting. Those who were
 * not reached come again in the same order as those who failed, so each call begins elsewhere among them.
 * @param atOnce requests under way at once.
 */
export const makeAskEach = (atOnce: number): AskEach => {
  let calls = 0;
  return async (items, ask) => {
    const start = Math.floor(((calls * GOLDEN) % 1) * items.length);
    calls += 1;
    const owed = [...items.slice(start), ...items.slice(0, start)];
    const failed = new Map<string, string>();
    const row = makeRow();
    const take = async (item: (typeof owed)[number]): Promise<void> => {
      const setback = await ask(item);
      row.note(item.subject, setback);
      if (setback !== null) failed.set(item.subject, setback.reason);
    };
    const work = async (): Promise<void> => {
      for (let next = owed.shift(); next !== undefined; next = owed.shift()) {
        const end = row.end();
        if (end === null) await take(next);
        else failed.set(next.subject, end);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return failed;
  };
};

/** Counts the people in a row for whom it fails, and says why the asking ends; null: it goes on. */
const makeRow = () => {
  const subjects = new Set<string>();
  let end: string | null = null;
  return {
    end: () => end,
    note: (subject: string, setback: Setback | null): void => {
      if (setback === null || setback.answer === 'refused') {
        subjects.clear();
        return;
      }
      subjects.add(subject);
      if (ENDING.has(setback.answer) || subjects.size >= MOST_IN_A_ROW) end ??= setback.reason;
    },
  };
};
