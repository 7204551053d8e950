import type { Held } from './batch-answer.ts';
import type { HubspotCall } from './call.ts';
import type { HubspotSettings } from './settings.ts';

/** Addresses that a contact had before or beside, separated by `;`: HubSpot finds it by them, too. */
const OTHER_EMAILS = 'hs_additional_emails';

/** HubSpot compares addresses in lower case. */
export const toEmail = (email: unknown): string | null =>
  typeof email === 'string' && email.includes('@') ? email.trim().toLowerCase() : null;

/** Contacts by the user id that they carry. */
export const findByUserId = async (
  call: HubspotCall,
  { contact_id_property: idProperty }: HubspotSettings,
  userIds: readonly string[],
  properties: readonly string[] = [],
): Promise<ReadonlyMap<string, Held>> => {
  const held = await call.read('contacts', idProperty, userIds, [idProperty, ...properties]);
  return new Map(held.map((contact) => [contact.properties[idProperty] ?? '', contact]));
};

/** Contacts by address, all that have it: HubSpot lets one be another's second address. */
export const findByEmail = async (
  call: HubspotCall,
  { contact_id_property: idProperty }: HubspotSettings,
  emails: readonly string[],
  properties: readonly string[] = [],
): Promise<(email: string) => readonly Held[]> => {
  const held = await call.read('contacts', 'email', emails, ['email', OTHER_EMAILS, idProperty, ...properties]);
  return (email) => held.filter((contact) => emailsOf(contact).includes(email));
};

const emailsOf = ({ properties }: Held): readonly string[] =>
  [properties.email ?? '', ...(properties[OTHER_EMAILS] ?? '').split(';')].map((email) => email.trim().toLowerCase());
