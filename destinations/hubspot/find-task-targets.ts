import type { Held } from './batch-answer.ts';
import type { HubspotCall } from './call.ts';
import type { SubjectPayload } from './fields.ts';
import { findByEmail, findByUserId, toEmail } from './find-contacts.ts';
import type { HubspotSettings } from './settings.ts';
import { textOf } from './task-change.ts';

/** HubSpot's own types of association, from a task to the other. */
export const TASK_TO = { contact: 204, company: 192 } as const;

const OWNER = 'hubspot_owner_id';

/** Whom a task is about and who is to do it. */
export interface TaskTarget {
  /** An owner's id; empty: nobody. */
  readonly owner: string;
  readonly associations: readonly unknown[];
}

/** Finds contact and company of each hand-off, by their ids and the contact by email as a last resort. */
export const findTaskTargets = async (
  call: HubspotCall,
  handOffs: readonly SubjectPayload[],
  settings: HubspotSettings,
): Promise<(handOff: SubjectPayload) => TaskTarget> => {
  const idProperty = settings.company_id_property;
  const idsIn = (name: string) => handOffs.flatMap(({ attributes = {} }) => textOf(attributes, name) || []);
  const companies = await call.read('companies', idProperty, idsIn('account_id'), [idProperty, OWNER]);
  const byAccount = new Map(companies.map((company) => [company.properties[idProperty] ?? '', company]));
  const byUserId = await findByUserId(call, settings, idsIn('user_id'), [OWNER]);
  const others = handOffs.filter(({ attributes = {} }) => !byUserId.has(textOf(attributes, 'user_id')));
  const emails = others.flatMap(({ attributes }) => toEmail(attributes?.email) ?? []);
  const byEmail = await findByEmail(call, settings, emails, [OWNER]);
  return ({ attributes = {} }) => {
    const company = byAccount.get(textOf(attributes, 'account_id'));
    const contact = byUserId.get(textOf(attributes, 'user_id')) ?? onlyOne(byEmail, attributes);
    return {
      owner: ownerOf(company) || ownerOf(contact) || settings.default_owner,
      associations: toLinks(contact, company),
    };
  };
};

/** Of several contacts with one address none is surely the right one. */
const onlyOne = (
  byEmail: (email: string) => readonly Held[],
  attributes: NonNullable<SubjectPayload['attributes']>,
): Held | undefined => {
  const found = byEmail(toEmail(attributes.email) ?? '');
  return found.length === 1 ? found[0] : undefined;
};

const ownerOf = (object: Held | undefined): string => object?.properties[OWNER] ?? '';

const toLinks = (contact: Held | undefined, company: Held | undefined): readonly unknown[] => [
  ...(contact === undefined ? [] : [toLink(contact, TASK_TO.contact)]),
  ...(company === undefined ? [] : [toLink(company, TASK_TO.company)]),
];

const toLink = ({ id }: Held, associationTypeId: number) => ({
  to: { id },
  types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }],
});
