import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { DeadLetter, Delivery, SegmentCall, Store } from '../../pipeline/ports.ts';
import type { Customers } from './customers.ts';
import type { HeldBack } from './dead-letter-rows.ts';
import { makeReadmission } from './readmission.ts';
import { prepare } from './statement.ts';
import { makeToolChanges } from './tools/tool-changes.ts';

type Readmit = Parameters<Store['replayDeadLetters']>[2];

interface HeldRow extends HeldBack {
  readonly seq: number;
  readonly kind: DeadLetter['kind'];
  /** Of a call: its message id. */
  readonly subject: string;
  /** Of a call; null for anything else. */
  readonly callType: SegmentCall['type'] | null;
  /** Of a call: the account that it is about. */
  readonly account: string | null;
  /** Key of the audience that a call tells of. */
  readonly audience: string | null;
  /** It tells of somebody whom the customer was linked to before. */
  readonly isFormer: number;
}

interface DeliveryRow extends Delivery {
  readonly customerId: number | null;
  readonly profileId: number | null;
}

export interface DeadLetters {
  /** Newest first. */
  readonly list: (options: Parameters<Store['deadLetters']>[0]) => readonly DeadLetter[];
  /** Answers how many were put in line again. For use inside a write transaction. */
  readonly replay: (seqs: readonly number[] | null, now: Instant, readmit: Readmit) => number;
}

const LIST = `SELECT seq, kind, subject, code, message, payload, amount_minor AS amountMinor, currency,
  created_at AS createdAt, replayed_at AS replayedAt
  FROM dead_letters WHERE (?1 = 1 OR replayed_at IS NULL) ORDER BY seq DESC LIMIT ?2`;
const HELD = `SELECT seq, kind, subject, profile_id AS profileId, delivery_seq AS deliverySeq, outbox_seq AS outboxSeq,
  tool_state_id AS toolStateId, iif(kind = 'call', payload ->> 'type', NULL) AS callType,
  iif(kind = 'call', payload ->> '$.context.groupId', NULL) AS account,
  iif(kind = 'call', payload ->> '$.context.personas.computation_key', NULL) AS audience,
  kind = 'call' AND EXISTS (SELECT 1 FROM profiles p WHERE p.id = profile_id
    AND payload ->> 'userId' <> coalesce(p.commitments ->> '$.segment.userId', p.commitments ->> 'userId', '')) AS isFormer
  FROM dead_letters WHERE replayed_at IS NULL AND (?1 IS NULL OR seq IN (SELECT value FROM json_each(?1))) ORDER BY seq`;
const DELIVERY = `SELECT d.seq, d.provider, d.event_id AS eventId, d.event_type AS eventType,
  d.received_at AS receivedAt, d.source, b.raw_body AS rawBody, d.customer_id AS customerId, c.profile_id AS profileId
  FROM deliveries d JOIN delivery_bodies b ON b.delivery_seq = d.seq LEFT JOIN customers c ON c.id = d.customer_id
  WHERE d.seq = ?`;
const REREAD = `UPDATE deliveries SET ending = 'unread', detail = NULL, read_at = NULL WHERE seq = ?`;
const REQUEUE = `UPDATE outbox SET status = 'queued', done_at = NULL WHERE seq = ? AND status = 'dead'`;
// Emptied, not null: that somebody was told of an anonymous person must stay known. The version is raised so that a
// decision under way, which read the old commitments, is made again instead of writing them back.
const FORGET = `UPDATE profiles SET version = version + 1,
  commitments = json_replace(commitments, '$.' || ?1, json('{}'), '$.segment.' || ?1, json('{}')) WHERE id = ?2`;
const UNTELL = `UPDATE profiles SET version = version + 1,
  commitments = json_insert(commitments, '$.untold[#]', ?1, '$.segment.untold[#]', ?1) WHERE id = ?2`;
const TOLD = { identify: 'traits', group: 'accounts' } as const;
// Kept, not deleted: a call that people ask for again is due whatever the rules of now make of it.
const UNSAY = 'UPDATE committed_events SET unsaid = 1 WHERE customer_id = ? AND message_id = ?';
// The account may have moved to another person since.
const SAID_OF = `SELECT c.id AS customerId, c.profile_id AS profileId FROM customers c
  JOIN committed_events e ON e.customer_id = c.id AND e.message_id = ?1
  WHERE c.id IN (SELECT id FROM customers WHERE profile_id = ?2 UNION SELECT id FROM customers WHERE customer = ?3)`;
const UNPARK = 'UPDATE profiles SET parked_until = NULL WHERE id = ?';
const CLOSE = 'UPDATE dead_letters SET replayed_at = ? WHERE seq = ?';

/** What a decision says again. Of somebody whom the customer was linked to before none does: their call goes as it is. */
const isState = ({ callType, audience, isFormer }: HeldRow): boolean =>
  callType === 'group' || (isFormer === 0 && (callType === 'identify' || audience !== null));

/** State is said anew, as it is by then: what the call holds may be older than what Segment heard since. */
const makeRestate = (db: DatabaseSync, customers: Customers): ((row: HeldRow, now: Instant) => boolean) => {
  const forget = prepare(db, FORGET);
  const untell = prepare(db, UNTELL);
  return ({ profileId, callType, audience }: HeldRow, now) => {
    if (profileId === null) return false;
    if (audience !== null) untell.run(audience, profileId);
    else if (callType === 'identify' || callType === 'group') forget.run(TOLD[callType], profileId);
    customers.wake(profileId, now);
    return true;
  };
};

/** What could not be understood, decided or delivered, and the way back into the line. */
export const makeDeadLetters = (db: DatabaseSync, customers: Customers): DeadLetters => {
  const list = prepare<DeadLetter>(db, LIST);
  const held = prepare<HeldRow>(db, HELD);
  const delivery = prepare<DeliveryRow>(db, DELIVERY);
  const reread = prepare(db, REREAD);
  const requeue = prepare(db, REQUEUE);
  const saidOf = prepare<{ customerId: number; profileId: number }>(db, SAID_OF);
  const unsay = prepare(db, UNSAY);
  const unpark = prepare(db, UNPARK);
  const close = prepare(db, CLOSE);
  const toolChanges = makeToolChanges(db);
  const readmission = makeReadmission(db, customers);
  const restate = makeRestate(db, customers);

  const replayDelivery = (seq: number, now: Instant, readmit: Readmit): boolean => {
    const row = delivery.get(seq);
    if (row === undefined) return false;
    if (row.profileId === null) return readmit !== undefined && readmission(row, readmit(row), now);
    reread.run(seq);
    customers.wake(row.profileId, now);
    return true;
  };

  /** A decision again; also of a call that never reached the outbox, which only a new decision can bring back. */
  const replayDecision = ({ kind, profileId, subject, account }: HeldRow, now: Instant): boolean => {
    if (profileId === null) return false;
    const said = kind === 'call' ? saidOf.all(subject, profileId, account) : [];
    for (const { customerId } of said) unsay.run(customerId, subject);
    for (const id of new Set(said.length === 0 ? [profileId] : said.map((row) => row.profileId))) {
      unpark.run(id);
      customers.wake(id, now);
    }
    return true;
  };

  const replayOne = (row: HeldRow, now: Instant, readmit: Readmit): boolean => {
    if (row.deliverySeq !== null) return replayDelivery(row.deliverySeq, now, readmit);
    if (isState(row)) return restate(row, now);
    if (row.toolStateId !== null) return toolChanges.replay(row.toolStateId, now);
    if (row.outboxSeq !== null) return requeue.run(row.outboxSeq) > 0;
    return replayDecision(row, now);
  };

  return {
    list: ({ replayed, limit }) => list.all(replayed ? 1 : 0, limit),
    replay: (seqs, now, readmit) => {
      let replayed = 0;
      for (const row of held.all(seqs === null ? null : JSON.stringify(seqs))) {
        if (!replayOne(row, now, readmit)) continue;
        close.run(now, row.seq);
        replayed += 1;
      }
      return replayed;
    },
  };
};
