import type { Connection } from 'jsforce';
import type { ToolProfile } from '../../src/destination-kit/define-tool.ts';
import { typeOf } from '../../src/destination-kit/fields.ts';
import type { Attributes } from '../../src/destination-kit/record.ts';
import { withoutLongTexts } from '../../src/destination-kit/without-long-texts.ts';
import { askSalesforce } from './client.ts';
import { fieldNamesOf, MAX_TEXT, RETRY_FIELDS } from './field-values.ts';
import { type Row, textIn, toSoqlText, valueIn } from './look-up.ts';
import { heldFieldsOf, type RecoupField } from './recoup-fields.ts';
import { idFieldOf, type SalesforceObject } from './set-up/custom-fields.ts';
import type { SalesforceSettings } from './settings.ts';
import { TASK_PRIORITY } from './tasks/task-fields.ts';

/** Ids that fit into the address of a query beside some sixty fields. */
export const IDS_PER_QUERY = 50;

/** What Salesforce holds of these subjects under Recoup's names; fields that are missing or hidden are left out. */
export const readBackOf =
  (object: SalesforceObject) =>
  (settings: SalesforceSettings, ids: readonly string[], timeoutMs: number): Promise<readonly ToolProfile[]> =>
    askSalesforce(settings, timeoutMs, async (salesforce) => {
      const idField = idFieldOf(object, settings);
      const { fields: described } = await salesforce.describe(object);
      const fields =
        object === 'Task'
          ? []
          : heldFieldsOf(
              object,
              described.map(({ name }) => name),
            );
      const rows = await findRows(
        salesforce,
        { object, idField, names: [...fields.map(({ field }) => field), ...STANDARD[object]] },
        ids,
      );
      return rows.map((row) => ({
        userId: textIn(row, idField),
        attributes: object === 'Task' ? toTaskAttributes(row) : toAttributes(object, fields, row),
        flows: [],
      }));
    });

/** What Salesforce tells of a state: what has a field that leads back to it, and no text that is too long for one. */
export const toHeldOf =
  (object: 'Contact' | 'Account') =>
  (desired: Attributes): Attributes => {
    const fields = heldFieldsOf(object, Object.keys(desired).flatMap(fieldNamesOf));
    const told = new Set(fields.map(({ attribute }) => attribute));
    const held = Object.fromEntries(Object.entries(desired).filter(([name]) => told.has(name)));
    return withoutLongTexts(held, ({ length }) => length > MAX_TEXT);
  };

/** Fields of Salesforce's own that hold attributes. */
const STANDARD: Readonly<Record<SalesforceObject, readonly string[]>> = {
  Contact: ['Email'],
  Account: [],
  Task: ['Subject', 'IsClosed', 'Priority', 'ActivityDate'],
};

interface Wanted {
  readonly object: SalesforceObject;
  readonly idField: string;
  readonly names: readonly string[];
}

/** Records by our external ids, with `Id`. */
export const findRows = async (
  salesforce: Connection,
  { object, idField, names }: Wanted,
  ids: readonly string[],
): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const list = ids
      .slice(start, start + IDS_PER_QUERY)
      .map(toSoqlText)
      .join(',');
    const fields = [...new Set(['Id', idField, ...names])].join(', ');
    const { records } = await salesforce.query(`SELECT ${fields} FROM ${object} WHERE ${idField} IN (${list})`, {
      autoFetch: true,
    });
    rows.push(...records);
  }
  return rows;
};

const toAttributes = (
  object: SalesforceObject,
  fields: readonly RecoupField[],
  row: Row,
): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(
    // The day is told by the instant beside it.
    fields
      .filter(({ field }) => field !== RETRY_FIELDS.day)
      .map(({ attribute, field }) => [attribute, toValue(attribute, valueIn(row, field))]),
  ),
  ...(object === 'Contact' ? { email: valueIn(row, 'Email') } : {}),
});

/** Salesforce tells instants with `+0000`. */
const toValue = (attribute: string, value: unknown): unknown => {
  if (typeOf(attribute) !== 'instant' || typeof value !== 'string' || Number.isNaN(Date.parse(value))) return value;
  return new Date(value).toISOString();
};

const toTaskAttributes = (row: Row): Readonly<Record<string, unknown>> => ({
  task_state: valueIn(row, 'IsClosed') === true ? 'closed' : 'open',
  subject: valueIn(row, 'Subject'),
  priority: Object.entries(TASK_PRIORITY).find(([, word]) => word === valueIn(row, 'Priority'))?.[0] ?? null,
});
