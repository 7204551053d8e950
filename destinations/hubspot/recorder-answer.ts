import { z } from 'zod';
import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';
import { TASK_MARK } from './settings.ts';
import { TASK_WORDS } from './tasks/sync-tasks.ts';
import { markOf } from './tasks/task-text.ts';

const asked = z.object({
  idProperty: z.string().optional(),
  inputs: z.array(z.object({ id: z.string().optional(), objectWriteTraceId: z.string().optional() })),
  properties: z.array(z.string()).optional(),
});
type Asked = z.infer<typeof asked>;
type Subject = 'contacts' | 'companies' | 'tasks';

const NEVER = '1970-01-01T00:00:00.000Z';

/**
 * An account in which a new user is nobody yet, every company is known, and a task is there once it was made: the
 * requests of a run are then those of an account that was never written to.
 * @param subject what the tool writes: tasks find the contacts that contacts were made of.
 */
export const makeRecorderAnswer =
  (subject: Subject) =>
  ({ url, body }: RecordedRequest): { readonly status: number; readonly body: unknown } => {
    const beside = answerBeside(url);
    if (beside !== null) return beside;
    const call = asked.parse(JSON.parse(body));
    const isRead = url.endsWith('/batch/read');
    const results = isRead ? toFound(subject, url, call) : call.inputs.map(toWritten);
    const status = url.endsWith('/batch/create') ? 201 : 200;
    return { status, body: { status: 'COMPLETE', results, startedAt: NEVER, completedAt: NEVER } };
  };

/** Of a list that is there, and of workflows that nobody is enrolled in. */
const answerBeside = (url: string): { readonly status: number; readonly body: unknown } | null => {
  if (url.includes('/automation/')) return { status: 204, body: null };
  if (url.endsWith('/memberships/add-and-remove'))
    return { status: 200, body: { recordsIdsAdded: [], recordIdsRemoved: [], recordIdsMissing: [] } };
  return url.includes('/crm/lists/') ? { status: 200, body: { list: { listId: '1' } } } : null;
};

const toObject = (id: string, properties: Readonly<Record<string, string>>) => ({
  id,
  properties,
  createdAt: NEVER,
  updatedAt: NEVER,
  archived: false,
});

const toWritten = ({ objectWriteTraceId = '' }: Asked['inputs'][number]) => ({
  ...toObject(`9${objectWriteTraceId}`, {}),
  objectWriteTraceId,
  new: false,
});

const toFound = (subject: Subject, url: string, { idProperty, inputs, properties = [] }: Asked) => {
  const isMissing = url.includes('/contacts/') ? subject === 'contacts' || idProperty === 'email' : false;
  const isUnmade = url.includes('/tasks/') && !properties.includes(TASK_WORDS[0]);
  if (isMissing || isUnmade) return [];
  return inputs.map(({ id = '' }, index) =>
    toObject(`${url.includes('/companies/') ? 2 : 1}0${index}`, {
      ...(idProperty === undefined ? {} : { [idProperty]: id }),
      [TASK_MARK]: markOf('', ''),
    }),
  );
};
