import { ACCOUNT_TRAITS, CONTACT_TRAITS, VERSION_ATTRIBUTE } from '../../src/destination-kit/fields.ts';
import { fieldNamesOf } from './field-values.ts';
import type { SalesforceObject } from './set-up/custom-fields.ts';

export interface RecoupField {
  readonly attribute: string;
  readonly field: string;
}

/** The fields that hold Recoup's attributes on an object, without the memberships of audiences, which differ from one to the next. */
export const recoupFieldsOf = (object: SalesforceObject): readonly RecoupField[] => {
  if (object === 'Task') return [];
  const traits: readonly string[] = object === 'Contact' ? CONTACT_TRAITS : ACCOUNT_TRAITS;
  return [...traits, VERSION_ATTRIBUTE].flatMap((attribute) =>
    fieldNamesOf(attribute).map((field) => ({ attribute, field })),
  );
};

const MEMBERSHIP = /^In_[A-Za-z0-9_]+__c$/;

/** The same with the memberships among `names`; a name that was cut does not lead back to its audience and is left out. */
export const heldFieldsOf = (object: SalesforceObject, names: readonly string[]): readonly RecoupField[] => {
  const known = recoupFieldsOf(object);
  const fields = new Set(known.map(({ field }) => field));
  const memberships = object === 'Contact' ? names.filter((name) => MEMBERSHIP.test(name) && !fields.has(name)) : [];
  return [
    ...known.filter(({ field }) => names.includes(field)),
    ...memberships
      .map((field) => ({ attribute: field.slice(0, -'__c'.length).toLowerCase(), field }))
      .filter(({ attribute, field }) => fieldNamesOf(attribute).includes(field)),
  ];
};
