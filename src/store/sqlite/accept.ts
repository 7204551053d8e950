import type { DatabaseSync } from 'node:sqlite';
import type { Acceptance, NewDelivery } from '../../pipeline/ports.ts';
import { makeLookUps } from './api/look-ups.ts';
import type { CustomerRow, Customers } from './customers.ts';
import { type DeadLetterWriter, NOTHING_HELD } from './dead-letter-rows.ts';
import { toDeliveryDeadLetter } from './delivery-dead-letter.ts';
import { makeTombstones } from './privacy/tombstones.ts';
import { prepare } from './statement.ts';
import { makeWaiting } from './waiting.ts';

const FIND = 'SELECT seq FROM deliveries WHERE event_id = ? AND provider = ? AND merchant = ? AND mode = ?';
const INSERT = `INSERT INTO deliveries
  (provider, merchant, mode, event_id, event_type, occurred_at, received_at, customer_id, ending, detail, source)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_BODY = 'INSERT INTO delivery_bodies (delivery_seq, raw_body) VALUES (?, ?)';

/** Whose the delivery is. One that nothing follows from makes no new customer. */
export const ownerOf = (
  customers: Customers,
  { keys, receivedAt, end, lookUp }: Pick<NewDelivery, 'keys' | 'receivedAt' | 'end' | 'lookUp'>,
): CustomerRow | undefined => {
  // Whoever it is about, there is nothing in it to read: what is looked up has an owner.
  if (lookUp !== undefined) return undefined;
  const { customer } = keys;
  if (customer === null) return customers.findByObject(keys, keys.objects);
  const key = { ...keys, customer };
  return end === 'ignored' ? customers.find(key) : customers.findOrCreate(key, receivedAt);
};

/** Stores one delivery inside a write transaction, and wakes its profile when the loop has to read it. */
export const makeAcceptOne = (
  db: DatabaseSync,
  customers: Customers,
  deadLetters: DeadLetterWriter,
): ((delivery: NewDelivery) => Acceptance) => {
  const find = prepare<{ seq: number }>(db, FIND);
  const insert = prepare(db, INSERT);
  const insertBody = prepare(db, INSERT_BODY);
  const waiting = makeWaiting(db);
  const lookUps = makeLookUps(db);
  const tombstones = makeTombstones(db);

  const insertRow = ({ keys, source, end, detail, receivedAt }: NewDelivery, customerId: number | null): number => {
    const { provider, merchant, mode, eventId, eventType, occurredAt } = keys;
    const place = [provider, merchant, mode, eventId, eventType] as const;
    return insert.insert(...place, occurredAt, receivedAt, customerId, end, detail, source);
  };

  return (delivery) => {
    const { keys, end, detail, receivedAt, rawBody } = delivery;
    if (find.get(keys.eventId, keys.provider, keys.merchant, keys.mode) !== undefined) return 'duplicate';
    if (tombstones.isAbout(delivery)) return 'erased';
    const owner = ownerOf(customers, delivery);
    const seq = insertRow(delivery, owner?.id ?? null);
    insertBody.run(seq, rawBody);
    if (end === 'unread' && owner !== undefined) customers.wake(owner.profileId, receivedAt);
    if (end === 'unread' && owner === undefined) {
      if (delivery.lookUp === undefined) waiting.add(keys, seq);
      lookUps.askAbout(delivery, seq, receivedAt);
    }
    if (end === 'dead_letter') {
      const held = { ...NOTHING_HELD, profileId: owner?.profileId ?? null, deliverySeq: seq };
      deadLetters.add(toDeliveryDeadLetter(keys, detail ?? 'no reason given'), held, receivedAt);
    }
    return 'stored';
  };
};
