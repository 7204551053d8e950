import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { toMultiStatus } from '../../../src/destination-kit/multi-status.ts';
import type { Held } from '../batch-answer.ts';
import { type HubspotCall, openCall, type WriteInput } from '../call.ts';
import { type SubjectPayload, subjectFields, subjectMapping } from '../fields.ts';
import { type HubspotSettings, TASK_KEY, TASK_MARK } from '../settings.ts';
import { findTaskTargets, type TaskTarget } from './find-task-targets.ts';
import { isClosed, toNewTask, toTaskChange } from './task-change.ts';

/** Where the fields are found in a track call as Recoup makes it. */
export const TASK_MAPPING = subjectMapping('$.context.recoup.id', '$.properties');

/** Beside the key: what is needed to change a task that is there. */
export const TASK_WORDS = ['hs_task_status', 'hs_task_subject', 'hs_task_body', TASK_MARK] as const;

/** Makes one task for each hand-off, keeps it up to date and closes it. */
export const syncTasks: ActionDefinition<HubspotSettings, SubjectPayload> = {
  title: 'Sync Hand-off Tasks',
  description: 'Make a task when a person is to take over, once, and close it with a comment when the episode ends.',
  platform: 'cloud',
  defaultSubscription: 'type = "track" and event = "dunning_hand_off"',
  fields: subjectFields(TASK_MAPPING, 'Hand-off ID', 'The episode that is handed over; a unique property holds it.'),
  perform: (request, { payload, settings }) => sync(request, [payload], settings),
  performBatch: (request, { payload, settings }) => sync(request, payload, settings),
};

const sync = async (request: RequestClient, payloads: readonly SubjectPayload[], settings: HubspotSettings) => {
  const call = openCall(request, settings, payloads.length);
  const tasks = await findTasks(call, payloads);
  const missing = payloads.filter(({ id }) => !tasks.has(id));
  const toMake = missing.filter(({ is_new, attributes = {} }) => is_new === true && !isClosed(attributes));
  const targetOf = await findTaskTargets(call, toMake, settings);
  const made: WriteInput[] = [];
  const changed: WriteInput[] = [];
  payloads.forEach((payload, index) => {
    const task = tasks.get(payload.id);
    if (toMake.includes(payload)) made.push(toMade(payload, index, targetOf(payload), settings));
    else if (task === undefined) settleMissing(call, payload, index);
    else {
      const { properties, ...rest } = toTaskChange(payload.attributes ?? {}, task);
      const input = { id: payload.id, idProperty: TASK_KEY, properties };
      if (Object.keys(properties).length > 0) changed.push({ payload: index, input, ...rest });
      else call.settle(index, { result: 'delivered', warning: rest.warning ?? null });
    }
  });
  await call.write('tasks', 'create', made);
  await call.write('tasks', 'update', changed);
  return toMultiStatus(call.outcomes(), payloads);
};

/** Of new hand-offs only whether there is a task; what it says is read where there is one. */
const findTasks = async (
  call: HubspotCall,
  payloads: readonly SubjectPayload[],
): Promise<ReadonlyMap<string, Held>> => {
  const newcomers = payloads.filter(({ is_new }) => is_new === true).map(({ id }) => id);
  const made = await call.read('tasks', TASK_KEY, newcomers, [TASK_KEY]);
  const known = payloads.filter(({ is_new }) => is_new !== true).map(({ id }) => id);
  const keys = [...made.flatMap(({ properties }) => properties[TASK_KEY] || []), ...known];
  const tasks = await call.read('tasks', TASK_KEY, keys, [TASK_KEY, ...TASK_WORDS]);
  return new Map(tasks.map((task) => [task.properties[TASK_KEY] ?? '', task]));
};

const toMade = (
  { id, attributes = {} }: SubjectPayload,
  payload: number,
  { owner, associations }: TaskTarget,
  settings: HubspotSettings,
): WriteInput => ({
  payload,
  input: {
    properties: { ...toNewTask(attributes), [TASK_KEY]: id, ...(owner === '' ? {} : { hubspot_owner_id: owner }) },
    associations,
  },
  ...(associations.length > 0
    ? {}
    : { warning: `HubSpot has neither the contact nor the company${noOwner(settings)}` }),
});

const noOwner = ({ default_owner }: HubspotSettings): string =>
  default_owner === '' ? ', and no default owner is set' : '';

/** One that is over is not made only to be closed, and one that somebody deleted is not made again: nothing is owed. */
const settleMissing = (call: HubspotCall, { is_new }: SubjectPayload, payload: number): void =>
  call.settle(payload, { result: 'delivered', warning: is_new === true ? null : GONE });

const GONE = 'HubSpot has no task for this episode (any more), and none is made now';
