import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Attributes, QueuedEdge, ToolEvent, ToolRow, ToolSettlement } from '../../pipeline/tools/tool-ports.ts';
import { type DeadLetterWriter, NOTHING_HELD } from './dead-letter-rows.ts';
import { prepare } from './statement.ts';
import { toToolDeadLetter } from './tool-dead-letter.ts';
import { parseDelivered, parseNames } from './tool-json.ts';

/** The row as it is when its outcome comes. */
interface CurrentRow {
  readonly id: number;
  readonly version: number;
  readonly urgent: number;
  readonly delivered: string | null;
  readonly uncertain: string;
  readonly reached: string;
  readonly failures: number;
  /** Null: it does not wait. */
  readonly waitingSince: Instant | null;
  readonly retryAt: Instant;
  readonly amountMinor: number | null;
  readonly currency: string | null;
}

/** A settlement with the row that it is about and the events that it sent. */
interface Settling {
  readonly settlement: ToolSettlement;
  readonly current: CurrentRow;
  readonly sentEdges: readonly QueuedEdge[];
  readonly retryAt: Instant;
  readonly now: Instant;
}

type EdgeEnd = 'delivered' | 'recorded' | 'dropped' | 'dead';

const FIND = `SELECT id, version, urgent, delivered, uncertain, reached, failures,
  waiting_since AS waitingSince, retry_at AS retryAt, amount_minor AS amountMinor, currency
  FROM tool_states WHERE profile_id = ? AND tool = ? AND channel = ? AND user_id = ?`;
const IS_OPEN = `SELECT 1 AS yes FROM tool_edges
  WHERE seq = ? AND tool_state_id = ? AND status IN ('queued', 'unknown')`;
const HAS_OPEN = `SELECT 1 AS yes FROM tool_edges
  WHERE tool_state_id = ? AND status IN ('queued', 'unknown') LIMIT 1`;
const END_EDGE = `UPDATE tool_edges SET status = ?, done_at = ?
  WHERE seq = ? AND tool_state_id = ? AND status IN ('queued', 'unknown')`;
const DOUBT_EDGE = `UPDATE tool_edges SET status = 'unknown' WHERE seq = ? AND tool_state_id = ? AND status = 'queued'`;
const KNOW = 'UPDATE tool_states SET delivered = ?, uncertain = ?, reached = ? WHERE id = ?';
const REST = `UPDATE tool_states SET status = ?, waiting_since = NULL, retry_at = NULL, failures = 0 WHERE id = ?`;
const WAIT_ON = 'UPDATE tool_states SET waiting_since = ?, retry_at = ?, failures = 0 WHERE id = ?';
const TRY_AGAIN = 'UPDATE tool_states SET retry_at = ?, failures = failures + 1 WHERE id = ?';
const ADD_SEND = `INSERT INTO tool_sends (tool_state_id, at, result, attributes, events, detail)
  VALUES (?, ?, ?, ?, ?, ?)`;

/** The attribute that names the lead episode. */
const EPISODE = 'dunning_episode_id';

const wasSent = ({ sent, edges }: ToolSettlement): boolean => edges.length > 0 || Object.keys(sent).length > 0;

const sentEdgesOf = ({ row, edges }: ToolSettlement): readonly QueuedEdge[] => {
  const seqs = new Set(edges);
  return row.edges.filter(({ seq }) => seqs.has(seq));
};

const toDetail = ({ outcome }: ToolSettlement): string | null => {
  if (outcome.result === 'delivered') return outcome.warning;
  return outcome.result === 'recorded' ? null : outcome.reason;
};

const union = (known: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...known, ...more]),
];

const reachedBy = (sent: Attributes, edges: readonly QueuedEdge[]): readonly string[] => {
  const episode = sent[EPISODE];
  return [...edges.map(({ episodeId }) => episodeId), ...(typeof episode === 'string' ? [episode] : [])];
};

/**
 * No other settlement came between: each ends the wait, begins it anew or counts a retry, and nothing else does so to a
 * row that waits.
 */
const isAsRead = (current: CurrentRow, row: ToolRow): boolean =>
  current.waitingSince === row.waitingSince && current.failures === row.failures;

/**
 * Writes outcomes. One that comes twice, or after another of the same row, changes nothing: what is left open is sent
 * again from what the row says then. For use inside a write transaction.
 */
export const makeToolSettlements = (
  db: DatabaseSync,
  deadLetters: DeadLetterWriter,
): ((settlement: ToolSettlement, retryAt: Instant, now: Instant) => void) => {
  const find = prepare<CurrentRow>(db, FIND);
  const isOpen = prepare<{ yes: 1 }>(db, IS_OPEN);
  const hasOpen = prepare<{ yes: 1 }>(db, HAS_OPEN);
  const endEdge = prepare(db, END_EDGE);
  const doubtEdge = prepare(db, DOUBT_EDGE);
  const know = prepare(db, KNOW);
  const rest = prepare(db, REST);
  const waitOn = prepare(db, WAIT_ON);
  const tryAgain = prepare(db, TRY_AGAIN);
  const addSend = prepare(db, ADD_SEND);

  const findCurrent = ({ row, edges }: ToolSettlement): CurrentRow | undefined => {
    const current = find.get(row.profileId, row.tool, row.channel, row.userId);
    if (current === undefined || !isAsRead(current, row)) return undefined;
    return edges.every((seq) => isOpen.get(seq, current.id) !== undefined) ? current : undefined;
  };

  const endEdges = (seqs: readonly number[], end: EdgeEnd, { current, now }: Settling): void => {
    for (const seq of seqs) endEdge.run(end, now, seq, current.id);
  };

  const isOutdated = ({ settlement, current }: Settling): boolean => current.version !== settlement.row.version;

  const saveKnowledge = (settling: Settling, delivered: Attributes | null, uncertain: readonly string[]): void => {
    const { current, settlement, sentEdges } = settling;
    const reached = union(parseNames(current.reached), reachedBy(settlement.sent, sentEdges));
    const deliveredJson = delivered === null ? null : JSON.stringify(delivered);
    know.run(deliveredJson, JSON.stringify(uncertain), JSON.stringify(reached), current.id);
  };

  const take = (settling: Settling, end: 'delivered' | 'recorded'): void => {
    const { settlement, current, now } = settling;
    const { sent, edges, again } = settlement;
    endEdges(edges, end, settling);
    const before = parseDelivered(current.delivered);
    const delivered = wasSent(settlement) ? { ...before, ...sent } : before;
    const uncertain = parseNames(current.uncertain).filter((name) => again !== undefined || !Object.hasOwn(sent, name));
    saveKnowledge(settling, delivered, uncertain);
    if (isOutdated(settling) || hasOpen.get(current.id) !== undefined) waitOn.run(now, now, current.id);
    else if (again !== undefined) waitOn.run(now, again, current.id);
    else rest.run('settled', current.id);
  };

  /** What ends or holds dunning and came while the call was under way still goes at once. */
  const retry = (settling: Settling, at: Instant): void => {
    const { current } = settling;
    const goesAtOnce = isOutdated(settling) && current.urgent === 1;
    tryAgain.run(goesAtOnce ? current.retryAt : at, current.id);
  };

  /** What was sent may be held, all of it or some. */
  const saveDoubt = (settling: Settling): void => {
    const { settlement, current } = settling;
    const uncertain = union(parseNames(current.uncertain), Object.keys(settlement.sent));
    saveKnowledge(settling, parseDelivered(current.delivered), uncertain);
  };

  const doubt = (settling: Settling): void => {
    const { settlement, current, retryAt } = settling;
    for (const seq of settlement.edges) doubtEdge.run(seq, current.id);
    saveDoubt(settling);
    retry(settling, retryAt);
  };

  const refuse = (settling: Settling, events: readonly ToolEvent[], reason: string): void => {
    const { settlement, current, now } = settling;
    const { row, sent, edges } = settlement;
    endEdges(edges, 'dead', settling);
    const record = { tool: row.tool, userId: row.userId, attributes: sent, events, ...current };
    const held = { ...NOTHING_HELD, profileId: row.profileId, toolStateId: current.id };
    deadLetters.add(toToolDeadLetter(record, reason), held, now);
    // What was refused is not what is wanted any more.
    if (isOutdated(settling)) waitOn.run(now, now, current.id);
    else rest.run('dead', current.id);
  };

  const settleOne = (settling: Settling): void => {
    const { settlement, current, sentEdges, retryAt, now } = settling;
    const { outcome, dropped, sent } = settlement;
    const events = sentEdges.map(({ event }) => event);
    endEdges(dropped, 'dropped', settling);
    if (wasSent(settlement)) {
      const text = [JSON.stringify(sent), JSON.stringify(events)] as const;
      addSend.run(current.id, now, outcome.result, ...text, toDetail(settlement));
    }
    if (outcome.result === 'delivered' || outcome.result === 'recorded') take(settling, outcome.result);
    if (outcome.result === 'retry') retry(settling, outcome.at ?? retryAt);
    if (outcome.result === 'unknown') doubt(settling);
    if (outcome.result === 'rejected') {
      if (outcome.partly) saveDoubt(settling);
      refuse(settling, events, outcome.reason);
    }
  };

  return (settlement, retryAt, now) => {
    const current = findCurrent(settlement);
    if (current !== undefined) settleOne({ settlement, current, sentEdges: sentEdgesOf(settlement), retryAt, now });
  };
};
