import type { PEOPLE, ToolStandIns } from './tools-stand-ins.ts';

/** What whoever works in a tool looks at, in one form for all tools. */

/** What a tool says of a person or an account; null: an empty field. */
export interface Seen {
  readonly inDunning: boolean | null;
  readonly status: string | null;
  readonly stage: string | null;
  /** Major units. */
  readonly due: number | null;
  /** UTC day, `2026-03-05`. */
  readonly retryOn: string | null;
  readonly episode: string | null;
}

type Values = Readonly<Record<string, unknown>>;

const NAMES = {
  inDunning: ['in_dunning', 'recoup_in_dunning', 'In_Dunning__c'],
  status: ['dunning_status', 'recoup_dunning_status', 'Dunning_Status__c'],
  stage: ['dunning_stage', 'recoup_dunning_stage', 'Dunning_Stage__c'],
  due: ['dunning_amount_due', 'recoup_dunning_amount_due', 'Dunning_Amount_Due__c'],
  retryOn: ['next_retry_date', 'recoup_next_retry_date', 'Next_Retry_Date__c'],
  episode: ['dunning_episode_id', 'recoup_dunning_episode_id', 'Dunning_Episode_Id__c'],
} as const;

const toSeen = (values: Values): Seen => {
  const text = (name: keyof typeof NAMES): string | null => {
    const value = NAMES[name].map((each) => values[each]).find((each) => each !== undefined && each !== null);
    return value === undefined || value === '' ? null : String(value);
  };
  const [inDunning, due] = [text('inDunning'), text('due')];
  return {
    inDunning: inDunning === null ? null : inDunning === 'true',
    status: text('status'),
    stage: text('stage'),
    due: due === null ? null : Number(due),
    retryOn: toDay(text('retryOn')),
    episode: text('episode'),
  };
};

/** Intercom holds seconds. */
const toDay = (text: string | null): string | null =>
  text !== null && /^\d{10}$/.test(text)
    ? new Date(Number(text) * 1_000).toISOString().slice(0, 10)
    : (text?.slice(0, 10) ?? null);

export type CrmVendor = 'hubspot' | 'salesforce';
export const CRMS = ['hubspot', 'salesforce'] as const satisfies readonly CrmVendor[];

/** Everything that the tool holds of the user; null: it does not know the user. */
export const personIn = (standIns: ToolStandIns, vendor: (typeof PEOPLE)[number], userId: string): Values | null => {
  const { braze, iterable, hubspot, salesforce, zendesk, intercom } = standIns;
  switch (vendor) {
    case 'braze':
      return braze.users.all.get(userId)?.attributes ?? null;
    case 'iterable':
      return iterable.users.all.get(userId)?.dataFields ?? null;
    case 'hubspot':
      return hubspot.account.find('contacts', 'recoup_user_id', userId)[0]?.properties ?? null;
    case 'zendesk':
      return zendesk.users.find(({ external_id }) => external_id === userId)?.user_fields ?? null;
    case 'intercom':
      return intercom.contacts.find(({ external_id }) => external_id === userId)?.custom_attributes ?? null;
    case 'salesforce':
      return salesforce.org.all('Contact').find((contact) => contact.Recoup_User_Id__c === userId) ?? null;
  }
};

/** Everything that the CRM holds of the billing account; null: it does not know it. */
export const accountIn = ({ hubspot, salesforce }: ToolStandIns, vendor: CrmVendor, accountId: string): Values | null =>
  (vendor === 'hubspot'
    ? hubspot.account.find('companies', 'recoup_account_id', accountId)[0]?.properties
    : salesforce.org.all('Account').find((account) => account.Recoup_Account_Id__c === accountId)) ?? null;

export const seen = (values: Values | null): Seen | null => (values === null ? null : toSeen(values));

/** A task of Recoup's as whoever gets it reads it. */
export interface SeenTask {
  readonly episode: string;
  readonly subject: string;
  readonly text: string;
  readonly isOpen: boolean;
  readonly owner: string | null;
  /** UTC day on which it is due. */
  readonly dueOn: string;
  /** Ids of contact and company in the CRM. */
  readonly linkedTo: readonly string[];
}

/** The tasks of the account, in the order in which they were made. */
export const tasksIn = (standIns: ToolStandIns, vendor: CrmVendor, accountId: string): readonly SeenTask[] =>
  (vendor === 'hubspot' ? hubspotTasks(standIns) : salesforceTasks(standIns)).filter(({ subject }) =>
    subject.includes(accountId),
  );

const hubspotTasks = ({ hubspot }: ToolStandIns): readonly SeenTask[] =>
  [...hubspot.account.objects.tasks.values()].map(({ properties, associations }) => ({
    episode: properties.recoup_task_key ?? '',
    subject: properties.hs_task_subject ?? '',
    text: (properties.hs_task_body ?? '').replaceAll('<br>', '\n'),
    isOpen: properties.hs_task_status !== 'COMPLETED',
    owner: properties.hubspot_owner_id || null,
    dueOn: new Date(properties.hs_timestamp ?? '').toISOString().slice(0, 10),
    linkedTo: associations.map(({ to }) => to),
  }));

const salesforceTasks = ({ salesforce }: ToolStandIns): readonly SeenTask[] =>
  salesforce.org.all('Task').map((task) => ({
    episode: String(task.Recoup_Task_Key__c ?? ''),
    subject: String(task.Subject ?? ''),
    text: String(task.Description ?? ''),
    isOpen: task.Status !== 'Completed',
    owner: typeof task.OwnerId === 'string' ? task.OwnerId : null,
    dueOn: String(task.ActivityDate),
    linkedTo: [task.WhoId, task.WhatId].filter((id) => typeof id === 'string'),
  }));

/** Events that the messaging tool took of the user, in order. */
export const eventsIn = ({ braze, iterable }: ToolStandIns, vendor: 'braze' | 'iterable', userId: string) =>
  vendor === 'braze'
    ? braze.users.events.filter(({ externalId }) => externalId === userId).map(({ name }) => name)
    : [...iterable.users.events.values()].filter((event) => event.userId === userId).map(({ name }) => name);

/** What the webhook's receiver took of the account, in order. */
export const streamOf = ({ webhook }: ToolStandIns, accountId: string) =>
  webhook.events.filter(({ data }) => data.account_id === accountId);
