import { type Instant, instant } from '../../domain/instant.ts';
import type { Store } from '../../pipeline/ports.ts';
import type { Erased } from '../../pipeline/privacy-ports.ts';
import { COMMAND } from '../command-line.ts';
import { isConfirmed } from '../confirm.ts';
import type { CliDoors, Eraser } from '../doors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { clean, complain, sayJson } from '../terminal.ts';
import { sayErased, sayLeft, sayWhatGoes } from './erase-text.ts';
import { deleteInTools, type LeftInTool } from './erase-tools.ts';

export interface EraseOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
  /** Ends what is left of earlier erasures. */
  readonly pending?: boolean;
  /** Shows the ids that are still to be deleted in a tool. */
  readonly ids?: boolean;
  /** Tools in which people have deleted what was left. */
  readonly byHand?: readonly string[];
  /** The users whom the accounts were linked to before are the same person. */
  readonly former?: boolean;
}

const now = (): Instant => instant(Date.now());

interface Rest {
  readonly left: readonly LeftInTool[];
  readonly isCompact: boolean;
}

/** Deletes outside what can be, then has the files written anew: the ids that were owed are gone from them, too. */
const finish = async (store: Store, erasers: readonly Eraser[], options: EraseOptions): Promise<Rest> => {
  const say = options.json === true ? () => {} : complain;
  const left = await deleteInTools({ store, erasers, byHand: options.byHand ?? [], now, say });
  return { left, isCompact: await store.compact() };
};

/** Counts only: whoever reads the output of a command learns nothing of the person but the id that was given. */
const toJson = (erased: Erased | null, { left, isCompact }: Rest, ids: boolean) => ({
  ...(erased && {
    erased: {
      customers: erased.customers.length,
      userIds: erased.userIds.length,
      formerUserIds: erased.formerUserIds.length,
      anonymousIds: erased.anonymousIds.length,
      emails: erased.emails.length,
      rows: erased.rows,
    },
  }),
  left: left.map(({ ids: some, ...rest }) => ({ ...rest, count: some.length, ...(ids && { ids: some }) })),
  compacted: isCompact,
});

const report = (erased: Erased | null, rest: Rest, options: EraseOptions): number => {
  if (options.json === true) sayJson(toJson(erased, rest, options.ids === true));
  else {
    if (erased !== null) sayErased(erased);
    sayLeft(rest.left, rest.isCompact, options.ids === true);
  }
  return rest.left.length === 0 && rest.isCompact ? EXIT.done : EXIT.failed;
};

const eraseOne = async (store: Store, doors: CliDoors, id: string, options: EraseOptions): Promise<number> => {
  const found = await store.findErasable(id);
  if (found === null) {
    throw new CommandFailure(
      `Nobody is known as ${clean(id)}. Expected a user id, a billing customer id, an anonymous id or an email address. What an earlier erasure left: ${COMMAND} erase --pending`,
    );
  }
  const erasers = await doors.openErasers();
  if (options.json !== true) sayWhatGoes(id, found, { erasers, former: options.former === true });
  if (!(await isConfirmed(`Erase ${clean(id)} for good?`, options))) {
    complain('Nothing was erased.');
    return EXIT.failed;
  }
  const configured = erasers.filter(({ of, erase }) => of === 'users' && erase !== null).map(({ tool }) => tool);
  const erased = await store.erase(id, now(), { tools: configured, former: options.former === true });
  return report(erased, await finish(store, erasers, options), options);
};

/** A name that was mistyped must not look as if all were done. */
const checkTools = async (store: Store, erasers: readonly Eraser[], byHand: readonly string[]): Promise<void> => {
  const known = new Set([...erasers, ...(await store.toolDeletions())].map(({ tool }) => tool));
  const unknown = byHand.find((tool) => !known.has(tool));
  if (unknown === undefined) return;
  const expected = [...known].toSorted().join(', ');
  throw new CommandFailure(`--by-hand: there is no tool ${clean(unknown)}. Expected one of: ${expected}.`, EXIT.usage);
};

const erasePending = async (store: Store, doors: CliDoors, options: EraseOptions): Promise<number> => {
  const erasers = await doors.openErasers();
  await checkTools(store, erasers, options.byHand ?? []);
  await store.finishErasures(now());
  return report(null, await finish(store, erasers, options), options);
};

/** `recoup erase`: forgets a person here and in the tools; 1 when something is left for people to do. */
export const runErase = async (doors: CliDoors, id: string | undefined, options: EraseOptions): Promise<number> => {
  const isPending = options.pending === true || options.byHand !== undefined;
  if ((id === undefined) !== isPending) throw new CommandFailure('Name one person, or pass --pending.', EXIT.usage);
  const store = await doors.openStore();
  try {
    return id === undefined ? await erasePending(store, doors, options) : await eraseOne(store, doors, id, options);
  } finally {
    await store.close();
  }
};
