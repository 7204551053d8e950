import type { RequestClient } from '@segment/actions-core';
import type { SyncPayload } from '../action.ts';
import { lookUp, type Row, rowsBy, textIn, valueIn } from '../look-up.ts';
import type { SalesforceSettings } from '../settings.ts';

/** Holds the episode's id on a Task: unique, so that no second one is made. */
export const TASK_KEY_FIELD = 'Recoup_Task_Key__c';

/** The tasks of these episodes as they stand now, with what people did to them. */
export const findTasks = (
  request: RequestClient,
  settings: SalesforceSettings,
  payloads: readonly SyncPayload[],
): Promise<readonly Row[]> =>
  lookUp(request, settings, {
    object: 'Task',
    fields: ['Id', TASK_KEY_FIELD, 'IsClosed', 'Description', 'CreatedById', 'LastModifiedById'],
    by: TASK_KEY_FIELD,
    values: payloads.map(({ external_id }) => external_id),
  });

/** Where a task belongs, and whose it is; empty where there is none. */
export interface Place {
  readonly contact: string;
  readonly account: string;
  readonly owner: string;
}

export type Places = (payload: SyncPayload) => Place;

/** Of the record itself, or of the Account above a Contact. */
const OWNER = ['OwnerId', 'Owner.IsActive'] as const;
const ACCOUNT_ABOVE = ['AccountId', ...OWNER.map((field) => `Account.${field}`)];

/**
 * Finds the Contact and the Account of each: by our ids, the Contact by email only where none carries the user id, and
 * the Account above the Contact where none carries the account id: another tool may write that id a moment later.
 */
export const findPlaces = async (
  request: RequestClient,
  settings: SalesforceSettings,
  payloads: readonly SyncPayload[],
): Promise<Places> => {
  const { account_id_field: accountField, contact_id_field: contactField, default_owner: defaultOwner } = settings;
  const ask = (object: string, by: string, values: readonly string[]) =>
    lookUp(request, settings, {
      object,
      fields: ['Id', ...OWNER, ...(object === 'Contact' ? ACCOUNT_ABOVE : []), by],
      by,
      values: values.filter((value) => value !== ''),
    });
  const attributesOf = (name: string) => payloads.map((payload) => attributeOf(payload, name));
  const accounts = rowsBy(await ask('Account', accountField, attributesOf('account_id')), accountField);
  const contacts = rowsBy(await ask('Contact', contactField, attributesOf('user_id')), contactField);
  const nameless = payloads.filter((payload) => !contacts.has(attributeOf(payload, 'user_id').toLowerCase()));
  const emails = nameless.map((payload) => attributeOf(payload, 'email'));
  const byEmail = rowsBy(await ask('Contact', 'Email', emails), 'Email');
  return (payload) => {
    const account = theOne(accounts, accountField, attributeOf(payload, 'account_id'));
    const known = theOne(contacts, contactField, attributeOf(payload, 'user_id'));
    const contact = known ?? theOnly(byEmail.get(attributeOf(payload, 'email').toLowerCase()));
    return {
      account: idOf(account) || accountAbove(contact),
      contact: idOf(contact),
      owner: ownerOfAccount(account, contact) || activeOwnerOf(contact) || defaultOwner,
    };
  };
};

/** An attribute as text; empty where there is none. */
const attributeOf = ({ attributes }: SyncPayload, name: string): string => {
  const value = attributes?.[name];
  return typeof value === 'string' ? value : '';
};

const theOne = (rows: ReadonlyMap<string, readonly Row[]>, field: string, id: string): Row | null =>
  theOnly(rows.get(id.toLowerCase())?.filter((row) => textIn(row, field) === id));

const theOnly = (rows: readonly Row[] = []): Row | null => (rows.length === 1 ? (rows[0] ?? null) : null);

const idOf = (row: Row | null): string => (row === null ? '' : textIn(row, 'Id'));

/** Empty where the user that Recoup runs as may not see the Account: a task on it would be refused. */
const accountAbove = (contact: Row | null): string =>
  contact !== null && textIn(contact, 'Account.OwnerId') !== '' ? textIn(contact, 'AccountId') : '';

const ownerOfAccount = (account: Row | null, contact: Row | null): string =>
  account === null ? activeOwnerOf(contact, 'Account.') : activeOwnerOf(account);

/** Salesforce refuses a task for a user who left. */
const activeOwnerOf = (row: Row | null, above = ''): string =>
  row !== null && valueIn(row, `${above}Owner.IsActive`) === true ? textIn(row, `${above}OwnerId`) : '';
