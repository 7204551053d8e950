import type { DatabaseSync } from 'node:sqlite';
import { type Instant, instant } from '../../../domain/instant.ts';
import type { Observed, ObservedEdge, ObservedEpisode, PendingRow } from '../../../pipeline/brakes/observed-ports.ts';
import { prepare } from '../statement.ts';
import { makeReadMode } from './modes.ts';

const META = 'SELECT CAST(value AS INTEGER) AS at FROM meta WHERE name = ?';
const RECORDED = `SELECT coalesce(call ->> '$.event', call ->> '$.type') AS name, count(*) AS n
  FROM outbox WHERE channel = 'recorder' GROUP BY 1 ORDER BY 2 DESC`;
// What a recorder holds, beside what the live tool acknowledged of the same subject. Test mode stays with recorders after the
// switch, and of whom the live tool knows nothing it is told only while they are in dunning (semantics G9).
const PENDING = `SELECT r.tool, r.user_id AS userId, r.desired, l.delivered FROM tool_states r
  JOIN profiles p ON p.id = r.profile_id AND p.mode = 'live'
  LEFT JOIN tool_states l ON l.profile_id = r.profile_id AND l.tool = r.tool AND l.user_id = r.user_id AND l.channel = 'live'
  WHERE r.channel = 'recorder' AND (l.delivered IS NOT NULL OR p.in_dunning = 1)
  AND (? = 0 OR NOT EXISTS (SELECT 1 FROM tool_states o WHERE o.tool = r.tool AND o.channel = 'live')) ORDER BY r.tool, r.user_id`;
const EDGES = `SELECT s.tool, s.user_id AS userId, e.role, e.event ->> '$.name' AS name, e.episode_id AS episodeId,
  e.committed_at AS at FROM tool_edges e JOIN tool_states s ON s.id = e.tool_state_id
  WHERE s.channel = 'recorder' AND e.role IN ('entry', 'exit') AND e.status <> 'dropped' ORDER BY e.seq`;
const PROFILES = `SELECT user_id AS userId, view, commitments -> '$.audiences' AS recorded,
  commitments -> '$.segment.audiences' AS segment FROM profiles
  WHERE channel = 'recorder' AND mode = 'live' AND merged_into IS NULL AND view IS NOT NULL`;
const TOTALS = `SELECT (SELECT n FROM tallies WHERE name = 'profiles') AS knownToBrake,
  count(*) AS known, coalesce(sum(in_dunning), 0) AS inDunning FROM profiles WHERE mode = 'live' AND merged_into IS NULL`;

type Held = Readonly<Record<string, string | number | boolean | null>>;
interface PendingSource {
  readonly tool: string;
  readonly userId: string;
  readonly desired: string;
  readonly delivered: string | null;
}
interface ProfileSource {
  readonly userId: string | null;
  readonly view: string;
  readonly recorded: string | null;
  readonly segment: string | null;
}
interface StoredEpisode {
  readonly id: string;
  readonly outcome: string;
  readonly opened_at: string;
  readonly ended_at: string | null;
}

const VERSION = 'dunning_state_version';
const ENTERS: ReadonlySet<string> = new Set(['pre_dunning', 'active', 'exhausted']);

const wordIn = (held: Held, name: string): string | null => {
  const word = held[name];
  return typeof word === 'string' ? word : null;
};

/** Null: the live tool holds the same. */
const toPending = ({ tool, userId, desired, delivered }: PendingSource): PendingRow | null => {
  const wanted = JSON.parse(desired) as Held;
  const held = delivered === null ? null : (JSON.parse(delivered) as Held);
  const status = wordIn(wanted, 'dunning_status');
  const enters = status === null ? wanted.task_state === 'open' : ENTERS.has(status);
  const attributes = Object.keys(wanted).filter(
    (name) => name !== VERSION && (wanted[name] ?? null) !== (held?.[name] ?? null),
  );
  if (attributes.length === 0) return null;
  return { tool, userId, enters, attributes, status, stage: wordIn(wanted, 'dunning_stage') };
};

const toEpisodes = ({ userId, view }: ProfileSource): readonly ObservedEpisode[] => {
  const { episodes } = JSON.parse(view) as { readonly episodes: readonly StoredEpisode[] };
  return episodes.map(({ id, outcome, opened_at, ended_at }) => ({
    id,
    userId,
    outcome,
    openedAt: instant(Date.parse(opened_at)),
    endedAt: ended_at === null ? null : instant(Date.parse(ended_at)),
  }));
};

const namesIn = (json: string | null): readonly string[] =>
  json === null ? [] : (JSON.parse(json) as readonly string[]);

const toAudiences = (profiles: readonly ProfileSource[]): Observed['audiences'] => {
  const moves = new Map<string, { entering: number; leaving: number }>();
  const count = (audience: string, way: 'entering' | 'leaving'): void => {
    const move = moves.get(audience) ?? { entering: 0, leaving: 0 };
    moves.set(audience, { ...move, [way]: move[way] + 1 });
  };
  for (const { recorded, segment, view } of profiles) {
    const told = namesIn(segment);
    const now = namesIn(recorded);
    const { traits } = JSON.parse(view) as { readonly traits: Held };
    // Of whom Segment knows nothing it is told only while they are in dunning (semantics G9).
    if (segment === null && traits.in_dunning !== true) continue;
    for (const key of now) if (!told.includes(key)) count(key, 'entering');
    for (const key of told) if (!now.includes(key)) count(key, 'leaving');
  }
  return [...moves].map(([audience, move]) => ({ audience, ...move })).toSorted((a, b) => b.entering - a.entering);
};

/** Reads what was observed: each table once. For use inside a read transaction. */
export const makeObserved = (db: DatabaseSync): (() => Observed) => {
  const meta = prepare<{ at: Instant }>(db, META);
  const recorded = prepare<{ name: string; n: number }>(db, RECORDED);
  const pending = prepare<PendingSource>(db, PENDING);
  const edges = prepare<ObservedEdge>(db, EDGES);
  const profiles = prepare<ProfileSource>(db, PROFILES);
  const readMode = makeReadMode(db);
  const totals = prepare<{ knownToBrake: number | null; known: number; inDunning: number }>(db, TOTALS);
  return () => {
    const people = profiles.all();
    const { knownToBrake, known, inDunning } = totals.get() ?? { knownToBrake: 0, known: 0, inDunning: 0 };
    const mode = readMode();
    const enforces = mode?.is === 'enforce';
    return {
      observedSince: meta.get('observed_since')?.at ?? null,
      enforcedSince: meta.get('enforced_since')?.at ?? null,
      mode,
      known,
      knownToBrake: knownToBrake ?? 0,
      inDunning,
      recorded: Object.fromEntries(recorded.all().map(({ name, n }) => [name, n])),
      audiences: enforces ? [] : toAudiences(people),
      pending: pending.all(enforces ? 1 : 0).flatMap((row) => toPending(row) ?? []),
      edges: edges.all().map((edge) => ({ ...edge })),
      episodes: people.flatMap(toEpisodes),
    };
  };
};
