import { z } from 'zod';

const contact = z.object({
  id: z.string(),
  role: z.string(),
  external_id: z.string().nullish(),
  email: z.string().nullish(),
  custom_attributes: z.record(z.string(), z.unknown()).nullish(),
});
const list = z.object({ type: z.literal('list'), data: z.array(contact) });

/** A contact as Intercom tells it. */
export type IntercomContact = z.infer<typeof contact>;

/** The users of a search's answer: leads carry external ids that Intercom made up. @throws Error when it is no such answer. */
export const parseContacts = (body: unknown): readonly IntercomContact[] => {
  const parsed = list.safeParse(body);
  if (!parsed.success) throw new Error('the answer is not one of Intercom');
  return parsed.data.data.filter(({ role }) => role === 'user');
};

/** Intercom takes no more filters in one group. */
export const FILTERS_PER_SEARCH = 15;

/** More than the contacts that so few values find. */
const PER_PAGE = 150;

/** Body of `POST /contacts/search` for contacts that have one of these values, 15 at most. */
export const toSearch = (field: 'external_id' | 'email', values: readonly string[]) => {
  const filters = values.map((value) => ({ field, operator: '=', value }));
  const query = filters.length === 1 ? filters[0] : { operator: 'OR', value: filters };
  return { query, pagination: { per_page: PER_PAGE } };
};

/**
 * The one contact with this email that no external id is given to yet; null: there is none, or several. A contact of another
 * external id is another person.
 */
export const pickByEmail = (contacts: readonly IntercomContact[], email: string): IntercomContact | null => {
  const same = contacts.filter((each) => each.email?.toLowerCase() === email.toLowerCase());
  const free = same.filter(({ external_id }) => (external_id ?? '') === '');
  return free.length === 1 ? (free[0] ?? null) : null;
};
