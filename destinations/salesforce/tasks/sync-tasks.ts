import type { RequestClient } from '@segment/actions-core';
import type { SyncPayload } from '../action.ts';
import { type Row, rowsBy } from '../look-up.ts';
import type { SalesforceSettings } from '../settings.ts';
import { type Planned, writeAll } from '../write.ts';
import { planClosing, planUpdate, toNewTask } from './task-fields.ts';
import { findPlaces, findTasks, type Places, TASK_KEY_FIELD } from './task-look-up.ts';

/** Makes, updates and closes tasks of episodes; tells each payload's outcome in their order. */
export const syncTasks = async (
  request: RequestClient,
  payloads: readonly SyncPayload[],
  settings: SalesforceSettings,
) => {
  const tasks = rowsBy(await findTasks(request, settings, payloads), TASK_KEY_FIELD);
  const places = await findPlaces(
    request,
    settings,
    payloads.filter((payload) => isToBeMade(payload, tasks)),
  );
  const plans = payloads.map((payload) => planTask(payload, tasks, places));
  return writeAll(request, settings, { object: 'Task', idField: TASK_KEY_FIELD }, plans);
};

type Tasks = ReadonlyMap<string, readonly Row[]>;

const taskOf = ({ external_id }: SyncPayload, tasks: Tasks): Row | undefined =>
  tasks.get(external_id.toLowerCase())?.[0];

const isToBeMade = (payload: SyncPayload, tasks: Tasks): boolean =>
  payload.is_new === true && payload.attributes?.task_state === 'open' && taskOf(payload, tasks) === undefined;

const planTask = (payload: SyncPayload, tasks: Tasks, places: Places): Planned => {
  const task = taskOf(payload, tasks);
  if (isToBeMade(payload, tasks)) return toNewTask(payload, places);
  if (task !== undefined)
    return payload.attributes?.task_state === 'closed' || typeof payload.attributes?.comment === 'string'
      ? planClosing(payload, task)
      : planUpdate(payload, task);
  // It was made once and a person deleted it, or it is archived: making it again would overrule that.
  if (payload.is_new !== true) return { result: 'delivered', warning: 'the task is no longer in Salesforce' };
  return { result: 'delivered', warning: 'the episode ended before a task was made: there is none' };
};
