import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey } from '../../../domain/ids.ts';
import { HOUR_MS, type Instant, plus, SECOND_MS } from '../../../domain/instant.ts';
import type { ApiScope, LookUp } from '../../../pipeline/api/api-ports.ts';
import type { NewDelivery, Wanted } from '../../../pipeline/ports.ts';
import type { Scope } from '../customers.ts';
import { prepare } from '../statement.ts';

/** What was found, or is not there, is not asked for again within this time; a decline never is: it was one attempt's. */
const ASK_AGAIN_MS = 24 * HOUR_MS;

/**
 * Open look-ups of one kind at most, thin events aside, which are deliveries already. What is over it is asked for when
 * its account is next decided: a company of 200,000 customers that upgrades must not write 200,000 rows at once.
 */
const MAX_OPEN = 10_000;

type Kind = LookUp['kind'];

/**
 * When and in which order they are due. A decline waits for its charge webhook, which as a rule comes within a second,
 * and must end within the settle window; whose a delivery is, another webhook tells within seconds if any does.
 */
const TERMS: Readonly<Record<Kind, { readonly rank: number; readonly delayMs: number }>> = {
  decline: { rank: 0, delayMs: 2 * SECOND_MS },
  event: { rank: 0, delayMs: 0 },
  price: { rank: 1, delayMs: 2 * SECOND_MS },
  payment_method: { rank: 1, delayMs: 5 * SECOND_MS },
  customer: { rank: 2, delayMs: 5 * SECOND_MS },
  owner: { rank: 2, delayMs: 60 * SECOND_MS },
};

const ASK = `INSERT INTO look_ups
  (provider, merchant, mode, kind, object_id, customer_id, delivery_seq, detail, rank, asked_at, due_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
// A new row in its place, so that rows stay in the order in which they were asked for.
const FORGET_ENDED = `DELETE FROM look_ups
  WHERE object_id = ? AND kind = ? AND provider = ? AND merchant = ? AND mode = ?
  AND ending IS NOT NULL AND kind <> 'decline' AND (kind = 'event' OR ended_at <= ?)`;
const COUNT = 'SELECT n FROM tallies WHERE name = ?';
const OPEN = `SELECT seq, kind, object_id AS objectId, tries FROM look_ups WHERE customer_id = ? AND ending IS NULL`;
const DUE = `SELECT l.seq, l.provider, l.merchant, l.mode, l.kind, l.object_id AS objectId, l.detail,
  l.asked_at AS askedAt, l.tries, d.customer_id IS NOT NULL AS isKnown
  FROM look_ups l LEFT JOIN deliveries d ON d.seq = l.delivery_seq
  WHERE l.ending IS NULL AND l.provider = ? AND l.mode = ? AND l.due_at <= ? ORDER BY l.rank, l.due_at LIMIT ?`;

type DueRow = LookUp & { readonly isKnown: number };
type OpenRow = Pick<LookUp, 'seq' | 'kind' | 'objectId' | 'tries'>;

const nameOf = ({ kind, objectId }: Pick<LookUp, 'kind' | 'objectId'>): string => `${kind} ${objectId}`;

export interface LookUps {
  /** Asks for what an account's facts miss; what they miss no longer, and was not tried yet, is forgotten. */
  readonly ask: (customerId: number, key: CustomerKey, wanted: readonly Wanted[], now: Instant) => void;
  /** Asks what a delivery without a customer is about, or whose it is. Only news is asked for: of history there is too much. */
  readonly askAbout: (delivery: Pick<NewDelivery, 'keys' | 'source' | 'lookUp'>, seq: number, now: Instant) => void;
  /** Due ones, the most urgent first; forgets those whose delivery has found its customer meanwhile. */
  readonly due: (scope: ApiScope, now: Instant, limit: number) => readonly LookUp[];
}

/** What is to be fetched from a provider's API. For use inside a write transaction. */
export const makeLookUps = (db: DatabaseSync): LookUps => {
  const insert = prepare(db, ASK);
  const count = prepare<{ n: number }>(db, COUNT);
  const forgetEnded = prepare(db, FORGET_ENDED);
  const open = prepare<OpenRow>(db, OPEN);
  const due = prepare<DueRow>(db, DUE);
  const remove = prepare(db, 'DELETE FROM look_ups WHERE seq = ?');

  const askFor = (
    { provider, merchant, mode }: Scope,
    { kind, objectId }: { readonly kind: Kind; readonly objectId: string },
    asker: { readonly customerId: number | null; readonly deliverySeq: number | null; readonly detail: string },
    now: Instant,
  ): void => {
    if (kind !== 'event' && (count.get(`look_ups ${kind}`)?.n ?? 0) >= MAX_OPEN) return;
    const { rank, delayMs } = TERMS[kind];
    forgetEnded.run(objectId, kind, provider, merchant, mode, now - ASK_AGAIN_MS);
    const { customerId, deliverySeq, detail } = asker;
    const what = [provider, merchant, mode, kind, objectId, customerId, deliverySeq, detail] as const;
    insert.run(...what, rank, now, plus(now, delayMs));
  };

  return {
    ask: (customerId, key, wanted, now) => {
      const asked = open.all(customerId);
      const missing = new Set(wanted.map(nameOf));
      for (const row of asked) if (row.tries === 0 && !missing.has(nameOf(row))) remove.run(row.seq);
      const known = new Set(asked.map(nameOf));
      for (const each of wanted) {
        if (known.has(nameOf(each))) continue;
        askFor(key, each, { customerId, deliverySeq: null, detail: '{}' }, now);
      }
    },
    askAbout: ({ keys, source, lookUp }, seq, now) => {
      if (lookUp !== undefined) {
        const asker = { customerId: null, deliverySeq: seq, detail: lookUp };
        return askFor(keys, { kind: 'event', objectId: keys.eventId }, asker, now);
      }
      const [objectId] = keys.objects;
      if (source !== 'webhook' || objectId === undefined) return;
      const asker = { customerId: null, deliverySeq: seq, detail: JSON.stringify({ objects: keys.objects }) };
      askFor(keys, { kind: 'owner', objectId }, asker, now);
    },
    due: ({ provider, mode }, now, limit) =>
      due.all(provider, mode, now, limit).flatMap(({ isKnown, ...lookUp }) => {
        if (isKnown === 0) return [lookUp];
        remove.run(lookUp.seq);
        return [];
      }),
  };
};
