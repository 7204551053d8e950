import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type {
  LatencySample,
  LatencyStep,
  LayerTally,
  LeakCount,
  OpenLeak,
  Suppression,
  SuppressionCounts,
  SuppressionStore,
  ToolPause,
} from '../../../pipeline/suppressions/suppression-ports.ts';
import { prepare } from '../statement.ts';

type Stored<T> = Omit<T, 'neverReached'> & { readonly neverReached: number };
type Page = Parameters<SuppressionStore['suppressions']>[0];

interface SuppressionReads {
  readonly list: (page: Page) => readonly Suppression[];
  readonly leaks: (limit: number) => readonly OpenLeak[];
  readonly counts: () => SuppressionCounts;
  readonly latencies: (step: LatencyStep, page: Page) => readonly LatencySample[];
}

const LINE = `u.seq, u.tool, u.channel, coalesce(s.user_id, p.user_id, p.anonymous_id) AS userId, u.episode_id AS episodeId,
  u.reason, u.occurred_at AS occurredAt, u.received_at AS receivedAt, u.decided_at AS decidedAt, u.state_at AS stateAt,
  u.exit_at AS exitAt, u.acknowledged_at AS acknowledgedAt, u.verified_at AS verifiedAt, u.overtaken_at AS overtakenAt,
  u.never_reached AS neverReached`;
const FROM = `FROM suppressions u JOIN profiles p ON p.id = u.profile_id LEFT JOIN tool_states s ON s.id = u.tool_state_id`;
const IS_OPEN = 'u.acknowledged_at IS NULL AND u.overtaken_at IS NULL';
const LIST = `SELECT ${LINE} ${FROM} WHERE u.seq > ?2 AND u.decided_at >= ?1 ORDER BY u.seq LIMIT ?3`;
const LEAKS = `SELECT ${LINE}, s.status, coalesce(s.failures, 0) AS failures,
  (SELECT result FROM tool_sends t WHERE t.tool_state_id = s.id ORDER BY seq DESC LIMIT 1) AS lastResult,
  (SELECT detail FROM tool_sends t WHERE t.tool_state_id = s.id ORDER BY seq DESC LIMIT 1) AS lastDetail,
  iif(s.id IS NULL,
    (SELECT max(l.seq) FROM suppression_calls c JOIN dead_letters l ON l.outbox_seq = c.outbox_seq
      WHERE c.suppression_seq = u.seq AND l.replayed_at IS NULL),
    (SELECT max(l.seq) FROM dead_letters l WHERE l.tool_state_id = s.id AND l.replayed_at IS NULL)) AS deadLetter
  ${FROM} WHERE ${IS_OPEN} ORDER BY u.received_at, u.seq LIMIT ?`;
const LEAK_COUNTS = `SELECT tool, channel, count(*) AS open, min(received_at) AS oldestAt FROM suppressions u
  WHERE ${IS_OPEN} GROUP BY tool, channel ORDER BY tool, channel`;
const TALLIES = `SELECT tool, channel, layer, iif(le_ms = ${Number.MAX_SAFE_INTEGER}, NULL, le_ms) AS leMs, n, sum_ms AS sumMs
  FROM suppression_tallies t ORDER BY tool, channel, layer, t.le_ms`;
const PAUSES = 'SELECT tool, channel, until, stopped, reason FROM tool_pauses ORDER BY tool, channel';

/** Rows that were made in this order, from the first that ended since then. */
const LATENCIES: Readonly<Record<LatencyStep, string>> = {
  decide: `SELECT seq, provider AS name, 'live' AS channel, read_at - received_at AS ms FROM deliveries
    WHERE seq > ?2 AND received_at >= ?1 AND read_at IS NOT NULL AND source = 'webhook' ORDER BY seq LIMIT ?3`,
  segment: `SELECT seq, 'segment' AS name, iif(channel = 'segment', 'live', channel) AS channel, done_at - committed_at AS ms
    FROM outbox WHERE seq > ?2 AND committed_at >= ?1 AND status IN ('delivered', 'recorded') ORDER BY seq LIMIT ?3`,
  tool: `SELECT t.seq, s.tool AS name, s.channel, t.at - t.waited_since AS ms
    FROM tool_sends t JOIN tool_states s ON s.id = t.tool_state_id WHERE t.seq > ?2 AND t.at >= ?1
    AND t.result IN ('delivered', 'recorded') AND t.waited_since IS NOT NULL ORDER BY t.seq LIMIT ?3`,
};

const toLine = <T extends Stored<Suppression>>(
  row: T,
): Omit<T, 'neverReached'> & { readonly neverReached: boolean } => ({
  ...row,
  neverReached: row.neverReached === 1,
});

/** What reports and metrics ask of the ledger. */
export const makeSuppressionReads = (db: DatabaseSync): SuppressionReads => {
  const list = prepare<Stored<Suppression>>(db, LIST);
  const leaks = prepare<Stored<OpenLeak>>(db, LEAKS);
  const tallies = prepare<LayerTally>(db, TALLIES);
  const leakCounts = prepare<LeakCount>(db, LEAK_COUNTS);
  const pauses = prepare<Omit<ToolPause, 'stopped'> & { stopped: number }>(db, PAUSES);
  const latencies = {
    decide: prepare<LatencySample>(db, LATENCIES.decide),
    segment: prepare<LatencySample>(db, LATENCIES.segment),
    tool: prepare<LatencySample>(db, LATENCIES.tool),
  };
  return {
    list: ({ since, after, limit }) => list.all(since, after, limit).map(toLine),
    leaks: (limit) => leaks.all(limit).map(toLine),
    counts: () => ({
      tallies: tallies.all().map((row) => ({ ...row })),
      leaks: leakCounts.all().map((row) => ({ ...row })),
      pauses: pauses.all().map((row) => ({ ...row, stopped: row.stopped === 1 })),
    }),
    latencies: (step, { since, after, limit }) => latencies[step].all(since, after, limit).map((row) => ({ ...row })),
  };
};

const SAVE_PAUSE = `INSERT INTO tool_pauses (tool, channel, until, stopped, reason) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (tool, channel) DO UPDATE SET until = excluded.until, stopped = excluded.stopped, reason = excluded.reason`;
const END_PAUSE = 'DELETE FROM tool_pauses WHERE tool = ? AND channel = ?';

/** Writes down that a tool takes no calls, or takes them again. For use inside a write transaction. */
export const makeSaveToolPause = (
  db: DatabaseSync,
): ((...pause: Parameters<SuppressionStore['saveToolPause']>) => void) => {
  const save = prepare(db, SAVE_PAUSE);
  const end = prepare(db, END_PAUSE);
  return (tool, channel, pause) => {
    if (pause === null) end.run(tool, channel);
    else save.run(tool, channel, pause.until satisfies Instant, pause.stopped ? 1 : 0, pause.reason);
  };
};
