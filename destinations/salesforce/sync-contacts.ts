import type { RequestClient } from '@segment/actions-core';
import type { SyncPayload } from './action.ts';
import { type FieldValues, toFieldValues } from './field-values.ts';
import { lookUp, type Row, rowsBy, textIn } from './look-up.ts';
import type { SalesforceSettings } from './settings.ts';
import { type Planned, toWarning, writeAll } from './write.ts';

/** Salesforce's limit of a last name. */
const MAX_LAST_NAME = 80;

/** Writes dunning state into Contacts; tells each payload's outcome in their order. */
export const syncContacts = async (
  request: RequestClient,
  payloads: readonly SyncPayload[],
  settings: SalesforceSettings,
) => {
  const found = await findContacts(request, payloads, settings);
  const taken: Taken = { ids: new Set(), emails: new Set() };
  const plans = payloads.map((payload) =>
    payload.is_new ? planNew(payload, found, taken, settings) : planKnown(payload, settings),
  );
  return writeAll(request, settings, { object: 'Contact', idField: settings.contact_id_field }, plans);
};

interface Found {
  readonly byId: ReadonlyMap<string, readonly Row[]>;
  readonly byEmail: ReadonlyMap<string, readonly Row[]>;
}

/** What payloads before this one of the same call have taken. */
interface Taken {
  readonly ids: Set<string>;
  readonly emails: Set<string>;
}

/** Only of users of whom nothing was acknowledged: theirs may stand there under an email alone. */
const findContacts = async (
  request: RequestClient,
  payloads: readonly SyncPayload[],
  settings: SalesforceSettings,
): Promise<Found> => {
  const idField = settings.contact_id_field;
  const shared = { object: 'Contact', fields: ['Id', 'Email', idField] } as const;
  const fresh = payloads.filter(({ is_new }) => is_new);
  const byId = rowsBy(
    await lookUp(request, settings, { ...shared, by: idField, values: fresh.map(({ external_id }) => external_id) }),
    idField,
  );
  const values = fresh.filter(({ external_id }) => !byId.has(external_id.toLowerCase())).map(emailOf);
  const rows = await lookUp(request, settings, {
    ...shared,
    by: 'Email',
    values: values.filter((email) => email !== ''),
  });
  return { byId, byEmail: rowsBy(rows, 'Email') };
};

/** Without a last name Salesforce cannot make a Contact of it: one that it does not know stays unmade. */
const planKnown = ({ external_id, attributes = {} }: SyncPayload, settings: SalesforceSettings): Planned => {
  const { fields, tooLong } = toFieldValues(attributes);
  if (Object.keys(fields).length === 0) return { result: 'delivered', warning: null };
  return {
    way: 'by_external_id',
    fields: { ...fields, [settings.contact_id_field]: external_id },
    warning: toWarning(tooLong),
  };
};

const planNew = (payload: SyncPayload, found: Found, taken: Taken, settings: SalesforceSettings): Planned => {
  const idField = settings.contact_id_field;
  const carriers = found.byId.get(payload.external_id.toLowerCase()) ?? [];
  const [own, second] = carriers.filter((row) => textIn(row, idField) === payload.external_id);
  if (second !== undefined) return reject(`several Contacts carry this id in ${idField}: leave it on the right one`);
  if (own !== undefined) return update(payload, textIn(own, 'Id'), settings);
  if (carriers.length > 0)
    return reject(`a Contact carries this id with other capitals, and ${idField} does not tell them apart`);
  return planByEmail(payload, found, taken, settings);
};

const planByEmail = (payload: SyncPayload, found: Found, taken: Taken, settings: SalesforceSettings): Planned => {
  const idField = settings.contact_id_field;
  const email = emailOf(payload);
  if (email === '') return { result: 'absent', reason: 'no Contact carries this id, and no email is known' };
  const [contact, second] = found.byEmail.get(email.toLowerCase()) ?? [];
  if (second !== undefined)
    return reject(`several Contacts have this user's email: put the user id into ${idField} of the right one`);
  if (contact === undefined) return planMissing(payload, email, taken, settings);
  const id = textIn(contact, 'Id');
  if (textIn(contact, idField) !== '' || taken.ids.has(id))
    return reject(`the Contact with this user's email carries another user's id in ${idField}`);
  taken.ids.add(id);
  return update(payload, id, settings);
};

const planMissing = (payload: SyncPayload, email: string, taken: Taken, settings: SalesforceSettings): Planned => {
  if (!settings.create_missing) return { result: 'absent', reason: 'no Contact carries this id or has this email' };
  if (taken.emails.has(email.toLowerCase()))
    return { result: 'retry', at: null, reason: 'a Contact with the same email is being made for another user' };
  taken.emails.add(email.toLowerCase());
  // A Contact has to have a last name, and nothing better is known.
  const LastName = (email.split('@')[0] ?? email).slice(0, MAX_LAST_NAME);
  return { ...toWrite(payload, settings, { LastName, Email: email }), way: 'create' };
};

const update = (payload: SyncPayload, id: string, settings: SalesforceSettings): Planned => ({
  ...toWrite(payload, settings, { Id: id }),
  way: 'by_id',
});

const toWrite = ({ external_id, attributes = {} }: SyncPayload, settings: SalesforceSettings, more: FieldValues) => {
  const { fields, tooLong } = toFieldValues(attributes);
  return { fields: { ...fields, ...more, [settings.contact_id_field]: external_id }, warning: toWarning(tooLong) };
};

const reject = (reason: string): Planned => ({ result: 'rejected', reason });

const emailOf = ({ attributes }: SyncPayload): string => {
  const email = attributes?.email;
  return typeof email === 'string' ? email.trim() : '';
};
