import type { Held } from '../batch-answer.ts';
import type { SubjectPayload } from '../fields.ts';
import type { Properties } from '../properties.ts';
import { TASK_MARK } from '../settings.ts';
import { markOf, toHtml, withComment } from './task-text.ts';

const DONE = 'COMPLETED';

type Wanted = NonNullable<SubjectPayload['attributes']>;

export interface TaskChange {
  /** What is to be written; empty: nothing. */
  readonly properties: Properties;
  readonly warning?: string;
}

export const textOf = (wanted: Wanted, name: string): string => {
  const value = wanted[name];
  return typeof value === 'string' ? value : '';
};

export const isClosed = (wanted: Wanted): boolean => wanted.task_state === 'closed';

/** The task as it is first made: the subject, the text and a mark by which a person's edit is noticed later. */
export const toNewTask = (wanted: Wanted): Properties => {
  const hs_task_subject = textOf(wanted, 'subject');
  const hs_task_body = toHtml(textOf(wanted, 'body'));
  return {
    hs_timestamp: textOf(wanted, 'due_at'),
    hs_task_subject,
    hs_task_body,
    hs_task_status: 'NOT_STARTED',
    hs_task_priority: wanted.priority === 'high' ? 'HIGH' : 'MEDIUM',
    hs_task_type: 'TODO',
    [TASK_MARK]: markOf(hs_task_subject, hs_task_body),
  };
};

/**
 * What a task that is there needs. Its words are replaced only while they are Recoup's own; due date, priority and owner
 * are the person's from the start. A task that is done stays done and gets the comment at most.
 */
export const toTaskChange = (wanted: Wanted, { properties }: Held): TaskChange => {
  const held = { subject: properties.hs_task_subject ?? '', body: properties.hs_task_body ?? '' };
  const isDone = properties.hs_task_status === DONE;
  const isOurs = properties[TASK_MARK] === markOf(held.subject, held.body);
  const words = isDone || !isOurs ? held : newWords(wanted, held);
  // How it ended may be told anew, of a task that was closed before: then the comment alone has changed.
  const comment = textOf(wanted, 'comment');
  const hs_task_body = comment === '' ? words.body : withComment(words.body, comment);
  const changes: Properties = {
    ...(words.subject === held.subject ? {} : { hs_task_subject: words.subject }),
    ...(hs_task_body === held.body ? {} : { hs_task_body }),
    ...(isClosed(wanted) && !isDone ? { hs_task_status: DONE } : {}),
  };
  const isLeft = !isDone && !isOurs && ('body' in wanted || 'subject' in wanted) && !isClosed(wanted);
  return { properties: marked(changes, words), ...(isLeft ? { warning: LEFT } : {}) };
};

const LEFT = 'somebody changed the words of the task in HubSpot: they are left as they are';

const newWords = (wanted: Wanted, held: { readonly subject: string; readonly body: string }) => ({
  subject: 'subject' in wanted ? textOf(wanted, 'subject') : held.subject,
  body: 'body' in wanted ? toHtml(textOf(wanted, 'body')) : held.body,
});

/** New words need a new mark; a comment is the end of it. */
const marked = (changes: Properties, words: { readonly subject: string; readonly body: string }): Properties =>
  'hs_task_subject' in changes || changes.hs_task_body === words.body
    ? { ...changes, [TASK_MARK]: markOf(words.subject, words.body) }
    : changes;
