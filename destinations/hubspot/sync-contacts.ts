import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import type { Held } from './batch-answer.ts';
import { type HubspotCall, openCall, type WriteInput } from './call.ts';
import { type ContactWrites, writeContacts, writesOf } from './contact-writes.ts';
import { type SubjectPayload, subjectFields, subjectMapping } from './fields.ts';
import { findByEmail, findByUserId, toEmail } from './find-contacts.ts';
import { toProperties } from './properties.ts';
import type { HubspotSettings } from './settings.ts';
import { placeOf } from './suppression/members.ts';
import { leftInDoubt, releaseContacts } from './suppression/release-contacts.ts';
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
  const entering = enteringOf(payloads, settings);
  await writeContacts(
    call,
    writesOf(writes, (payload) => !entering.has(payload)),
  );
  const written = { payloads, outcomes: call.outcomes(), ids: call.ids() };
  const suppressed = await suppressContacts(request, settings, written);
  if (entering.size === 0) return toMultiStatus(suppressed, payloads);
  // Those who are dunned come last: no suppression waits for them, or for what goes wrong with them.
  const released = await releaseContacts(
    request,
    settings,
    call,
    writesOf(writes, (payload) => entering.has(payload)),
  );
  await writeContacts(call, released.writes);
  const outcomes = call.outcomes().map((outcome, payload) => {
    if (!entering.has(payload)) return suppressed[payload] ?? outcome;
    return released.left.has(payload) ? leftInDoubt(outcome) : outcome;
  });
  return toMultiStatus(outcomes, payloads);
};

/** Whoever has to leave the list of those who are not to be dunned first; nobody while none is kept. */
const enteringOf = (
  payloads: readonly SubjectPayload[],
  { suppression_list: list = '' }: HubspotSettings,
): ReadonlySet<number> =>
  new Set(list === '' ? [] : payloads.flatMap((payload, index) => (placeOf(payload) === 'leaves' ? [index] : [])));

const placeAll = async (
  call: HubspotCall,
  payloads: readonly SubjectPayload[],
  settings: HubspotSettings,
): Promise<ContactWrites> => {
  const known: WriteInput[] = [];
  const linked: WriteInput[] = [];
  const created: WriteInput[] = [];
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
    const objectId = byUserId.get(payload.id)?.id;
    const write = {
      payload: index,
      ...(objectId !== undefined && { objectId }),
      input: { id: payload.id, idProperty, properties },
    };
    if (!strangers.includes(payload)) {
      if (Object.keys(properties).length > 0) known.push(write);
      else call.settle(index, { result: 'delivered', warning: null });
      return;
    }
    const email = toEmail(payload.attributes?.email);
    const place = toPlace(email, email === null ? [] : byEmail(email), claimed, settings);
    if (email !== null) claimed.add(email);
    if ('outcome' in place) call.settle(index, place.outcome);
    else if (place.contact === null)
      created.push({ ...write, input: { ...write.input, properties: { ...properties, email: place.email } } });
    else {
      const input = { id: place.contact.id, properties: { ...properties, [idProperty]: payload.id } };
      linked.push({ payload: index, objectId: place.contact.id, input });
    }
  });
  return { known, linked, created };
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
