import type { SubjectPayload } from '../fields.ts';

/** What a payload says of a contact's place among those who are not to be dunned; null: nothing. */
export const placeOf = ({ attributes = {} }: SubjectPayload): 'joins' | 'leaves' | null => {
  if (attributes.in_dunning === true) return 'leaves';
  return 'in_dunning' in attributes || attributes.dunning_suppressed === true ? 'joins' : null;
};

/** Contacts by HubSpot's id that a call moves. */
export interface Moves {
  readonly joining?: readonly string[];
  readonly leaving?: readonly string[];
}
