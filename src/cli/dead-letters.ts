import { instant, toIso } from '../domain/instant.ts';
import { toMajorUnits } from '../domain/money.ts';
import type { DeadLetter, Store } from '../pipeline/ports.ts';
import { readerOf } from '../pipeline/reader-of.ts';
import { toDelivery } from '../pipeline/receive.ts';
import type { Provider } from '../providers/provider.ts';
import { COMMAND } from './command-line.ts';
import type { CliDoors } from './doors.ts';
import { CommandFailure, EXIT } from './failure.ts';
import { showMoney } from './money.ts';
import { clean, columns, paint, say, sayJson } from './terminal.ts';
import { wrap } from './wrap.ts';

export interface ListOptions {
  readonly replayed?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export interface ReplayOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Major units without exchange rates: good enough to say what to look at first, not to add up. */
const stake = ({ amountMinor, currency }: DeadLetter): number =>
  amountMinor === null ? -1 : toMajorUnits(amountMinor, currency ?? 'usd');

const byMoney = (letters: readonly DeadLetter[]): readonly DeadLetter[] =>
  letters.toSorted((a, b) => stake(b) - stake(a) || a.seq - b.seq);

/** All that are looked through for the most money. */
const MOST_SORTED = 10_000;

const loadLetters = async (store: Store, { replayed, limit }: ListOptions): Promise<readonly DeadLetter[]> =>
  byMoney(await store.deadLetters({ replayed: replayed === true, limit: MOST_SORTED })).slice(0, limit);

/** What to do with the first of them that waits; nothing where none does. */
const sayNext = (letters: readonly DeadLetter[]): void => {
  const open = letters.find(({ replayedAt }) => replayedAt === null);
  if (open === undefined) return;
  say();
  say(`Mend the cause, then: ${paint('bold', `${COMMAND} dead-letters replay ${open.seq}`)}`);
};

const showLetter = (letter: DeadLetter): void => {
  const money =
    letter.amountMinor === null ? 'amount unknown' : showMoney(letter.amountMinor, letter.currency ?? 'usd');
  say(`${paint('bold', `#${letter.seq}`)}  ${letter.kind}  ${clean(letter.subject)}  ${paint('yellow', money)}`);
  say(`     ${paint('dim', `${toIso(letter.createdAt)}  ${clean(letter.code)}`)}`);
  for (const line of wrap(clean(letter.message), columns() - 5)) say(`     ${line}`);
  if (letter.replayedAt !== null) say(`     ${paint('green', `replayed ${toIso(letter.replayedAt)}`)}`);
};

/** Thin events are no dead letters while they wait for Stripe's API; whoever looks for what is missing looks here. */
const sayWhatWaits = async (store: Store, { env }: CliDoors): Promise<void> => {
  const { event: waiting } = (await store.apiCounts()).lookUps;
  if (waiting === 0) return;
  const key = env.STRIPE_API_KEY === undefined || env.STRIPE_API_KEY === '' ? ': set STRIPE_API_KEY' : '';
  say();
  say(`Thin events that wait to be looked up: ${waiting}${key}. See: ${COMMAND} doctor`);
};

/** `recoup dead-letters list`: the most money at stake first. */
export const listDeadLetters = async (doors: CliDoors, options: ListOptions): Promise<number> => {
  const store = await doors.openStore();
  try {
    const letters = await loadLetters(store, options);
    if (options.json === true) {
      sayJson(letters);
      return EXIT.done;
    }
    if (letters.length === 0) say('No dead letters.');
    for (const letter of letters) showLetter(letter);
    sayNext(letters);
    await sayWhatWaits(store, doors);
    return EXIT.done;
  } finally {
    await store.close();
  }
};

type Readmit = NonNullable<Parameters<Store['replayDeadLetters']>[2]>;

/** Reads again what the door could not read, with the adapters of now: their mending is why it is replayed. */
const makeReadmit =
  (providers: readonly Provider[]): Readmit =>
  (delivery) => {
    const reader = readerOf(Object.fromEntries(providers.map((provider) => [provider.name, provider])), delivery);
    if (reader === undefined)
      throw new CommandFailure(`The provider ${clean(delivery.provider)} is not part of this version.`);
    return toDelivery(reader, delivery.rawBody, delivery.receivedAt);
  };

/** Why some of those named could not be put back; null when all were. */
const whatIsMissing = (letters: readonly DeadLetter[], seqs: readonly number[], missed: number): string | null => {
  const known = new Map(letters.map((letter) => [letter.seq, letter]));
  const unknown = seqs.filter((seq) => !known.has(seq));
  const again = seqs.filter((seq) => (known.get(seq)?.replayedAt ?? null) !== null);
  const open = missed - unknown.length - again.length;
  const parts = [
    ...unknown.map((seq) => `There is no dead letter #${seq}.`),
    ...again.map((seq) => `Dead letter #${seq} was replayed before.`),
    ...(open > 0 ? [`Not understood this time either, and kept: ${open}.`] : []),
  ];
  return parts.length === 0 ? null : `${parts.join(' ')} See: ${COMMAND} dead-letters list --replayed`;
};

/** `recoup dead-letters replay`: puts them back in line; the running relay takes them from there. */
export const replayDeadLetters = async (
  doors: CliDoors,
  seqs: readonly number[],
  options: ReplayOptions,
): Promise<number> => {
  if ((options.all === true) === seqs.length > 0) {
    throw new CommandFailure('Name the numbers that dead-letters list shows, or pass --all.', EXIT.usage);
  }
  const store = await doors.openStore();
  try {
    const readmit = makeReadmit(await doors.loadProviders());
    const all = options.all === true;
    const distinct = [...new Set(seqs)];
    const before = all ? [] : await store.deadLetters({ replayed: true, limit: Number.MAX_SAFE_INTEGER });
    const replayed = await store.replayDeadLetters(all ? null : distinct, instant(Date.now()), readmit);
    const missing = all ? null : whatIsMissing(before, distinct, distinct.length - replayed);
    if (options.json === true) sayJson({ replayed });
    else if (replayed > 0 || missing === null)
      say(
        `${all ? replayed : `${replayed} of ${distinct.length}`} back in line. A running relay takes them within a second.`,
      );
    if (missing !== null) throw new CommandFailure(missing);
    return EXIT.done;
  } finally {
    await store.close();
  }
};
