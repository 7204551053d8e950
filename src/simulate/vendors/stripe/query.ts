import { type ApiObject, idIn, isObject, linksOf, numberOf } from './json.ts';

/** The conditions of a list call: everything but page and expansion. */
export interface Filter {
  /** Unix seconds, both ends included. */
  readonly createdFrom: number;
  readonly createdTo: number;
  /** Of events; empty: all. */
  readonly types: readonly string[];
  /** `status=all`: those that have ended too. */
  readonly all: boolean;
  /** Members and the values that they must have, e.g. `status`, `customer`, `payment_intent`. */
  readonly members: Readonly<Record<string, string>>;
}

export interface PageQuery {
  readonly limit: number;
  readonly startingAfter: string | null;
  readonly endingBefore: string | null;
}

const PAGE = new Set(['limit', 'starting_after', 'ending_before']);
const isList = (name: string): boolean => name.endsWith('[]') || /\[\d+\]$/.test(name);

/** The conditions of a query. `status=all` of subscriptions is none. */
export const toFilter = (params: URLSearchParams): Filter => {
  const created = (operator: string): number | null => {
    const text = params.get(`created[${operator}]`);
    return text === null ? null : Number(text);
  };
  const members = [...params].filter(
    ([name, value]) => !PAGE.has(name) && !isList(name) && !name.startsWith('created[') && value !== 'all',
  );
  const after = created('gt');
  const before = created('lt');
  return {
    createdFrom: created('gte') ?? (after === null ? 0 : after + 1),
    createdTo: created('lte') ?? (before === null ? Number.MAX_SAFE_INTEGER : before - 1),
    all: params.get('status') === 'all',
    types: [...params.getAll('types[]'), ...params.getAll('type')],
    members: Object.fromEntries(members.filter(([name]) => name !== 'type')),
  };
};

/** Which page is asked for; Stripe gives 10 objects, or up to 100. */
export const toPageQuery = (params: URLSearchParams): PageQuery => ({
  limit: Math.min(100, Math.max(1, Number(params.get('limit') ?? 10))),
  startingAfter: params.get('starting_after'),
  endingBefore: params.get('ending_before'),
});

const memberMatches = (object: ApiObject, name: string, wanted: string): boolean => {
  // `payment[payment_intent]` names a member of a member.
  const path = name.split(/[[\]]+/).filter((part) => part !== '');
  const value = linksOf(object, path);
  return (isObject(value) ? idIn(value) : String(value)) === wanted;
};

/** Without a status Stripe leaves out the subscriptions that have ended. */
const isHidden = (object: ApiObject, { all, members }: Filter): boolean =>
  object.object === 'subscription' && members.status === undefined && !all && object.status === 'canceled';

/** Does the object pass. */
export const passes = (object: ApiObject, filter: Filter): boolean => {
  const created = numberOf(object.created);
  if (created < filter.createdFrom || created > filter.createdTo) return false;
  if (filter.types.length > 0 && !filter.types.includes(String(object.type))) return false;
  if (isHidden(object, filter)) return false;
  return Object.entries(filter.members).every(([name, wanted]) => memberMatches(object, name, wanted));
};
