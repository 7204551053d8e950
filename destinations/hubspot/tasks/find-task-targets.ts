import type { Held } from '../batch-answer.ts';
import type { HubspotCall } from '../call.ts';
import type { SubjectPayload } from '../fields.ts';
import { findByEmail, findByUserId, toEmail } from '../find-contacts.ts';
import type { HubspotSettings } from '../settings.ts';
import { textOf } from './task-change.ts';

/** HubSpot's own types of association, from a task to the other. */
export const TASK_TO = { contact: 204, company: 192 } as const;

const OWNER = 'hubspot_owner_id';
/** HubSpot's id of a contact's primary company. */
const COMPANY = 'associatedcompanyid';

/** Whom a task is about and who is to do it. */
export interface TaskTarget {
  /** An owner's id; empty: nobody. */
  readonly owner: string;
  readonly associations: readonly unknown[];
}

/**
 * Finds contact and company of each hand-off: by their ids, the contact by email as a last resort, and the contact's own
 * company where none carries the account id: another tool may write that id a moment later.
 */
export const findTaskTargets = async (
  call: HubspotCall,
  handOffs: readonly SubjectPayload[],
  settings: HubspotSettings,
): Promise<(handOff: SubjectPayload) => TaskTarget> => {
  const idProperty = settings.company_id_property;
  const accountIds = handOffs.flatMap(({ attributes = {} }) => textOf(attributes, 'account_id') || []);
  const companies = await call.read('companies', idProperty, accountIds, [idProperty, OWNER]);
  const byAccount = new Map(companies.map((company) => [company.properties[idProperty] ?? '', company]));
  const contactOf = await findContacts(call, handOffs, settings);
  const companyOf = ({ attributes = {} }: SubjectPayload) => byAccount.get(textOf(attributes, 'account_id'));
  const alone = handOffs.filter((handOff) => companyOf(handOff) === undefined);
  const above = await call.read(
    'companies',
    null,
    alone.flatMap((each) => companyAbove(contactOf(each)) || []),
    [OWNER],
  );
  const byId = new Map(above.map((company) => [company.id, company]));
  return (handOff) => {
    const contact = contactOf(handOff);
    const company = companyOf(handOff) ?? byId.get(companyAbove(contact));
    return {
      owner: ownerOf(company) || ownerOf(contact) || settings.default_owner,
      associations: toLinks(contact, company),
    };
  };
};

const companyAbove = (contact: Held | undefined): string => contact?.properties[COMPANY] ?? '';

const findContacts = async (
  call: HubspotCall,
  handOffs: readonly SubjectPayload[],
  settings: HubspotSettings,
): Promise<(handOff: SubjectPayload) => Held | undefined> => {
  const userIdOf = ({ attributes = {} }: SubjectPayload) => textOf(attributes, 'user_id');
  const properties = [OWNER, COMPANY];
  const byUserId = await findByUserId(
    call,
    settings,
    handOffs.flatMap((each) => userIdOf(each) || []),
    properties,
  );
  const others = handOffs.filter((each) => !byUserId.has(userIdOf(each)));
  const emails = others.flatMap(({ attributes }) => toEmail(attributes?.email) ?? []);
  const byEmail = await findByEmail(call, settings, emails, properties);
  return (handOff) => byUserId.get(userIdOf(handOff)) ?? onlyOne(byEmail, handOff.attributes ?? {});
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
