import type { Connection } from 'jsforce';
import { askSalesforce } from './client.ts';
import { textIn } from './look-up.ts';
import { findRows } from './read-back.ts';
import { heldFieldsOf } from './recoup-fields.ts';
import { idFieldOf, type SalesforceObject } from './set-up/custom-fields.ts';
import { OWN_IDS, type SalesforceSettings } from './settings.ts';

/** Salesforce's collections take so many. */
const RECORDS_PER_CALL = 200;

/**
 * Takes back what Recoup put into Salesforce: its fields of a Contact or an Account are emptied, its id among them
 * unless policy names a field of the customer's own, and its tasks are deleted (into the recycle bin, which Salesforce empties). The Contact itself is the customer's own
 * record, which Recoup seldom made and others rely on: whoever erases the person deletes it there.
 */
export const eraseOf =
  (object: SalesforceObject) =>
  (settings: SalesforceSettings, ids: readonly string[], timeoutMs: number): Promise<void> =>
    askSalesforce(settings, timeoutMs, async (salesforce) => {
      const idField = idFieldOf(object, settings);
      const rows = await findRows(salesforce, { object, idField, names: [] }, ids);
      const found = rows.map((row) => textIn(row, 'Id'));
      const emptied =
        object === 'Task'
          ? {}
          : await toEmptied(salesforce, object, idField.toLowerCase() === OWN_IDS[object].toLowerCase());
      for (let start = 0; start < found.length; start += RECORDS_PER_CALL) {
        const some = found.slice(start, start + RECORDS_PER_CALL);
        const results =
          object === 'Task'
            ? await salesforce.destroy(object, some)
            : await salesforce.update(
                object,
                some.map((Id) => ({ Id, ...emptied })),
              );
        const failed = results.find(({ success }) => !success);
        if (failed !== undefined) throw new Error(failed.errors.map(({ message }) => message).join('; '));
      }
    });

const toEmptied = async (
  salesforce: Connection,
  object: keyof typeof OWN_IDS,
  hasOwnId: boolean,
): Promise<Readonly<Record<string, null | false>>> => {
  const { fields: described } = await salesforce.describe(object);
  const ours = new Set([
    ...(hasOwnId ? [OWN_IDS[object]] : []),
    ...heldFieldsOf(
      object,
      described.map(({ name }) => name),
    ).map(({ field }) => field),
  ]);
  // A checkbox is never empty.
  return Object.fromEntries(
    described.filter(({ name }) => ours.has(name)).map(({ name, type }) => [name, type === 'boolean' ? false : null]),
  );
};
