import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import type { Held } from './batch-answer.ts';
import { type HubspotCall, openCall, type WriteInput } from './call.ts';
import { type SubjectPayload, subjectFields, subjectMapping } from './fields.ts';
import { findByUserId } from './find-contacts.ts';
import { toProperties } from './properties.ts';
import type { HubspotSettings } from './settings.ts';

/** Where the fields are found in a group call as Recoup makes it. */
export const COMPANY_MAPPING = subjectMapping('$.groupId', '$.traits');

/** The owner of an account: a way to the company, and none of its properties. */
const OWNER = 'user_id';
/** HubSpot keeps the id of a contact's primary company here. */
const PRIMARY_COMPANY = 'associatedcompanyid';

/** Writes properties of companies, found by a unique property or once through the owner's contact. None is created. */
export const syncCompanies: ActionDefinition<HubspotSettings, SubjectPayload> = {
  title: 'Sync Companies',
  description: 'Set or clear properties of companies. A new account is looked for through its owner’s contact once.',
  platform: 'cloud',
  defaultSubscription: 'type = "group"',
  fields: subjectFields(COMPANY_MAPPING, 'Account ID', 'The account id, which a unique property of the company holds.'),
  perform: (request, { payload, settings }) => sync(request, [payload], settings),
  performBatch: (request, { payload, settings }) => sync(request, payload, settings),
};

const sync = async (request: RequestClient, payloads: readonly SubjectPayload[], settings: HubspotSettings) => {
  const call = openCall(request, settings, payloads.length);
  const idProperty = settings.company_id_property;
  const strangers = await findStrangers(call, payloads, settings);
  const companies = await findThroughOwners(call, strangers, settings);
  const known: WriteInput[] = [];
  const linked: WriteInput[] = [];
  payloads.forEach((payload, index) => {
    const properties = toProperties(payload.attributes ?? {}, [OWNER, idProperty]);
    if (strangers.includes(payload)) {
      const company = companies.get(payload.id);
      if (company === undefined) call.settle(index, { result: 'absent', reason: ABSENT });
      else
        linked.push({
          payload: index,
          input: { id: company, properties: { ...properties, [idProperty]: payload.id } },
        });
    } else if (Object.keys(properties).length > 0)
      known.push({ payload: index, input: { id: payload.id, idProperty, properties } });
    else call.settle(index, { result: 'delivered', warning: null });
  });
  await call.write('companies', 'update', known);
  await call.write('companies', 'update', linked);
  return toMultiStatus(call.outcomes(), payloads);
};

const ABSENT = 'no company carries the account id, nor does the owner lead to one without';

/** New accounts whose id no company carries. */
const findStrangers = async (
  call: HubspotCall,
  payloads: readonly SubjectPayload[],
  { company_id_property: idProperty }: HubspotSettings,
): Promise<readonly SubjectPayload[]> => {
  const newcomers = payloads.filter(({ is_new }) => is_new === true);
  const ids = newcomers.map(({ id }) => id);
  const held = await call.read('companies', idProperty, ids, [idProperty]);
  const carried = new Set(held.map(({ properties }) => properties[idProperty]));
  return newcomers.filter(({ id }) => !carried.has(id));
};

/**
 * Companies by the account that may take them: the primary company of the owner's contact, where it carries no id yet.
 * A company that is already another account's is left alone, and the first of two accounts gets it.
 */
const findThroughOwners = async (
  call: HubspotCall,
  accounts: readonly SubjectPayload[],
  settings: HubspotSettings,
): Promise<ReadonlyMap<string, string>> => {
  const owners = accounts.flatMap(({ attributes }) => ownerOf(attributes) ?? []);
  const contacts = await findByUserId(call, settings, owners, [PRIMARY_COMPANY]);
  const ids = [...contacts.values()].flatMap(({ properties }) => properties[PRIMARY_COMPANY] || []);
  const held = await call.read('companies', null, ids, [settings.company_id_property]);
  const free = new Map(held.filter((company) => !isTaken(company, settings)).map(({ id }) => [id, id]));
  return new Map(
    accounts.flatMap(({ id, attributes }) => {
      const company = free.get(contacts.get(ownerOf(attributes) ?? '')?.properties[PRIMARY_COMPANY] ?? '');
      if (company === undefined) return [];
      free.delete(company);
      return [[id, company] as const];
    }),
  );
};

const ownerOf = (attributes: SubjectPayload['attributes']): string | null => {
  const owner = attributes?.[OWNER];
  return typeof owner === 'string' && owner !== '' ? owner : null;
};

const isTaken = ({ properties }: Held, { company_id_property: idProperty }: HubspotSettings): boolean =>
  (properties[idProperty] ?? '') !== '';
