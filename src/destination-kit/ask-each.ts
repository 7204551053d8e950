/** Why something was not done: what the answer means for a whole call, and words fit to be logged. */
export interface Setback {
  readonly answer: string;
  readonly reason: string;
}

/** These meet whoever is asked for next, too. */
const ENDING = new Set(['throttled', 'stopped', 'unavailable']);
/** So many people one after the other for whom it fails are no accident of theirs. */
const MOST_IN_A_ROW = 3;

/**
 * Asks for each of these, some at once. A failure that is everybody's ends the asking, as do three people in a row for whom
 * it fails; one that may be somebody's own keeps nobody else waiting.
 * @param atOnce requests under way at once.
 * @param ask null: done. Never rejects.
 * @returns why not, by subject; who is not there is done.
 */
export const askEach = async <Item extends { readonly subject: string }>(
  items: readonly Item[],
  atOnce: number,
  ask: (item: Item) => Promise<Setback | null>,
): Promise<ReadonlyMap<string, string>> => {
  const owed = [...items];
  const failed = new Map<string, string>();
  const inARow = new Set<string>();
  let end: string | null = null;
  const take = async (item: Item): Promise<void> => {
    const setback = await ask(item);
    if (setback === null) return inARow.clear();
    const { answer, reason } = setback;
    failed.set(item.subject, reason);
    inARow.add(item.subject);
    if (ENDING.has(answer) || inARow.size >= MOST_IN_A_ROW) end ??= reason;
  };
  const work = async (): Promise<void> => {
    for (let next = owed.shift(); next !== undefined; next = owed.shift()) {
      if (end === null) await take(next);
      else failed.set(next.subject, end);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failed;
};
