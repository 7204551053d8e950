import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { ApiCounts, ApiScope, MissedSearch } from '../../../pipeline/api/api-ports.ts';
import type { Acceptance, NewDelivery } from '../../../pipeline/ports.ts';
import { prepare } from '../statement.ts';

/** From one account to the next by the index: a million customers of one are one step. */
const MERCHANTS = `WITH RECURSIVE known (merchant) AS (
    SELECT min(merchant) FROM customers WHERE provider = ?1 AND mode = ?2 AND merchant > ''
    UNION ALL SELECT (SELECT min(merchant) FROM customers WHERE provider = ?1 AND mode = ?2 AND merchant > known.merchant)
    FROM known WHERE merchant IS NOT NULL)
  SELECT merchant FROM known WHERE merchant IS NOT NULL LIMIT ?3`;
const LOAD = 'SELECT progress FROM missed_searches WHERE provider = ? AND merchant = ? AND mode = ? AND part = ?';
const SAVE = `INSERT INTO missed_searches (provider, merchant, mode, part, progress) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET progress = excluded.progress`;
const FOUND = `UPDATE tallies SET n = n + ? WHERE name = 'deliveries missed'`;
const SEARCHED_TO = `SELECT min(progress ->> '$.from') AS at FROM missed_searches`;
const TALLIES = `SELECT name, n FROM tallies WHERE name LIKE 'look\\_ups %' ESCAPE '\\' OR name = 'deliveries missed'`;

export interface MissedSearches {
  readonly merchants: (scope: ApiScope, limit: number) => readonly string[];
  readonly load: (search: MissedSearch) => string | null;
  readonly save: (search: MissedSearch, progress: string, deliveries: readonly NewDelivery[]) => readonly NewDelivery[];
  readonly counts: () => ApiCounts;
}

/** How far a provider's list of events was searched, and what was found. `save` is for a write transaction. */
export const makeMissedSearches = (
  db: DatabaseSync,
  acceptOne: (delivery: NewDelivery) => Acceptance,
): MissedSearches => {
  const merchants = prepare<{ merchant: string }>(db, MERCHANTS);
  const load = prepare<{ progress: string }>(db, LOAD);
  const save = prepare(db, SAVE);
  const addFound = prepare(db, FOUND);
  const searchedTo = prepare<{ at: Instant | null }>(db, SEARCHED_TO);
  const tallies = prepare<{ name: string; n: number }>(db, TALLIES);
  return {
    merchants: ({ provider, mode }, limit) => [
      '',
      ...merchants.all(provider, mode, limit - 1).map(({ merchant }) => merchant),
    ],
    load: ({ provider, merchant, mode, part }) => load.get(provider, merchant, mode, part)?.progress ?? null,
    save: ({ provider, merchant, mode, part }, progress, deliveries) => {
      const found = deliveries.filter((delivery) => acceptOne(delivery) === 'stored');
      if (found.length > 0) addFound.run(found.length);
      save.run(provider, merchant, mode, part, progress);
      return found;
    },
    counts: () => {
      const tally = new Map(tallies.all().map(({ name, n }) => [name, n]));
      const open = (kind: keyof ApiCounts['lookUps']): number => tally.get(`look_ups ${kind}`) ?? 0;
      return {
        lookUps: {
          event: open('event'),
          decline: open('decline'),
          price: open('price'),
          payment_method: open('payment_method'),
          customer: open('customer'),
          owner: open('owner'),
        },
        missed: tally.get('deliveries missed') ?? 0,
        searchedTo: searchedTo.get()?.at ?? null,
      };
    },
  };
};
