import type { Attributes } from '../../destination-kit/record.ts';
import { within } from '../../destination-kit/within.ts';
import type { Store } from '../../pipeline/ports.ts';
import { type Difference, findDifferences, ownOf } from '../../pipeline/verify/differences.ts';
import type { CliDoors, ToolDoor } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { findKnown } from '../find-known.ts';
import { clean, paint, say, sayJson } from '../terminal.ts';
import { sayOff } from './destinations-plan-text.ts';

export interface CheckOptions {
  readonly user?: string;
  readonly json?: boolean;
}

/** Somebody (an account, an episode) whom the tool does not know. */
interface Stranger {
  readonly userId: string;
  /** It said so itself when it was told, and is not to make them: nothing is owed. */
  readonly leftOut: boolean;
}

/** What one tool answered. `differences` null: not asked, or it did not tell. */
interface Checked {
  readonly tool: string;
  readonly ok: boolean;
  readonly detail: string;
  /** It gave no answer: nobody knows whether its credentials are good. */
  readonly unanswered: boolean;
  readonly differences: readonly Difference[] | null;
  readonly strangers: readonly Stranger[];
  /** Whether it can be asked what it holds. */
  readonly readsBack: boolean;
}

/** What the live tool should hold of one external id. */
interface Should {
  readonly userId: string;
  readonly desired: Attributes;
  /** It said that it does not know them, and nothing was owed. */
  readonly leftOut: boolean;
}

const whatItShould = async (store: Store, id: string, tool: string): Promise<readonly Should[]> => {
  const states = (await findKnown(store, id)).flatMap(({ tools }) => tools);
  return states
    .filter((state) => state.tool === tool && state.channel === 'live')
    .map(({ userId, desired, sends }) => ({ userId, desired, leftOut: sends.at(-1)?.result === 'absent' }));
};

/** For one answer of one tool, in ms. */
const ASK_WITHIN_MS = 30_000;

type Compared = Pick<Checked, 'differences' | 'strangers'>;

const NOT_COMPARED: Compared = { differences: null, strangers: [] };

const isWanted = ({ desired }: Should): boolean => Object.values(desired).some((value) => value !== null);

const compare = async ({ subject, readBack, toHeld }: ToolDoor, should: readonly Should[]): Promise<Compared> => {
  if (readBack === null || should.length === 0) return NOT_COMPARED;
  const profiles = await within(ASK_WITHIN_MS, () => readBack(should.map(({ userId }) => userId)));
  const held = new Map(profiles.map(({ userId, attributes }) => [userId, attributes]));
  return {
    differences: should.flatMap(({ userId, desired }) => {
      const holds = held.get(userId);
      return holds === undefined ? [] : findDifferences(userId, ownOf(subject, toHeld(desired), holds), holds);
    }),
    strangers: should
      .filter((each) => !held.has(each.userId) && isWanted(each))
      .map(({ userId, leftOut }) => ({ userId, leftOut })),
  };
};

const SHAPE_ONLY = 'the credentials have the right shape; whether they are good shows with the first message';

const askCredentials = async ({
  checkCredentials,
}: ToolDoor): Promise<Pick<Checked, 'ok' | 'detail' | 'unanswered'>> => {
  if (checkCredentials === null) return { ok: true, detail: 'its credentials cannot be checked', unanswered: false };
  const check = await within(ASK_WITHIN_MS, checkCredentials);
  if (!check.ok) return { ok: false, detail: check.reason, unanswered: check.unanswered === true };
  return { ok: true, detail: check.unasked === true ? SHAPE_ONLY : 'the credentials are good', unanswered: false };
};

const check = async (door: ToolDoor, should: readonly Should[]): Promise<Checked> => {
  const of = { tool: door.tool, readsBack: door.readBack !== null };
  try {
    const credentials = await askCredentials(door);
    if (!credentials.ok) return { ...of, ...credentials, ...NOT_COMPARED };
    return { ...of, ...credentials, ...(await compare(door, should)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'for a reason unknown';
    return { ...of, ok: false, detail: `it did not answer: ${reason}`, unanswered: true, ...NOT_COMPARED };
  }
};

const show = (value: unknown): string => (value === null ? 'nothing' : clean(JSON.stringify(value)));

const sayStranger = (tool: string, { userId, leftOut }: Stranger): void => {
  const word = leftOut ? paint('dim', 'and is not to make it: nothing is owed') : paint('red', 'though it should');
  say(`  ${tool} does not know ${clean(userId)}, ${word}`);
};

const whyNotCompared = ({ tool, readsBack }: Checked, user: string): string =>
  readsBack ? `${tool} was not told of ${clean(user)}` : `${tool} cannot be asked what it holds`;

const sayCompared = (checked: Checked, user: string): void => {
  const { tool, differences, strangers } = checked;
  if (differences === null) say(paint('dim', `  nothing to compare: ${whyNotCompared(checked, user)}`));
  else if (differences.length + strangers.length === 0) say(paint('green', `  holds what it should of ${clean(user)}`));
  for (const stranger of strangers) sayStranger(tool, stranger);
  for (const { userId, attribute, holds, should } of differences ?? []) {
    say(`  ${clean(userId)}  ${attribute}  holds ${paint('red', show(holds))}, should hold ${show(should)}`);
  }
};

const sayChecked = (checked: Checked, user: string | undefined): void => {
  const { tool, ok, detail, unanswered } = checked;
  const mend = unanswered ? 'ask again later, or look at its address' : 'mend its key, its permissions or its address';
  say(`${paint('bold', tool)}  ${paint(ok ? 'green' : 'red', clean(detail))}`);
  if (!ok) say(paint('dim', `  ${mend}; what ${tool} is to hold waits until then`));
  else if (user !== undefined) sayCompared(checked, user);
};

const isFine = ({ ok, differences, strangers }: Checked): boolean =>
  ok && (differences ?? []).length === 0 && strangers.every(({ leftOut }) => leftOut);

/** `recoup destinations check`: changes nothing, here or there; 1 when a credential is refused or something differs. */
export const checkDestinations = async (doors: CliDoors, { user, json }: CheckOptions): Promise<number> => {
  const { configured, off } = await doors.openTools();
  const store = user === undefined ? null : await doors.openStore();
  try {
    const shouldOf = async (tool: string): Promise<readonly Should[]> =>
      store === null || user === undefined ? [] : whatItShould(store, user, tool);
    const checked = await Promise.all(configured.map(async (door) => check(door, await shouldOf(door.tool))));
    if (json === true) sayJson({ checked, off });
    else {
      for (const each of checked) sayChecked(each, user);
      sayOff(off);
    }
    return checked.every(isFine) ? EXIT.done : EXIT.failed;
  } finally {
    await store?.close();
  }
};
