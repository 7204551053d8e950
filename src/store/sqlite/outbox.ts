import type { DatabaseSync } from 'node:sqlite';
import { RecoupError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Channel, NewDeadLetter, OutboxRow, Outcome, SegmentCall, Store } from '../../pipeline/ports.ts';
import { type DeadLetterWriter, NOTHING_HELD } from './dead-letter-rows.ts';
import { prepare } from './statement.ts';
import { makeAcknowledgeSuppressions } from './suppressions/acknowledge-suppressions.ts';

interface QueuedRow {
  readonly seq: number;
  readonly profileId: number;
  readonly committedAt: Instant;
  readonly channel: Channel;
  readonly call: string;
}

export interface Outbox {
  readonly next: (limits: Parameters<Store['nextCalls']>[0]) => readonly OutboxRow[];
  /** For use inside a write transaction. */
  readonly settle: (seq: number, outcome: Outcome, now: Instant) => void;
}

const NEXT = `SELECT seq, profile_id AS profileId, committed_at AS committedAt, channel, call FROM outbox
  WHERE channel = ? AND status = 'queued' ORDER BY seq LIMIT ?`;
const DONE = `UPDATE outbox SET status = ?, done_at = ? WHERE seq = ? AND status = 'queued'`;
const FIND = 'SELECT profile_id AS profileId, call FROM outbox WHERE seq = ?';

/** What the store wrote itself as JSON. */
export const parseCall = (json: string): SegmentCall => JSON.parse(json) as SegmentCall;

const toCallDeadLetter = (call: SegmentCall, reason: string): NewDeadLetter => {
  const subject = call.messageId;
  const { code, message } = new RecoupError('call_rejected', { subject, reason });
  const amount = call.properties?.amount_minor;
  const currency = call.properties?.currency;
  return {
    kind: 'call',
    subject,
    code,
    message,
    payload: JSON.stringify(call),
    amountMinor: Number.isSafeInteger(amount) ? Number(amount) : null,
    currency: typeof currency === 'string' ? currency : null,
  };
};

/** The durable queue of calls to Segment. */
export const makeOutbox = (db: DatabaseSync, deadLetters: DeadLetterWriter): Outbox => {
  const next = prepare<QueuedRow>(db, NEXT);
  const done = prepare(db, DONE);
  const find = prepare<{ profileId: number; call: string }>(db, FIND);
  const acknowledge = makeAcknowledgeSuppressions(db).call;

  const take = (seq: number, result: 'delivered' | 'recorded', now: Instant): void => {
    if (done.run(result, now, seq) > 0) acknowledge(seq, now);
  };

  const reject = (seq: number, reason: string, now: Instant): void => {
    // Already settled: its outcome stands.
    if (done.run('dead', now, seq) === 0) return;
    const row = find.get(seq);
    if (row === undefined) return;
    const held = { ...NOTHING_HELD, profileId: row.profileId, outboxSeq: seq };
    deadLetters.add(toCallDeadLetter(parseCall(row.call), reason), held, now);
  };

  return {
    next: ({ channel, calls, bytes }) => {
      const rows: OutboxRow[] = [];
      let total = 0;
      for (const row of next.iterate(channel, calls)) {
        total += Buffer.byteLength(row.call);
        if (rows.length > 0 && total > bytes) break;
        rows.push({ ...row, call: parseCall(row.call) });
      }
      return rows;
    },
    settle: (seq, outcome, now) => {
      if (outcome.result === 'delivered' || outcome.result === 'recorded') take(seq, outcome.result, now);
      if (outcome.result === 'rejected') reject(seq, outcome.reason, now);
    },
  };
};
