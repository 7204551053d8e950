import { fieldNamesOf } from '../../destinations/salesforce/field-values.ts';
import { salesforceTools } from '../../destinations/salesforce/index.ts';
import { customFieldsOf, type SalesforceObject } from '../../destinations/salesforce/set-up/custom-fields.ts';
import { type SalesforceSettings, toSettings } from '../../destinations/salesforce/settings.ts';
import type { Tool } from '../../src/destination-kit/define-tool.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import type { Attributes, ToolRecord } from '../../src/destination-kit/record.ts';
import { DAY_MS, instant, plus, toIso } from '../../src/domain/instant.ts';
import {
  type SalesforceOptions,
  type SalesforceStandIn,
  startSalesforceStandIn,
} from '../../src/simulate/vendors/salesforce/server.ts';
import type { OpenToolBench, ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';

const CLIENT = { clientId: 'consumer-key-of-the-bench', clientSecret: 'consumer-secret-of-the-bench' };
const CREDENTIALS = {
  ...CLIENT,
  createMissing: 'false',
  contactIdField: 'Recoup_User_Id__c',
  accountIdField: 'Recoup_Account_Id__c',
  defaultOwner: '',
};

export interface SalesforceBench extends ToolBench {
  readonly standIn: SalesforceStandIn;
  /** What stands in Recoup's fields of the subject, under their names in Salesforce. */
  readonly fieldsOf: (id: string) => Readonly<Record<string, unknown>> | null;
}

/** The audiences of whom the bench has fields. */
const AUDIENCES = [{ key: 'dunning_first_failure_standard', description: 'First failure, standard plan.' }];

/** Makes the fields of an object, seen by everybody: an organisation that is set up. */
export const setUpFields = ({ org }: SalesforceStandIn, settings: SalesforceSettings): void => {
  const objects: readonly [SalesforceObject, Parameters<typeof fieldsOf>[0]][] = [
    ['Contact', 'contact'],
    ['Account', 'account'],
    ['Task', 'hand_off'],
  ];
  for (const [object, subject] of objects) {
    for (const { name, metadata } of customFieldsOf(object, fieldsOf(subject, AUDIENCES), settings)) {
      const refused = org.addField(`${object === 'Task' ? 'Activity' : object}.${name}`, metadata);
      if (refused !== null) throw new Error(`${name}: ${refused.message}`);
      org.open(object, name);
    }
  }
};

interface BenchParts {
  readonly key: string;
  readonly object: SalesforceObject;
  readonly idField: string;
  readonly attributesOf: (id: string, now: number) => Attributes;
  readonly know: (standIn: SalesforceStandIn, id: string) => void;
}

export interface BenchOptions extends Partial<SalesforceOptions> {
  readonly credentials?: Readonly<Record<string, string>>;
}

/** Opens a bench of one tool; `options` change the organisation and the credentials. */
const opener =
  (parts: BenchParts) =>
  async ({ now }: { readonly now: () => number }, options: BenchOptions = {}): Promise<SalesforceBench> => {
    const standIn = await startSalesforceStandIn({ ...CLIENT, ...options });
    const tool = toolOf(parts.key);
    const values = { ...CREDENTIALS, loginUrl: standIn.url, ...options.credentials };
    setUpFields(standIn, toSettings(values));
    const fieldsHeld = (id: string) => {
      const record = standIn.org.all(parts.object).find((held) => held[parts.idField] === id);
      return record === undefined ? null : ownOf(record, parts);
    };
    return {
      tool,
      standIn,
      settings: tool.credentials(values),
      badSettings: tool.credentials({ ...values, clientSecret: 'a-secret-of-another-app' }),
      know: (ids) => ids.forEach((id) => void parts.know(standIn, id)),
      record: (id, changes) => toRecord(id, now(), parts.attributesOf(id, now()), changes),
      fieldsOf: fieldsHeld,
      heldOf: (id) => toAttributes(fieldsHeld(id), tool),
      eventsOf: () => [],
    };
  };

export const toolOf = (key: string): Tool => {
  const tool = salesforceTools.find((each) => each.key === key);
  if (tool === undefined) throw new Error(`no tool ${key}`);
  return tool;
};

const toRecord = (id: string, now: number, attributes: Attributes, changes: Partial<ToolRecord> = {}): ToolRecord => ({
  userId: id,
  at: instant(now),
  attributes,
  events: [],
  isNew: true,
  ...changes,
});

/** By the names of attributes; an instant that has two fields is told by the exact one. */
const toAttributes = (fields: Readonly<Record<string, unknown>> | null, { subject }: Tool) => {
  const known = fieldsOf(subject, AUDIENCES);
  if (fields === null || known.length === 0) return fields;
  const named = known.map(({ name }) => [name, fields[fieldNamesOf(name).at(-1) ?? '']] as const);
  return Object.fromEntries(named.filter(([, value]) => value !== undefined));
};

/** What stands under Recoup's names: custom fields of a Contact and an Account, all of a task of Recoup's. */
const ownOf = (record: Readonly<Record<string, unknown>>, { object, idField }: BenchParts) =>
  Object.fromEntries(
    Object.entries(record).filter(
      ([name, value]) => value !== null && name !== idField && (object === 'Task' || name.endsWith('__c')),
    ),
  );

const stateOf = (id: string, now: number): Attributes => ({
  in_dunning: true,
  dunning_stage: 'first_failure',
  dunning_amount_due: 49.5,
  dunning_episode_id: `dun_${id}`,
  next_retry_date: toIso(plus(instant(now), 3 * DAY_MS)),
  update_payment_url: 'https://pay.example.com/i/1',
  dunning_state_version: 1,
});

const knowContact = ({ org }: SalesforceStandIn, id: string): void =>
  void org.put('Contact', { LastName: 'Known', Email: `${id}@example.com`, [CREDENTIALS.contactIdField]: id });

const knowAccount = ({ org }: SalesforceStandIn, id: string): void =>
  void org.put('Account', { Name: 'Known', [CREDENTIALS.accountIdField]: id });

const contactBench = opener({
  key: 'salesforce',
  object: 'Contact',
  idField: CREDENTIALS.contactIdField,
  attributesOf: (id, now) => ({ ...stateOf(id, now), email: `${id}@example.com` }),
  know: knowContact,
});

const accountBench = opener({
  key: 'salesforce-accounts',
  object: 'Account',
  idField: CREDENTIALS.accountIdField,
  attributesOf: (id, now) => ({ ...stateOf(id, now), user_id: `user_${id}` }),
  know: knowAccount,
});

const taskBench = opener({
  key: 'salesforce-tasks',
  object: 'Task',
  idField: 'Recoup_Task_Key__c',
  attributesOf: (id, now) => ({
    task_state: 'open',
    subject: 'Payment failed: take over',
    body: 'A payment failed.\nCall them.',
    due_at: toIso(plus(instant(now), DAY_MS)),
    priority: 'high',
    user_id: `user_${id}`,
    account_id: `acct_${id}`,
    email: `${id}@example.com`,
    dunning_episode_id: id,
  }),
  know: (standIn, id) => {
    knowContact(standIn, `user_${id}`);
    knowAccount(standIn, `acct_${id}`);
  },
});

/** Contacts of Salesforce, in an organisation that is set up. */
export const openSalesforceContactBench = contactBench satisfies OpenToolBench;
/** Accounts. */
export const openSalesforceAccountBench = accountBench satisfies OpenToolBench;
/** Tasks. */
export const openSalesforceTaskBench = taskBench satisfies OpenToolBench;
