import type { Connection } from 'jsforce';
import type { ToolProblem } from '../../../src/destination-kit/define-tool.ts';
import { RUN_SET_UP } from '../../../src/destination-kit/run-set-up.ts';
import { askSalesforce } from '../client.ts';
import { recoupFieldsOf } from '../recoup-fields.ts';
import type { SalesforceSettings } from '../settings.ts';
import { TASK_PRIORITY, TASK_STATUS } from '../tasks/task-fields.ts';
import { idFieldOf, type SalesforceObject } from './custom-fields.ts';

type Description = Awaited<ReturnType<Connection['describe']>>;
type Described = Description['fields'][number];

/** Looks for what would make deliveries fail: rights, fields, doubled ids, words of picklists, calls that are left. */
export const inspectOf =
  (object: SalesforceObject) =>
  (settings: SalesforceSettings, timeoutMs: number): Promise<readonly ToolProblem[]> =>
    askSalesforce(settings, timeoutMs, async (salesforce) => {
      const described = await salesforce.describe(object);
      const idField = idFieldOf(object, settings);
      const id = described.fields.find(({ name }) => name.toLowerCase() === idField.toLowerCase());
      return [
        ...findRights(described, object, settings),
        ...(id === undefined
          ? [{ problem: `${object}.${idField} is missing or hidden`, mend: RUN_SET_UP }]
          : await findIdProblems(salesforce, object, id)),
        ...findHidden(described, object),
        ...(object === 'Task' ? findWords(described) : []),
        ...findAllocation(salesforce),
      ];
    });

const findRights = (
  { updateable, createable }: Description,
  object: SalesforceObject,
  settings: SalesforceSettings,
): readonly ToolProblem[] => {
  const mend = `give the user that Recoup runs as this right on ${object}, by its profile or a permission set`;
  const mayCreate = object === 'Task' || (object === 'Contact' && settings.create_missing);
  return [
    ...(updateable ? [] : [{ problem: `${object} may not be edited`, mend }]),
    ...(mayCreate && !createable ? [{ problem: `${object} may not be created`, mend }] : []),
  ];
};

const findIdProblems = async (
  salesforce: Connection,
  object: SalesforceObject,
  id: Described,
): Promise<readonly ToolProblem[]> => {
  const name = `${object}.${id.name}`;
  return [
    ...(id.externalId ? [] : [{ problem: `${name} is no external id`, mend: 'mark it "External ID" in Setup' }]),
    ...(id.unique
      ? []
      : [{ problem: `${name} is not unique`, mend: 'mark it "Unique" in Setup, once no id is doubled' }]),
    ...(id.unique && !id.caseSensitive
      ? [
          {
            problem: `${name} does not tell capitals apart`,
            mend: 'mark it "case sensitive", if ids of yours differ in capitals alone',
          },
        ]
      : []),
    ...(id.updateable ? [] : [{ problem: `${name} may not be edited`, mend: RUN_SET_UP }]),
    ...(id.unique ? [] : await findDoubled(salesforce, object, id.name)),
  ];
};

const MAX_DOUBLED = 20;

/** The ids themselves are left out: they may be addresses of people. */
const findDoubled = async (
  salesforce: Connection,
  object: SalesforceObject,
  field: string,
): Promise<readonly ToolProblem[]> => {
  const { records } = await salesforce.query(
    `SELECT ${field}, COUNT(Id) carriers FROM ${object} WHERE ${field} != null GROUP BY ${field} HAVING COUNT(Id) > 1 LIMIT ${MAX_DOUBLED}`,
  );
  if (records.length === 0) return [];
  const many = records.length === MAX_DOUBLED ? `${MAX_DOUBLED} or more` : String(records.length);
  return [
    {
      problem: `${many} values of ${object}.${field} stand on several records: those subjects are refused`,
      mend: 'leave each on one record: a report grouped by the field shows them',
    },
  ];
};

const findHidden = ({ fields }: Description, object: SalesforceObject): readonly ToolProblem[] => {
  const writable = new Set(fields.filter(({ updateable }) => updateable).map(({ name }) => name.toLowerCase()));
  const hidden = recoupFieldsOf(object).filter(({ field }) => !writable.has(field.toLowerCase()));
  if (hidden.length === 0) return [];
  const names = hidden.map(({ field }) => field).join(', ');
  return [{ problem: `fields of ${object} are missing or may not be edited: ${names}`, mend: RUN_SET_UP }];
};

/** Values that tasks are written with. */
const findWords = ({ fields }: Description): readonly ToolProblem[] => {
  const wanted = { Status: Object.values(TASK_STATUS), Priority: Object.values(TASK_PRIORITY) };
  return Object.entries(wanted).flatMap(([name, words]) => {
    const values = fields.find((field) => field.name === name)?.picklistValues ?? [];
    const active = new Set(values.filter(({ active: isActive }) => isActive).map(({ value }) => value));
    const lacking = words.filter((word) => !active.has(word));
    return lacking.length === 0
      ? []
      : [{ problem: `Task.${name} has no value ${lacking.join(', ')}`, mend: 'add it to the picklist in Setup' }];
  });
};

/** From here on a busy day may use up what is left. */
const MUCH_USED = 0.8;

const findAllocation = ({ limitInfo }: Connection): readonly ToolProblem[] => {
  const { used = 0, limit = 0 } = limitInfo.apiUsage ?? {};
  if (limit === 0 || used / limit < MUCH_USED) return [];
  return [
    {
      problem: `${used} of the ${limit} API calls of 24 hours are used`,
      mend: 'find out which integration uses them (Setup, System Overview), or buy more: at the limit all calls are refused',
    },
  ];
};
