import type { DatabaseSync } from 'node:sqlite';
import { type Instant, MINUTE_MS } from '../../../domain/instant.ts';
import type {
  BrakeLimit,
  BrakeRelease,
  BrakeState,
  BrakeStatus,
  BrakeStop,
  CommitBrake,
} from '../../../pipeline/brakes/brake-ports.ts';
import type { Customers } from '../customers.ts';
import { prepare } from '../statement.ts';

/** The brakes as commits and claims need them. For use inside a transaction of theirs. */
export interface Brakes {
  /** How they stand to a profile. */
  readonly stateOf: (profileId: number) => BrakeState;
  /** The decision holds back an entry for a stop that was released while it was made: nobody would ever let it go. */
  readonly isOutdated: (brake: CommitBrake) => boolean;
  /** False: the decision enters somebody who is one too many, or comes after such a one. */
  readonly hasRoom: (brake: CommitBrake, now: Instant) => boolean;
  /** Stops entries, since one was too many, unless they are stopped. */
  readonly engage: (brake: CommitBrake, now: Instant) => void;
  /** Counts the entry of a decision that was written, and writes whether the profile's entry waits. */
  readonly save: (profileId: number, brake: CommitBrake, now: Instant) => void;
  readonly status: () => BrakeStatus;
  readonly release: (release: BrakeRelease, now: Instant) => number | null;
}

const STOP = `SELECT engaged_at AS engagedAt, entered, known, released_at AS releasedAt, actor, reason FROM brake_stops`;
const ENGAGED = `${STOP} WHERE released_at IS NULL`;
const PAST = `${STOP} WHERE released_at IS NOT NULL ORDER BY seq DESC LIMIT 10`;
const ENGAGE = 'INSERT INTO brake_stops (engaged_at, entered, known) VALUES (?, ?, ?)';
const RELEASE = 'UPDATE brake_stops SET released_at = ?, actor = ?, reason = ? WHERE released_at IS NULL';
const WITHIN = 'SELECT coalesce(sum(people), 0) AS n FROM brake_entries WHERE minute > ?';
const FORGET = 'DELETE FROM brake_entries WHERE minute <= ?';
const COUNT = 'INSERT INTO brake_entries (minute, people) VALUES (?, 1) ON CONFLICT DO UPDATE SET people = people + 1';
const KNOWN = `SELECT n FROM tallies WHERE name = 'profiles'`;
const HELD_ROW = 'SELECT released_at AS releasedAt FROM brake_held WHERE profile_id = ?';
// A decision may find that the profile is another one's, or of somebody who is erased: then it is no more.
const HOLD = `INSERT INTO brake_held (profile_id, cause, since)
  SELECT id, ?2, ?3 FROM profiles WHERE id = ?1 AND merged_into IS NULL
  ON CONFLICT DO UPDATE SET cause = excluded.cause, released_at = NULL`;
const LET_GO = 'DELETE FROM brake_held WHERE profile_id = ?';
// One that was absorbed by another profile meanwhile is nobody: whoever holds its accounts is decided by itself.
const WAITING = `FROM brake_held h JOIN profiles p ON p.id = h.profile_id
  WHERE h.released_at IS NULL AND p.merged_into IS NULL AND h.cause =`;
const HELD = `SELECT (SELECT count(*) ${WAITING} 'share') AS share, (SELECT count(*) ${WAITING} 'person') AS person`;
const HELD_BY_SHARE = `SELECT h.profile_id AS id ${WAITING} 'share'`;
const MARK_RELEASED = `UPDATE brake_held SET released_at = ? WHERE cause = 'share' AND released_at IS NULL`;

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);

/** Reads what holds entries of a profile back. For use inside a transaction. */
export const makeBrakeState = (db: DatabaseSync): Brakes['stateOf'] => {
  const heldRow = prepare<{ releasedAt: Instant | null }>(db, HELD_ROW);
  const engaged = prepare<BrakeStop>(db, ENGAGED);
  return (profileId) => {
    const row = heldRow.get(profileId);
    if (row !== undefined && row.releasedAt !== null) return 'released';
    return engaged.get() === undefined ? 'off' : 'engaged';
  };
};

/** Keeps the brakes over one connection. */
export const makeBrakes = (db: DatabaseSync, customers: Customers): Brakes => {
  const engaged = prepare<BrakeStop>(db, ENGAGED);
  const past = prepare<BrakeStop>(db, PAST);
  const engage = prepare(db, ENGAGE);
  const releaseStop = prepare(db, RELEASE);
  const within = prepare<{ n: number }>(db, WITHIN);
  const forget = prepare(db, FORGET);
  const count = prepare(db, COUNT);
  const known = prepare<{ n: number }>(db, KNOWN);
  const heldRow = prepare<{ releasedAt: Instant | null }>(db, HELD_ROW);
  const hold = prepare(db, HOLD);
  const letGo = prepare(db, LET_GO);
  const held = prepare<{ share: number; person: number }>(db, HELD);
  const heldByShare = prepare<{ id: number }>(db, HELD_BY_SHARE);
  const markReleased = prepare(db, MARK_RELEASED);

  const entriesWith = ({ withinMs }: BrakeLimit, now: Instant): number =>
    (within.get(minuteOf(now - withinMs))?.n ?? 0) + 1;
  const people = (): number => known.get()?.n ?? 0;

  const countEntry = ({ withinMs }: BrakeLimit, now: Instant): void => {
    forget.run(minuteOf(now - withinMs));
    count.run(minuteOf(now));
  };

  return {
    stateOf: makeBrakeState(db),
    isOutdated: ({ held }) => held === 'share' && engaged.get() === undefined,
    hasRoom: ({ counts }, now) => {
      if (counts === null) return true;
      if (engaged.get() !== undefined) return false;
      return people() < counts.fromPeople || entriesWith(counts, now) <= counts.share * people();
    },
    engage: ({ counts }, now) => {
      if (counts !== null && engaged.get() === undefined) engage.run(now, entriesWith(counts, now), people());
    },
    save: (profileId, brake, now) => {
      if (brake.counts !== null) countEntry(brake.counts, now);
      if (brake.held !== null) hold.run(profileId, brake.held, now);
      else if (heldRow.get(profileId) !== undefined) letGo.run(profileId);
    },
    status: () => ({ stop: engaged.get() ?? null, held: held.get() ?? { share: 0, person: 0 }, past: past.all() }),
    release: ({ actor, reason }, now) => {
      if (engaged.get() === undefined) return null;
      const waiting = heldByShare.all();
      releaseStop.run(now, actor, reason);
      markReleased.run(now);
      // Who enters from now on is counted from nothing: what made too many has been looked at.
      forget.run(minuteOf(now));
      for (const { id } of waiting) customers.wake(id, now);
      return waiting.length;
    },
  };
};
