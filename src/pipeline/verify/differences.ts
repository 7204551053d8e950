import { VERSION_ATTRIBUTE } from '../../destination-kit/fields.ts';
import type { Attributes, AttributeValue, Subject } from '../../destination-kit/record.ts';

/** Values as a tool tells them. */
export type Told = Readonly<Record<string, unknown>>;

/** One attribute that a tool holds otherwise than it should. */
export interface Difference {
  readonly userId: string;
  readonly attribute: string;
  readonly holds: unknown;
  readonly should: AttributeValue;
}

/** As tools write values that they know as text only; an instant also as milliseconds. */
const asText = (holds: string, should: AttributeValue): boolean => {
  if (typeof should === 'boolean') return holds === String(should);
  if (typeof should === 'number') return holds !== '' && Number(holds) === should;
  if (should === null) return holds === '';
  const [held, wanted] = [/^\d{12,14}$/.test(holds) ? Number(holds) : Date.parse(holds), Date.parse(should)];
  return /^\d{4}-\d\d-\d\dT/.test(should) && Math.floor(held / 1_000) === Math.floor(wanted / 1_000);
};

/** A tool that holds nothing under a name holds null, in a checkbox false, and the rest as it writes it itself. */
const isSame = (holds: unknown, should: AttributeValue): boolean => {
  if ((holds ?? null) === should || (holds === false && should === null)) return true;
  return typeof holds === 'string' && asText(holds, should);
};

/**
 * Where what a tool holds of a person differs from what it should hold, in order of name. The version alone is no
 * difference: it grows with decisions that change nothing there.
 */
export const findDifferences = (userId: string, should: Attributes, holds: Told): readonly Difference[] =>
  Object.keys(should)
    .filter((attribute) => attribute !== VERSION_ATTRIBUTE)
    .sort()
    .flatMap((attribute) => {
      const wanted = should[attribute] ?? null;
      const held = holds[attribute];
      return isSame(held, wanted) ? [] : [{ userId, attribute, holds: held ?? null, should: wanted }];
    });

/** What does not hold what it should, by the name of an attribute, is Recoup's fault. */
type IsOwn = (name: string, desired: Attributes, held: Told) => boolean;

const OWN: Partial<Readonly<Record<Subject, IsOwn>>> = {
  // The address is the tool's own.
  contact: (name) => name !== 'email',
  // The user only leads to the account, in tools that keep none.
  account: (name, _, held) => name !== 'user_id' || Object.hasOwn(held, name),
  // People reword a task, put it off and complete it: it only must not stay open.
  hand_off: (name, { task_state }, held) =>
    name === 'task_state' && task_state === 'closed' && Object.hasOwn(held, name),
};

/** The part of a state that nobody but Recoup may change in the tool. */
export const ownOf = (subject: Subject, desired: Attributes, held: Told): Attributes =>
  Object.fromEntries(Object.entries(desired).filter(([name]) => OWN[subject]?.(name, desired, held) ?? true));
