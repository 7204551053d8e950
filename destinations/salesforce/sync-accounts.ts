import type { RequestClient } from '@segment/actions-core';
import type { SyncPayload } from './action.ts';
import { toFieldValues } from './field-values.ts';
import { lookUp, type Row, rowsBy, textIn } from './look-up.ts';
import type { SalesforceSettings } from './settings.ts';
import { type Planned, toWarning, writeAll } from './write.ts';

/** Writes dunning state into Accounts and never makes one; tells each payload's outcome in their order. */
export const syncAccounts = async (
  request: RequestClient,
  payloads: readonly SyncPayload[],
  settings: SalesforceSettings,
) => {
  const found = await findAccounts(request, payloads, settings);
  const linked = new Set<string>();
  const plans = payloads.map((payload) =>
    payload.is_new ? planNew(payload, found, linked, settings) : toPlan(payload, null, settings),
  );
  return writeAll(request, settings, { object: 'Account', idField: settings.account_id_field }, plans);
};

interface Found {
  readonly byId: ReadonlyMap<string, readonly Row[]>;
  /** Contacts, each with its Account. */
  readonly byOwner: ReadonlyMap<string, readonly Row[]>;
}

const findAccounts = async (
  request: RequestClient,
  payloads: readonly SyncPayload[],
  settings: SalesforceSettings,
): Promise<Found> => {
  const { account_id_field: idField, contact_id_field: ownerField } = settings;
  const fresh = payloads.filter(({ is_new }) => is_new);
  const values = fresh.map(({ external_id }) => external_id);
  const rows = await lookUp(request, settings, { object: 'Account', fields: ['Id', idField], by: idField, values });
  const byId = rowsBy(rows, idField);
  const owners = fresh.filter(({ external_id }) => !byId.has(external_id.toLowerCase())).map(ownerOf);
  const contacts = await lookUp(request, settings, {
    object: 'Contact',
    fields: ['Id', ownerField, 'AccountId', `Account.${idField}`],
    by: ownerField,
    values: owners.filter((owner) => owner !== ''),
  });
  return { byId, byOwner: rowsBy(contacts, ownerField) };
};

const planNew = (payload: SyncPayload, found: Found, linked: Set<string>, settings: SalesforceSettings): Planned => {
  const idField = settings.account_id_field;
  const carriers = found.byId.get(payload.external_id.toLowerCase()) ?? [];
  const [own, second] = carriers.filter((row) => textIn(row, idField) === payload.external_id);
  if (second !== undefined) return reject(`several Accounts carry this id in ${idField}: leave it on the right one`);
  if (own !== undefined) return toPlan(payload, textIn(own, 'Id'), settings);
  if (carriers.length > 0)
    return reject(`an Account carries this id with other capitals, and ${idField} does not tell them apart`);
  return planByOwner(payload, found, linked, settings);
};

/** The Account of the owner's Contact, unless it is another billing account's already. */
const planByOwner = (
  payload: SyncPayload,
  found: Found,
  linked: Set<string>,
  settings: SalesforceSettings,
): Planned => {
  const owner = ownerOf(payload);
  const contacts = (found.byOwner.get(owner.toLowerCase()) ?? []).filter(
    (row) => textIn(row, settings.contact_id_field) === owner,
  );
  const [contact] = contacts;
  if (contacts.length !== 1 || contact === undefined)
    return { result: 'absent', reason: 'no Account carries this id, and no Contact leads to one' };
  const id = textIn(contact, 'AccountId');
  if (id === '') return { result: 'absent', reason: "the owner's Contact belongs to no Account" };
  if (textIn(contact, `Account.${settings.account_id_field}`) !== '' || linked.has(id))
    return { result: 'absent', reason: "the Account of the owner's Contact carries another billing account's id" };
  linked.add(id);
  return toPlan(payload, id, settings);
};

/** Without a name Salesforce cannot make an Account of it. */
const toPlan = (
  { external_id, attributes = {} }: SyncPayload,
  id: string | null,
  settings: SalesforceSettings,
): Planned => {
  const { fields, tooLong } = toFieldValues(attributes);
  if (id === null && Object.keys(fields).length === 0) return { result: 'delivered', warning: null };
  return {
    way: id === null ? 'by_external_id' : 'by_id',
    fields: { ...fields, [settings.account_id_field]: external_id, ...(id === null ? {} : { Id: id }) },
    warning: toWarning(tooLong),
  };
};

const reject = (reason: string): Planned => ({ result: 'rejected', reason });

const ownerOf = ({ attributes }: SyncPayload): string => {
  const owner = attributes?.user_id;
  return typeof owner === 'string' ? owner : '';
};
