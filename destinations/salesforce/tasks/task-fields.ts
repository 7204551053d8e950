import type { SyncPayload } from '../action.ts';
import { toDay } from '../field-values.ts';
import { type Row, textIn, valueIn } from '../look-up.ts';
import type { Planned } from '../write.ts';
import { type Places, TASK_KEY_FIELD } from './task-look-up.ts';

/** Salesforce's limits of a task's subject and of its comments. */
const MAX_SUBJECT = 255;
const MAX_DESCRIPTION = 32_000;

/** Salesforce's own words; an organisation that renamed them is told by the inspection. */
export const TASK_STATUS = { open: 'Not Started', closed: 'Completed' } as const;
export const TASK_PRIORITY: Readonly<Record<string, string>> = { high: 'High', medium: 'Normal' };

/** The subject and the text; only those that are given. */
const toWords = ({ subject, body }: Readonly<Record<string, unknown>>) => ({
  ...(typeof subject === 'string' ? { Subject: cut(subject, MAX_SUBJECT) } : {}),
  ...(typeof body === 'string' ? { Description: cut(body, MAX_DESCRIPTION) } : {}),
});

/** What the attributes of a task are in Salesforce; only those that are given. */
const toContent = (attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, string | null>> => {
  const { due_at, priority } = attributes;
  return {
    ...toWords(attributes),
    ...(typeof due_at === 'string' ? { ActivityDate: toDay(due_at) } : {}),
    ...(typeof priority === 'string' ? { Priority: TASK_PRIORITY[priority] ?? 'Normal' } : {}),
  };
};

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

/** A new task in its place. Without one it is made nevertheless: an account that nobody minds is worse than a stray task. */
export const toNewTask = (payload: SyncPayload, places: Places): Planned => {
  const { contact, account, owner } = places(payload);
  return {
    way: 'create',
    fields: {
      ...toContent(payload.attributes ?? {}),
      [TASK_KEY_FIELD]: payload.external_id,
      Status: TASK_STATUS.open,
      ...(contact === '' ? {} : { WhoId: contact }),
      ...(account === '' ? {} : { WhatId: account }),
      ...(owner === '' ? {} : { OwnerId: owner }),
    },
    warning:
      owner === ''
        ? 'nobody owns the account or the contact, and no default owner is set: it stands with the run-as user'
        : null,
  };
};

/**
 * An open task follows the episode for as long as nobody but Recoup's user has saved it: after that it is a person's,
 * and their words, day and priority stay.
 */
export const planUpdate = (payload: SyncPayload, task: Row): Planned => {
  const content = toContent(payload.attributes ?? {});
  if (Object.keys(content).length === 0 || isClosed(task)) return { result: 'delivered', warning: null };
  if (isEdited(task)) return { result: 'delivered', warning: 'a person edited the task: left as it is' };
  return toWrite(payload, task, content);
};

/**
 * Closes a task that is open, and says how the episode ended, once, below the words of an ended one. What a person saved
 * stays as it is, and one that a person closed only gets the sentence.
 */
export const planClosing = (payload: SyncPayload, task: Row): Planned => {
  const { comment, task_state } = payload.attributes ?? {};
  const words = isEdited(task) || isClosed(task) ? {} : toWords(payload.attributes ?? {});
  const description = words.Description ?? textIn(task, 'Description');
  const sentence = typeof comment === 'string' && !description.includes(comment) ? comment : '';
  const longer = description === '' ? sentence : `${description}\n\n${sentence}`;
  const fits = longer.length <= MAX_DESCRIPTION;
  const fields = {
    ...words,
    ...(task_state === 'closed' && !isClosed(task) ? { Status: TASK_STATUS.closed } : {}),
    ...(sentence !== '' && fits ? { Description: longer } : {}),
  };
  const warning = sentence !== '' && !fits ? 'the description is full: how it ended is not in it' : null;
  if (Object.keys(fields).length === 0) return { result: 'delivered', warning };
  return toWrite(payload, task, fields, warning);
};

const toWrite = (
  payload: SyncPayload,
  task: Row,
  fields: Readonly<Record<string, string | null>>,
  warning: string | null = null,
): Planned => ({
  way: 'by_id',
  fields: { ...fields, Id: textIn(task, 'Id'), [TASK_KEY_FIELD]: payload.external_id },
  warning,
});

/** Somebody other than Recoup's user saved it last. */
const isEdited = (task: Row): boolean => textIn(task, 'CreatedById') !== textIn(task, 'LastModifiedById');

const isClosed = (task: Row): boolean => valueIn(task, 'IsClosed') === true;
