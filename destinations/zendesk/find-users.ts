import type { RequestClient } from '@segment/actions-core';
import { z } from 'zod';
import { toUrl, type ZendeskSettings } from './settings.ts';

const user = z.object({
  id: z.number(),
  external_id: z.string().nullish(),
  email: z.string().nullish(),
  role: z.string().nullish(),
  active: z.boolean().nullish(),
  user_fields: z.record(z.string(), z.unknown()).nullish(),
});
const users = z.object({ users: z.array(user) });

/** A user as Zendesk tells it. */
export type ZendeskUser = z.infer<typeof user>;

/** The users of an answer. @throws Error when it is none of Zendesk. */
export const parseUsers = (body: unknown): readonly ZendeskUser[] => {
  const parsed = users.safeParse(body);
  if (!parsed.success) throw new Error('the answer is not one of Zendesk');
  return parsed.data.users.filter(({ active }) => active !== false);
};

/** Path of the look-up of at most 100 users; ids with a comma cannot be asked for. */
export const showManyPath = (externalIds: readonly string[]): `/${string}` =>
  `/users/show_many.json?external_ids=${externalIds.map(encodeURIComponent).join(',')}`;

/** Users by external id, in no order; those whom Zendesk does not know are left out. */
export const findByExternalId = async (
  request: RequestClient,
  settings: ZendeskSettings,
  externalIds: readonly string[],
): Promise<readonly ZendeskUser[]> =>
  externalIds.length === 0 ? [] : parseUsers((await request(toUrl(settings, showManyPath(externalIds)))).data);

/**
 * The one customer with this primary email that no external id is given to yet; null: there is none. A user of another
 * external id is another person, and an agent is no customer.
 */
export const findByEmail = async (
  request: RequestClient,
  settings: ZendeskSettings,
  email: string,
): Promise<ZendeskUser | null> => {
  const query = encodeURIComponent(`email:"${email.replaceAll('"', '')}"`);
  const found = parseUsers((await request(toUrl(settings, `/users/search.json?query=${query}`))).data);
  const mine = found.filter(
    (each) =>
      each.email?.toLowerCase() === email.toLowerCase() &&
      (each.external_id ?? '') === '' &&
      (each.role ?? 'end-user') === 'end-user',
  );
  return mine.length === 1 ? (mine[0] ?? null) : null;
};
