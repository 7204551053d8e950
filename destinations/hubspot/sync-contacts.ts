import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import type { Held } from './batch-answer.ts';
import { type HubspotCall, openCall, type WriteInput } from './call.ts';
import { type SubjectPayload, subjectFields, subjectMapping } from './fields.ts';
import { findByEmail, findByUserId, toEmail } from './find-contacts.ts';
import { toProperties } from './properties.ts';
import type { HubspotSettings } from './settings.ts';
import { suppressContacts } from './suppression/suppress-contacts.ts';

/** Where the fields are found in an identify call as Recoup makes it. */
export const CONTACT_MAPPING = subjectMapping('$.userId', '$.traits');

/** Writes properties of contacts, found by a unique property or once by email. */
export const syncContacts: ActionDefinition<HubspotSettings, SubjectPayload> = {
  title: 'Sync Contacts',
  description: 'Set or clear properties of contacts. A new user is looked for by email once, and linked or created.',
  platform: 'cloud',
  defaultSubscription: 'type = "identify"',
  fields: subjectFields(CONTACT_MAPPING, 'User ID', 'The user id, which a unique property of the contact holds.'),
  perform: (request, { payload, settings }) => sync(request, [payload], settings),
  performBatch: (request, { payload, settings }) => sync(request, payload, settings),
};

const sync = async (request: RequestClient, payloads: readonly SubjectPayload[], settings: HubspotSettings) => {
  const call = openCall(request, settings, payloads.length);
  const writes = await placeAll(call, payloads, settings);
  // The address finds and creates; a contact that is there keeps the one that sales gave it.
  await call.write('contacts', 'update', writes.known);
  await call.write('contacts', 'update', writes.linked);
  await call.write('contacts', 'upsert', writes.created);
  const written = { payloads, outcomes: call.outcomes(), ids: call.ids() };
  return toMultiStatus(await suppressContacts(request, settings, written), payloads);
};

interface Writes {
  /** By the unique property. An update and not an upsert, which would make an empty double of a contact deleted meanwhile. */
  readonly known: WriteInput[];
  /** By HubSpot's id: the unique property is set with the rest. */
  readonly linked: WriteInput[];
  /** An upsert by the unique property, so that one of unknown outcome can be repeated. */
  readonly created: WriteInput[];
}

const placeAll = async (
  call: HubspotCall,
  payloads: readonly SubjectPayload[],
  settings: HubspotSettings,
): Promise<Writes> => {
  const writes: Writes = { known: [], linked: [], created: [] };
  const idProperty = settings.contact_id_property;
  const newcomers = payloads.filter(({ is_new }) => is_new === true);
  const byUserId = await findByUserId(
    call,
    settings,
    newcomers.map(({ id }) => id),
  );
  const strangers = newcomers.filter(({ id }) => !byUserId.has(id));
  const emails = strangers.flatMap(({ attributes }) => toEmail(attributes?.email) ?? []);
  const byEmail = await findByEmail(call, settings, emails);
  const claimed = new Set<string>();
  payloads.forEach((payload, index) => {
    const properties = toProperties(payload.attributes ?? {}, ['email', idProperty]);
    const known = { payload: index, input: { id: payload.id, idProperty, properties } };
    if (!strangers.includes(payload)) {
      if (Object.keys(properties).length > 0) writes.known.push(known);
      else call.settle(index, { result: 'delivered', warning: null });
      return;
    }
    const email = toEmail(payload.attributes?.email);
    const place = toPlace(email, email === null ? [] : byEmail(email), claimed, settings);
    if (email !== null) claimed.add(email);
    if ('outcome' in place) call.settle(index, place.outcome);
    else if (place.contact === null)
      writes.created.push({ ...known, input: { ...known.input, properties: { ...properties, email: place.email } } });
    else {
      const input = { id: place.contact.id, properties: { ...properties, [idProperty]: payload.id } };
      writes.linked.push({ payload: index, input });
    }
  });
  return writes;
};

/** Which contact a new user is, or a new one (null), or why none. */
type Place =
  | { readonly contact: Held }
  | { readonly contact: null; readonly email: string }
  | { readonly outcome: ActionOutcome };

const toPlace = (
  email: string | null,
  candidates: readonly Held[],
  claimed: ReadonlySet<string>,
  settings: HubspotSettings,
): Place => {
  const [contact, other] = candidates;
  if (email === null) return absent('no contact carries the user id, and no email is known');
  if (claimed.has(email)) return { outcome: { result: 'retry', at: null, reason: 'two new users have this email' } };
  if (other !== undefined) return rejected('several contacts have this email; merge them in HubSpot');
  if (contact === undefined)
    return settings.create_missing ? { contact: null, email } : absent('no contact has the user id or the email');
  const carried = contact.properties[settings.contact_id_property] ?? '';
  if (carried !== '') return rejected('the contact with this email carries another user id; correct it in HubSpot');
  return { contact };
};

const absent = (reason: string): Place => ({ outcome: { result: 'absent', reason } });
const rejected = (reason: string): Place => ({ outcome: { result: 'rejected', reason } });
