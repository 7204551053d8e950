import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { z } from 'zod';
import { type AgentPayload, agentEmail, agentFields, agentMapping } from '../../src/destination-kit/agent-action.ts';
import { askBeforeWriting } from '../../src/destination-kit/ask-before-writing.ts';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import type { Attributes } from '../../src/destination-kit/record.ts';
import { writeEach } from '../../src/destination-kit/write-each.ts';
import { toAnswer } from './answer.ts';
import { findByEmail, findByExternalId, type ZendeskUser } from './find-users.ts';
import { toUrl, type ZendeskSettings } from './settings.ts';
import { toUserFields } from './values.ts';

/** Where the fields are found in an event as Recoup makes it. */
export const DEFAULT_MAPPING = agentMapping(10);

/** Writes the dunning status of users that Zendesk knows. */
export const updateUsers: ActionDefinition<ZendeskSettings, AgentPayload> = {
  title: 'Update Users',
  description: 'Keep the dunning status of existing users in user fields.',
  platform: 'cloud',
  defaultSubscription: 'type = "identify"',
  fields: agentFields(DEFAULT_MAPPING, 'user', 'Users per call.'),
  perform: (request, { payload, settings }) => updateAll(request, [payload], settings),
  performBatch: (request, { payload, settings }) => updateAll(request, payload, settings),
};

type Found = ReadonlyMap<AgentPayload, ZendeskUser>;

const updateAll = async (request: RequestClient, payloads: readonly AgentPayload[], settings: ZendeskSettings) => {
  const looked = await askBeforeWriting(() => findAll(request, payloads.filter(isAsked), settings), toAnswer);
  const outcomes = looked.ok
    ? await writeEach(payloads, (payload) => updateOne(request, payload, looked.found, settings), toAnswer)
    : payloads.map(() => looked.outcome);
  return toMultiStatus(outcomes, payloads);
};

const hasComma = ({ external_id }: AgentPayload): boolean => external_id.includes(',');
const hasFields = ({ attributes = {} }: AgentPayload): boolean => Object.keys(toUserFields(attributes)).length > 0;
const isAsked = (payload: AgentPayload): boolean => hasFields(payload) && !hasComma(payload);

const findAll = async (
  request: RequestClient,
  payloads: readonly AgentPayload[],
  settings: ZendeskSettings,
): Promise<Found> => {
  const ids = payloads.map(({ external_id }) => external_id);
  const users = await findByExternalId(request, settings, ids);
  const found = new Map<AgentPayload, ZendeskUser>();
  const taken = new Set<number>();
  for (const payload of payloads) {
    const id = payload.external_id.toLowerCase();
    const user =
      users.find((each) => each.external_id?.toLowerCase() === id) ?? (await byEmail(request, payload, settings));
    // Of two customers with one address the first gets the user: the second would take its external id over.
    if (user === null || taken.has(user.id)) continue;
    taken.add(user.id);
    found.set(payload, user);
  }
  return found;
};

const byEmail = async (request: RequestClient, payload: AgentPayload, settings: ZendeskSettings) => {
  const email = agentEmail(payload);
  return email === null ? null : findByEmail(request, settings, email);
};

const updated = z.object({ user: z.object({ user_fields: z.record(z.string(), z.unknown()).nullish() }) });

const updateOne = async (
  request: RequestClient,
  payload: AgentPayload,
  found: Found,
  settings: ZendeskSettings,
): Promise<ActionOutcome> => {
  if (!hasFields(payload)) return { result: 'delivered', warning: null };
  if (hasComma(payload)) return { result: 'rejected', reason: 'Zendesk cannot be asked for an id with a comma' };
  const user = found.get(payload);
  if (user === undefined) return { result: 'absent', reason: 'Zendesk does not know the user' };
  const { external_id, attributes = {} } = payload;
  const held = user.external_id ?? '';
  if (held !== '' && held !== external_id)
    return { result: 'rejected', reason: 'its external id differs in case alone' };
  const user_fields = toUserFields(attributes);
  const body = { user: { ...(held === '' ? { external_id } : {}), user_fields } };
  const { data } = await request(toUrl(settings, `/users/${user.id}.json`), { method: 'put', json: body });
  const answer = updated.safeParse(data);
  if (!answer.success) return { result: 'unknown', reason: 'the answer is not one of Zendesk' };
  const dropped = droppedOf(user_fields, answer.data.user.user_fields ?? {});
  if (dropped.length === 0) return { result: 'delivered', warning: null };
  // The rest is held: once the fields are set up, all goes again.
  return { result: 'unknown', reason: `Zendesk lacks user fields, see "destinations apply": ${dropped.join(', ')}` };
};

/** What Zendesk did not take: it answers with every user field that it has. */
const droppedOf = (sent: Attributes, told: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(sent).filter((name) => sent[name] !== null && !Object.hasOwn(told, name));
