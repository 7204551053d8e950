import type { ApiAnswer, LookUp } from './api-ports.ts';
import { type Asker, fetchObject } from './asker.ts';
import { askForDecline } from './declines.ts';
import { type Json, parseObject, parseText } from './json.ts';
import { askForOwner } from './owners.ts';
import { resolveThinEvent } from './thin-events.ts';

const parseDetail = (detail: string): unknown => {
  try {
    return JSON.parse(detail);
  } catch {
    return null;
  }
};

const objectIdsIn = ({ objectId, detail }: LookUp): readonly string[] => {
  const listed = parseObject(parseDetail(detail))?.objects;
  const ids = Array.isArray(listed) ? listed.map(parseText).filter((id) => id !== null) : [];
  return ids.length === 0 ? [objectId] : ids;
};

/** Asks for what a look-up misses; what is found are bodies of events, to be stored like any delivery. */
export const resolve = (lookUp: LookUp, asker: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  const id = encodeURIComponent(lookUp.objectId);
  switch (lookUp.kind) {
    case 'event':
      return resolveThinEvent(parseDetail(lookUp.detail), asker);
    case 'owner':
      return askForOwner(objectIdsIn(lookUp), asker);
    case 'decline':
      return askForDecline(lookUp.objectId, asker);
    case 'customer':
      // Accounts of the newer kind are no customers.
      if (!id.startsWith('cus_')) return Promise.resolve({ result: 'missing' });
      return fetchObject(`/v1/customers/${id}`, {}, asker);
    case 'price':
      return fetchObject(`/v1/subscriptions/${id}`, { expand: ['items.data.price.product'] }, asker);
    case 'payment_method':
      return fetchObject(`/v1/payment_methods/${id}`, {}, asker);
  }
};
