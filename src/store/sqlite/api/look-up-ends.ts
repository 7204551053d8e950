import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { ApiStore, LookUpEnd } from '../../../pipeline/api/api-ports.ts';
import type { Acceptance, DeliveryEnd, NewDelivery } from '../../../pipeline/ports.ts';
import { type DeadLetterWriter, NOTHING_HELD } from '../dead-letter-rows.ts';
import { type DeliveryLabel, toDeliveryDeadLetter } from '../delivery-dead-letter.ts';
import { prepare } from '../statement.ts';

type Outcome = Parameters<ApiStore['settleLookUp']>[1];

const PUT_OFF = `UPDATE look_ups SET due_at = ?, reason = ?, tries = tries + 1 WHERE seq = ? AND ending IS NULL`;
const END = `UPDATE look_ups SET ending = ?, ended_at = ?, reason = ?, tries = tries + 1
  WHERE seq = ? AND ending IS NULL`;
/** The thin event that a look-up is about, while it still waits; one reported as unresolved waits, too. */
const THIN = `SELECT d.seq, d.provider, d.merchant, d.mode, d.event_id AS eventId, d.event_type AS eventType
  FROM look_ups l JOIN deliveries d ON d.seq = l.delivery_seq
  WHERE l.seq = ? AND l.kind = 'event' AND d.customer_id IS NULL AND d.ending IN ('unread', 'ignored')`;
const END_DELIVERY = 'UPDATE deliveries SET ending = ?, detail = ?, read_at = ? WHERE seq = ?';

const DELIVERY_END: Readonly<Record<LookUpEnd, Exclude<DeliveryEnd, 'unread'>>> = {
  found: 'understood',
  missing: 'ignored',
  given_up: 'dead_letter',
};

/** Writes what became of a look-up. For use inside a write transaction. */
export const makeSettleLookUp = (
  db: DatabaseSync,
  acceptOne: (delivery: NewDelivery) => Acceptance,
  deadLetters: DeadLetterWriter,
): ((seq: number, outcome: Outcome, now: Instant) => void) => {
  const putOff = prepare(db, PUT_OFF);
  const end = prepare(db, END);
  const thin = prepare<DeliveryLabel & { readonly seq: number }>(db, THIN);
  const endDelivery = prepare(db, END_DELIVERY);

  const endThin = (seq: number, ending: LookUpEnd, detail: string, now: Instant): void => {
    const delivery = thin.get(seq);
    if (delivery === undefined) return;
    endDelivery.run(DELIVERY_END[ending], detail, now, delivery.seq);
    if (ending !== 'given_up') return;
    deadLetters.add(toDeliveryDeadLetter(delivery, detail), { ...NOTHING_HELD, deliverySeq: delivery.seq }, now);
  };

  return (seq, outcome, now) => {
    if ('retryAt' in outcome) {
      putOff.run(outcome.retryAt, outcome.reason, seq);
      return;
    }
    for (const delivery of outcome.deliveries) acceptOne(delivery);
    endThin(seq, outcome.end, outcome.detail, now);
    end.run(outcome.end, now, outcome.detail, seq);
  };
};
