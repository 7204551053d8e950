import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { NewDeadLetter } from '../../pipeline/ports.ts';
import { prepare } from './statement.ts';

/** What a dead letter holds back; null where it holds nothing of that kind. */
export interface HeldBack {
  readonly profileId: number | null;
  readonly deliverySeq: number | null;
  readonly outboxSeq: number | null;
  readonly toolStateId: number | null;
}

/** To be overlaid with what is held. */
export const NOTHING_HELD: HeldBack = { profileId: null, deliverySeq: null, outboxSeq: null, toolStateId: null };

export interface DeadLetterWriter {
  /** A decision's dead letter replaces the open one of its profile, a tool's the open one of its row. */
  readonly add: (letter: NewDeadLetter, held: HeldBack, now: Instant) => void;
  /** The profile was decided after all. */
  readonly closeDecision: (profileId: number, now: Instant) => void;
}

const ADD = `INSERT INTO dead_letters
  (kind, subject, code, message, payload, amount_minor, currency, profile_id, delivery_seq, outbox_seq,
    tool_state_id, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (profile_id) WHERE kind = 'decision' AND replayed_at IS NULL
  DO UPDATE SET code = excluded.code, message = excluded.message, payload = excluded.payload,
    amount_minor = excluded.amount_minor, currency = excluded.currency`;
/** The row is replayed as a whole: an older refusal of it tells nothing that is still to be done, and its money is the same. */
const REPLACE = `UPDATE dead_letters SET code = ?1, message = ?2, payload = ?3, amount_minor = ?4, currency = ?5,
  profile_id = ?6, created_at = ?7
  WHERE seq = (SELECT max(seq) FROM dead_letters WHERE tool_state_id = ?8 AND replayed_at IS NULL)`;
const CLOSE_DECISION = `UPDATE dead_letters SET replayed_at = ?
  WHERE profile_id = ? AND kind = 'decision' AND replayed_at IS NULL`;

/** Writes dead letters. For use inside a write transaction. */
export const makeDeadLetterWriter = (db: DatabaseSync): DeadLetterWriter => {
  const add = prepare(db, ADD);
  const replace = prepare(db, REPLACE);
  const closeDecision = prepare(db, CLOSE_DECISION);
  return {
    add: (letter, held, now) => {
      const { kind, subject, code, message, payload, amountMinor, currency } = letter;
      const { profileId, deliverySeq, outboxSeq, toolStateId } = held;
      const told = [code, message, payload, amountMinor, currency] as const;
      if (toolStateId !== null && replace.run(...told, profileId, now, toolStateId) > 0) return;
      add.run(kind, subject, ...told, profileId, deliverySeq, outboxSeq, toolStateId, now);
    },
    closeDecision: (profileId, now) => {
      closeDecision.run(now, profileId);
    },
  };
};
