import { expect } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { fromUnixSeconds, instant } from '../../src/domain/instant.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { event, SECOND } from './stripe-payloads.ts';

export type Json = Readonly<Record<string, unknown>>;

export const RECEIVED = instant(SECOND * 1_000 + 1_500);
/** What every fact of the payloads' event carries. */
export const ORIGIN = { id: 'evt_1', occurredAt: fromUnixSeconds(SECOND), receivedAt: RECEIVED };

/** Reads an event around `object`; `rest` replaces parts of its envelope. */
export const read = (type: string, object: Json, rest: Json = {}, userIdKeys: readonly string[] = ['user_id']) =>
  stripe.normalise(JSON.stringify(event(type, object, rest)), {
    receivedAt: RECEIVED,
    userIdKeys,
    contactKeys: ['contact_user_ids'],
  });

/** The only fact that the event states; fails where it states another number. */
export const factOf = (type: string, object: Json, rest: Json = {}, userIdKeys?: readonly string[]): Fact => {
  const reading = read(type, object, rest, userIdKeys);
  if (reading.end !== 'understood') throw new Error(`Not understood: ${JSON.stringify(reading)}`);
  expect(reading.facts).toHaveLength(1);
  const [fact] = reading.facts;
  if (fact === undefined) throw new Error('No fact');
  return fact;
};
