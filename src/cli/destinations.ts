import { VERSION_ATTRIBUTE } from '../destination-kit/fields.ts';
import type { Attributes, AttributeValue } from '../destination-kit/record.ts';
import type { Store } from '../pipeline/ports.ts';
import type { CliDoors, ToolDoor } from './doors.ts';
import { EXIT } from './failure.ts';
import { findKnown } from './find-known.ts';
import { clean, paint, say, sayJson } from './terminal.ts';

export interface CheckOptions {
  readonly user?: string;
  readonly json?: boolean;
}

/** One attribute that a tool holds otherwise than it should. */
export interface Difference {
  readonly userId: string;
  readonly attribute: string;
  readonly holds: unknown;
  readonly should: AttributeValue;
}

/** What one tool answered. `differences` null: not asked, or it did not tell. */
interface Checked {
  readonly tool: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly differences: readonly Difference[] | null;
}

/** A tool that holds nothing under a name holds null, and times as it writes them itself. */
const isSame = (holds: unknown, should: AttributeValue): boolean => {
  if ((holds ?? null) === should) return true;
  if (typeof holds !== 'string' || typeof should !== 'string') return false;
  const [held, wanted] = [Date.parse(holds), Date.parse(should)];
  return /^\d{4}-\d\d-\d\dT/.test(should) && Math.floor(held / 1_000) === Math.floor(wanted / 1_000);
};

/**
 * Where what a tool holds of a person differs from what it should hold, in order of name. The version alone is no
 * difference: it grows with decisions that change nothing there.
 */
export const findDifferences = (
  userId: string,
  should: Attributes,
  holds: Readonly<Record<string, unknown>>,
): readonly Difference[] =>
  Object.keys(should)
    .filter((attribute) => attribute !== VERSION_ATTRIBUTE)
    .sort()
    .flatMap((attribute) => {
      const wanted = should[attribute] ?? null;
      const held = holds[attribute];
      return isSame(held, wanted) ? [] : [{ userId, attribute, holds: held ?? null, should: wanted }];
    });

/** What the live tool should hold, by user id. */
type Should = ReadonlyMap<string, Attributes>;

const whatItShould = async (store: Store, id: string, tool: string): Promise<Should> => {
  const states = (await findKnown(store, id)).flatMap(({ tools }) => tools);
  return new Map(
    states
      .filter((state) => state.tool === tool && state.channel === 'live')
      .map(({ userId, desired }) => [userId, desired]),
  );
};

const compare = async ({ readBack }: ToolDoor, should: Should): Promise<readonly Difference[] | null> => {
  if (readBack === null || should.size === 0) return null;
  const held = new Map((await readBack([...should.keys()])).map(({ userId, attributes }) => [userId, attributes]));
  return [...should].flatMap(([userId, desired]) => findDifferences(userId, desired, held.get(userId) ?? {}));
};

const askCredentials = async ({ checkCredentials }: ToolDoor): Promise<Pick<Checked, 'ok' | 'detail'>> => {
  if (checkCredentials === null) return { ok: true, detail: 'its credentials cannot be checked' };
  const check = await checkCredentials();
  return check.ok ? { ok: true, detail: 'the credentials are good' } : { ok: false, detail: check.reason };
};

const check = async (door: ToolDoor, should: Should): Promise<Checked> => {
  const { tool } = door;
  const credentials = await askCredentials(door);
  if (!credentials.ok) return { tool, ...credentials, differences: null };
  try {
    return { tool, ...credentials, differences: await compare(door, should) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'for a reason unknown';
    return { tool, ok: false, detail: `it did not say what it holds: ${reason}`, differences: null };
  }
};

const show = (value: unknown): string => (value === null ? 'nothing' : clean(JSON.stringify(value)));

const showChecked = ({ tool, ok, detail, differences }: Checked, user: string | undefined): void => {
  say(`${paint('bold', tool)}  ${paint(ok ? 'green' : 'red', clean(detail))}`);
  if (!ok)
    say(paint('dim', `  mend its key, its permissions or its address; what ${tool} is to hold waits until then`));
  if (user === undefined || !ok) return;
  if (differences === null) say(paint('dim', `  nothing to compare: ${tool} was not told of ${clean(user)}`));
  else if (differences.length === 0) say(paint('green', `  holds what it should of ${clean(user)}`));
  for (const { userId, attribute, holds, should } of differences ?? []) {
    say(`  ${clean(userId)}  ${attribute}  holds ${paint('red', show(holds))}, should hold ${show(should)}`);
  }
};

const isFine = ({ ok, differences }: Checked): boolean => ok && (differences ?? []).length === 0;

const checkAll = async (
  configured: readonly ToolDoor[],
  shouldOf: (tool: string) => Promise<Should>,
): Promise<readonly Checked[]> => {
  const checked: Checked[] = [];
  for (const door of configured) checked.push(await check(door, await shouldOf(door.tool)));
  return checked;
};

/** `recoup destinations check`: changes nothing, here or there; 1 when a credential is refused or something differs. */
export const checkDestinations = async (doors: CliDoors, { user, json }: CheckOptions): Promise<number> => {
  const { configured, off } = await doors.openTools();
  const store = user === undefined ? null : await doors.openStore();
  try {
    const checked = await checkAll(configured, async (tool) =>
      store === null || user === undefined ? new Map() : whatItShould(store, user, tool),
    );
    if (json === true) sayJson({ checked, off });
    else {
      for (const each of checked) showChecked(each, user);
      for (const tool of off) say(paint('dim', `${tool}  no credentials: a recorder takes its place`));
    }
    return checked.every(isFine) ? EXIT.done : EXIT.failed;
  } finally {
    await store?.close();
  }
};
