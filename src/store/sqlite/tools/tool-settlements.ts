import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { ToolRow, ToolSettlement } from '../../../pipeline/tools/tool-ports.ts';
import { type DeadLetterWriter, NOTHING_HELD } from '../dead-letter-rows.ts';
import { prepare } from '../statement.ts';
import { makeAcknowledgeSuppressions } from '../suppressions/acknowledge-suppressions.ts';
import { makeLookSchedule } from '../verify/look-schedule.ts';
import { toToolDeadLetter } from './tool-dead-letter.ts';
import { makeToolEdges } from './tool-edges.ts';
import { type CurrentRow, makeToolKnowledge, type Settling, sentEdgesOf, wasSent } from './tool-knowledge.ts';

const ROW = `SELECT id, profile_id AS profileId, version, urgent, delivered, uncertain, reached, failures,
  waiting_since AS waitingSince, retry_at AS retryAt, amount_minor AS amountMinor, currency FROM tool_states`;
const FIND = `${ROW} WHERE tool = ?1 AND channel = ?2 AND user_id = ?3 AND profile_id = ?4`;
// Its account moved to another profile, and it went along.
const FIND_MOVED = `${ROW} WHERE tool = ?1 AND channel = ?2 AND user_id = ?3 AND customer_id IS NOT NULL`;
const REST = `UPDATE tool_states SET status = ?, waiting_since = NULL, retry_at = NULL, failures = 0 WHERE id = ?`;
const WAIT_ON = 'UPDATE tool_states SET waiting_since = ?, retry_at = ?, failures = 0 WHERE id = ?';
const TRY_AGAIN = 'UPDATE tool_states SET retry_at = ?, failures = failures + 1 WHERE id = ?';
const ADD_SEND = `INSERT INTO tool_sends (tool_state_id, at, result, attributes, events, detail, waited_since)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const toDetail = ({ outcome }: ToolSettlement): string | null => {
  if (outcome.result === 'delivered') return outcome.warning;
  return outcome.result === 'recorded' ? null : outcome.reason;
};

/**
 * No other settlement came between: each ends the wait, begins it anew or counts a retry, and nothing else does so to a
 * row that waits.
 */
const isAsRead = (current: CurrentRow, row: ToolRow): boolean =>
  current.waitingSince === row.waitingSince && current.failures === row.failures;

const isOutdated = ({ settlement, current }: Settling): boolean => current.version !== settlement.row.version;

/** Says when a row is sent again, or that it rests. */
const makeWaits = (db: DatabaseSync) => {
  const rest = prepare(db, REST);
  const waitOn = prepare(db, WAIT_ON);
  const tryAgain = prepare(db, TRY_AGAIN);
  return {
    rest: (status: 'settled' | 'dead', id: number): void => void rest.run(status, id),
    /** The wait begins anew. */
    waitOn: (now: Instant, retryAt: Instant, id: number): void => void waitOn.run(now, retryAt, id),
    /** What ends or holds dunning and came while the call was under way still goes at once. */
    retry: (settling: Settling, at: Instant): void => {
      const { current } = settling;
      const goesAtOnce = isOutdated(settling) && current.urgent === 1;
      tryAgain.run(goesAtOnce ? current.retryAt : at, current.id);
    },
  };
};

/** Writes what an outcome means for the row. */
const makeEnds = (db: DatabaseSync, deadLetters: DeadLetterWriter) => {
  const toolEdges = makeToolEdges(db);
  const knowledge = makeToolKnowledge(db);
  const acknowledge = makeAcknowledgeSuppressions(db).row;
  const waits = makeWaits(db);
  const scheduleLook = makeLookSchedule(db);

  const refuse = (settling: Settling, reason: string): void => {
    const { settlement, current, sentEdges, now } = settling;
    const { row, sent } = settlement;
    const events = sentEdges.map(({ event }) => event);
    toolEdges.end(settlement.edges, 'dead', current.id, now);
    const record = { tool: row.tool, userId: row.userId, attributes: sent, events, ...current };
    const held = { ...NOTHING_HELD, profileId: current.profileId, toolStateId: current.id };
    deadLetters.add(toToolDeadLetter(record, reason), held, now);
    // What was refused is not what is wanted any more, or not all there is to tell.
    if (isOutdated(settling) || toolEdges.anyOpen(current.id)) waits.waitOn(now, now, current.id);
    else waits.rest('dead', current.id);
  };

  /** The row rests, unless something is to be sent. */
  const rest = (settling: Settling): void => {
    const { settlement, current, now } = settling;
    const isOpen = isOutdated(settling) || toolEdges.anyOpen(current.id);
    if (isOpen) waits.waitOn(now, now, current.id);
    else if (settlement.again !== undefined) waits.waitOn(now, settlement.again, current.id);
    else {
      waits.rest('settled', current.id);
      if (settlement.readsBack) scheduleLook(current.id, now);
    }
  };

  return {
    take: (settling: Settling, end: 'delivered' | 'recorded'): void => {
      toolEdges.end(settling.settlement.edges, end, settling.current.id, settling.now);
      knowledge.take(settling);
      acknowledge(settling);
      rest(settling);
    },
    /** Nobody is there to hear what the row had to say. */
    miss: (settling: Settling): void => {
      const seqs = settling.settlement.row.edges.map(({ seq }) => seq);
      toolEdges.end(seqs, 'dropped', settling.current.id, settling.now);
      knowledge.forget(settling);
      acknowledge(settling);
      rest(settling);
    },
    retry: waits.retry,
    doubt: (settling: Settling): void => {
      toolEdges.doubt(settling.settlement.edges, settling.current.id);
      knowledge.doubt(settling);
      waits.retry(settling, settling.retryAt);
    },
    refuse: (settling: Settling, { reason, partly }: { readonly reason: string; readonly partly?: true }): void => {
      if (partly) knowledge.doubt(settling);
      refuse(settling, reason);
    },
  };
};

const settleRow = (ends: ReturnType<typeof makeEnds>, settling: Settling): void => {
  const { outcome } = settling.settlement;
  switch (outcome.result) {
    case 'delivered':
    case 'recorded':
      ends.take(settling, outcome.result);
      break;
    case 'absent':
      ends.miss(settling);
      break;
    case 'retry':
      ends.retry(settling, outcome.at ?? settling.retryAt);
      break;
    case 'unknown':
      ends.doubt(settling);
      break;
    case 'rejected':
      ends.refuse(settling, outcome);
      break;
  }
};

/**
 * Writes outcomes. One that comes twice, or after another of the same row, changes nothing: what is left open is sent
 * again from what the row says then. For use inside a write transaction.
 */
export const makeToolSettlements = (
  db: DatabaseSync,
  deadLetters: DeadLetterWriter,
): ((settlement: ToolSettlement, retryAt: Instant, now: Instant) => void) => {
  const find = prepare<CurrentRow>(db, FIND);
  const findMoved = prepare<CurrentRow>(db, FIND_MOVED);
  const addSend = prepare(db, ADD_SEND);
  const toolEdges = makeToolEdges(db);
  const ends = makeEnds(db, deadLetters);

  const findCurrent = ({ row, edges }: ToolSettlement): CurrentRow | undefined => {
    const key = [row.tool, row.channel, row.userId] as const;
    const current = find.get(...key, row.profileId) ?? findMoved.get(...key);
    if (current === undefined || !isAsRead(current, row)) return undefined;
    return toolEdges.areOpen(edges, current.id) ? current : undefined;
  };

  const saveSend = ({ settlement, current, sentEdges, now }: Settling): void => {
    const events = sentEdges.map(({ event }) => event);
    const text = [JSON.stringify(settlement.sent), JSON.stringify(events)] as const;
    addSend.run(current.id, now, settlement.outcome.result, ...text, toDetail(settlement), current.waitingSince);
  };

  return (settlement, retryAt, now) => {
    const current = findCurrent(settlement);
    if (current === undefined) return;
    const settling = { settlement, current, sentEdges: sentEdgesOf(settlement), retryAt, now };
    toolEdges.end(settlement.dropped, 'dropped', current.id, now);
    if (wasSent(settlement)) saveSend(settling);
    settleRow(ends, settling);
  };
};
