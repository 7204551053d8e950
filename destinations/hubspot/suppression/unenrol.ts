import type { RequestClient } from '@segment/actions-core';
import { makeAskEach, type Setback } from '../../../src/destination-kit/ask-each.ts';
import { parseHeld } from '../batch-answer.ts';
import { type HubspotSettings, toBatchUrl, toEnrolmentUrl } from '../settings.ts';
import { statusIn, toMeaning, toReasonOf } from '../thrown.ts';

/** Requests under way at once: a plan takes 100 in 10 s of everything that is asked. */
const AT_ONCE = 2;
const askEach = makeAskEach(AT_ONCE);

/**
 * Takes contacts out of workflows, by the address that HubSpot has of each: its call knows no other name. Who is not enrolled,
 * or has no address, is no error. Who was not reached because the asking ended early is asked for again with the next call.
 * @returns why not, by HubSpot's id.
 */
export const unenrol = async (
  request: RequestClient,
  settings: HubspotSettings,
  workflows: readonly string[],
  contacts: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (workflows.length === 0 || contacts.length === 0) return new Map();
  const emails = await emailsOf(request, settings, contacts);
  if (typeof emails === 'string') return new Map(contacts.map((contact) => [contact, emails]));
  const owed = [...emails].flatMap(([subject, email]) => workflows.map((workflow) => ({ subject, email, workflow })));
  return askEach(owed, ({ workflow, email }) => whyNot(request, toEnrolmentUrl(settings, workflow, email)));
};

/** Addresses by HubSpot's id, or why they are not known. */
const emailsOf = async (
  request: RequestClient,
  settings: HubspotSettings,
  contacts: readonly string[],
): Promise<ReadonlyMap<string, string> | string> => {
  try {
    const json = { properties: ['email'], propertiesWithHistory: [], inputs: contacts.map((id) => ({ id })) };
    const { data } = await request(toBatchUrl(settings, 'contacts', 'read'), { method: 'post', json });
    const held = parseHeld(data);
    if (held === null) return 'the answer is not one of HubSpot';
    return new Map(held.flatMap(({ id, properties }) => (properties.email ? [[id, properties.email] as const] : [])));
  } catch (error) {
    return toReasonOf(error);
  }
};

const whyNot = async (request: RequestClient, url: string): Promise<Setback | null> => {
  try {
    await request(url, { method: 'delete' });
    return null;
  } catch (error) {
    // Not enrolled, or never known to workflows.
    return statusIn(error) === 404 ? null : toMeaning(error);
  }
};
