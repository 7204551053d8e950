import type { ApiAnswer } from './api-ports.ts';
import { type Asker, observe } from './asker.ts';
import { type Json, parseObject } from './json.ts';

/** Where an object is found whose id begins so; in the order in which they tell most. */
const PLACES: readonly (readonly [prefix: string, path: string])[] = [
  ['ch_', '/v1/charges'],
  ['py_', '/v1/charges'],
  ['pi_', '/v1/payment_intents'],
  ['in_', '/v1/invoices'],
  ['sub_', '/v1/subscriptions'],
  ['pm_', '/v1/payment_methods'],
];

const pathOf = (objectIds: readonly string[]): string | null => {
  for (const [prefix, path] of PLACES) {
    const id = objectIds.find((candidate) => candidate.startsWith(prefix));
    if (id !== undefined) return `${path}/${encodeURIComponent(id)}`;
  }
  return null;
};

const namesCustomer = (object: Json): boolean => Boolean(object.customer ?? object.customer_account);

/**
 * Whose a delivery is that names only objects: one of them, if it names a customer. Read like any other, it tells whose
 * the objects are, and what waits for that is released. `missing`: nobody's, such as a payment without a customer.
 */
export const askForOwner = async (objectIds: readonly string[], asker: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  const path = pathOf(objectIds);
  if (path === null) return { result: 'missing' };
  const isIntent = path.startsWith('/v1/payment_intents/');
  const answer = await asker.api.fetch(path, isIntent ? { expand: ['latest_charge'] } : {}, asker.merchant);
  if (answer.result !== 'found') return answer;
  const { value } = answer;
  if (!namesCustomer(value)) return { result: 'missing' };
  const object = isIntent ? (parseObject(value.latest_charge) ?? value) : value;
  return { result: 'found', value: [observe(namesCustomer(object) ? object : value, asker)] };
};
