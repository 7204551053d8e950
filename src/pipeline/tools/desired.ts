import type { Audiences } from '../../audience-kit/audiences.ts';
import { attributeOf, type ToolTrait, VERSION_ATTRIBUTE } from '../../destination-kit/fields.ts';
import type { Attributes, AttributeValue } from '../../destination-kit/record.ts';
import type { UserTraits } from '../../generated/tracking-plan.ts';

/** Audiences that the tool was told of and that no longer exist: nobody is in them (semantics G4). */
const removed = (before: Attributes, names: ReadonlySet<string>): Attributes =>
  Object.fromEntries(
    Object.keys(before)
      .filter((name) => name.startsWith('in_') && !names.has(name))
      .map((name) => [name, false]),
  );

export interface DesiredOptions {
  /** The traits that the tool holds, as attributes of the same name. */
  readonly names: readonly ToolTrait[];
  /** What it was last meant to hold; empty if nothing. */
  readonly before: Attributes;
  /** Number of the commit that decides it. */
  readonly version: number;
}

/** The whole state that a tool should hold of a person. */
export const toDesired = (
  view: { readonly traits: UserTraits; readonly audiences: readonly string[] },
  audiences: Audiences,
  { names: held, before, version }: DesiredOptions,
): Attributes => {
  const members = new Set(view.audiences);
  const memberships = audiences.all.map(({ key }) => [attributeOf(key), members.has(key)] as const);
  const traits = held.map((name) => [name, view.traits[name]] as const);
  const names = new Set<string>([...memberships, ...traits].map(([name]) => name));
  return {
    ...removed(before, names),
    ...Object.fromEntries(memberships),
    ...Object.fromEntries(traits),
    [VERSION_ATTRIBUTE]: version,
  };
};

/** The value of an attribute; one that is not named and one that is null are the same to a tool. */
export const valueIn = (attributes: Attributes | null, name: string): AttributeValue => attributes?.[name] ?? null;

/** Names of the attributes in which two states differ, the version aside. */
export const differingNames = (a: Attributes | null, b: Attributes | null): readonly string[] =>
  [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].filter(
    (name) => name !== VERSION_ATTRIBUTE && valueIn(a, name) !== valueIn(b, name),
  );
