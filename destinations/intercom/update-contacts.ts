import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { z } from 'zod';
import { type AgentPayload, agentEmail, agentFields, agentMapping } from '../../src/destination-kit/agent-action.ts';
import { askBeforeWriting } from '../../src/destination-kit/ask-before-writing.ts';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import { writeEach } from '../../src/destination-kit/write-each.ts';
import { toAnswer } from './answer.ts';
import { FILTERS_PER_SEARCH, type IntercomContact, parseContacts, pickByEmail, toSearch } from './find-contacts.ts';
import { type IntercomSettings, toUrl } from './settings.ts';
import { toCustomAttributes } from './values.ts';

/** Where the fields are found in an event as Recoup makes it. */
export const DEFAULT_MAPPING = agentMapping(FILTERS_PER_SEARCH);

/** Writes the dunning status of contacts that Intercom knows. */
export const updateContacts: ActionDefinition<IntercomSettings, AgentPayload> = {
  title: 'Update Contacts',
  description: 'Keep the dunning status of existing contacts in data attributes.',
  platform: 'cloud',
  defaultSubscription: 'type = "identify"',
  fields: agentFields(DEFAULT_MAPPING, 'contact', 'Contacts per call: a search takes 15 filters.'),
  perform: (request, { payload, settings }) => updateAll(request, [payload], settings),
  performBatch: (request, { payload, settings }) => updateAll(request, payload, settings),
};

type Found = ReadonlyMap<AgentPayload, IntercomContact>;

const hasFields = ({ attributes = {} }: AgentPayload): boolean =>
  Object.keys(toCustomAttributes(attributes)).length > 0;

const updateAll = async (request: RequestClient, payloads: readonly AgentPayload[], settings: IntercomSettings) => {
  const looked = await askBeforeWriting(() => findAll(request, payloads.filter(hasFields), settings), toAnswer);
  const outcomes = looked.ok
    ? await writeEach(payloads, (payload) => updateOne(request, payload, looked.found, settings), toAnswer)
    : payloads.map(() => looked.outcome);
  return toMultiStatus(outcomes, payloads);
};

const findAll = async (
  request: RequestClient,
  payloads: readonly AgentPayload[],
  settings: IntercomSettings,
): Promise<Found> => {
  const search = (field: 'external_id' | 'email', values: readonly string[]) =>
    searchAll(request, settings, field, values);
  const byId = await search(
    'external_id',
    payloads.map(({ external_id }) => external_id),
  );
  const found = new Map<AgentPayload, IntercomContact>();
  for (const payload of payloads) {
    const contact = byId.find((each) => each.external_id === payload.external_id);
    if (contact !== undefined) found.set(payload, contact);
  }
  const unfound = payloads.filter((payload) => !found.has(payload) && agentEmail(payload) !== null);
  const byEmail = await search(
    'email',
    unfound.map(agentEmail).filter((email) => email !== null),
  );
  const taken = new Set<string>();
  for (const payload of unfound) {
    const contact = pickByEmail(byEmail, agentEmail(payload) ?? '');
    // Of two customers with one address the first gets the contact: the second would take its external id over.
    if (contact === null || taken.has(contact.id)) continue;
    taken.add(contact.id);
    found.set(payload, contact);
  }
  return found;
};

const searchAll = async (
  request: RequestClient,
  settings: IntercomSettings,
  field: 'external_id' | 'email',
  values: readonly string[],
): Promise<readonly IntercomContact[]> => {
  const contacts: IntercomContact[] = [];
  for (let start = 0; start < values.length; start += FILTERS_PER_SEARCH) {
    const json = toSearch(field, values.slice(start, start + FILTERS_PER_SEARCH));
    const { data } = await request(toUrl(settings, '/contacts/search'), { method: 'post', json });
    contacts.push(...parseContacts(data));
  }
  return contacts;
};

const updated = z.object({ type: z.literal('contact'), id: z.string() });

const updateOne = async (
  request: RequestClient,
  payload: AgentPayload,
  found: Found,
  settings: IntercomSettings,
): Promise<ActionOutcome> => {
  if (!hasFields(payload)) return { result: 'delivered', warning: null };
  const contact = found.get(payload);
  if (contact === undefined) return { result: 'absent', reason: 'Intercom does not know the contact' };
  const { external_id, attributes = {} } = payload;
  const identity = (contact.external_id ?? '') === '' ? { external_id } : {};
  const json = { ...identity, custom_attributes: toCustomAttributes(attributes) };
  const { data } = await request(toUrl(settings, `/contacts/${encodeURIComponent(contact.id)}`), {
    method: 'put',
    json,
  });
  if (updated.safeParse(data).success) return { result: 'delivered', warning: null };
  return { result: 'unknown', reason: 'the answer is not one of Intercom' };
};
