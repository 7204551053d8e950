import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';

/**
 * What a Segment holds that took these calls in order: one person per user id, an anonymous id merged into the user whose
 * identify first named both, the newest value of every trait, and who is in which audience by the two ways of telling it.
 */
export interface Mirrored {
  /** The newest value of each trait; null and never said are one. */
  readonly traits: ReadonlyMap<string, unknown>;
  /** Audiences whose newest flag is true. */
  readonly flagged: ReadonlySet<string>;
  /** Audiences that were entered and not exited since, by the events. */
  readonly entered: ReadonlySet<string>;
}

/** How an anonymous id is named here. */
export const anonymousOf = ({ anonymousId }: SegmentCall): string => `anonymous ${anonymousId}`;

/** Whose person each call belongs to: by its user id, else by the anonymous id, if that was never merged. */
const personOf = (merged: ReadonlyMap<string, string>, call: SegmentCall): string =>
  call.userId ?? merged.get(anonymousOf(call)) ?? anonymousOf(call);

/** The user that each anonymous id was merged into, by the first identify that names both. */
const mergesOf = (calls: readonly SegmentCall[]): ReadonlyMap<string, string> => {
  const merged = new Map<string, string>();
  for (const call of calls) {
    if (call.userId === undefined || call.anonymousId === undefined || merged.has(anonymousOf(call))) continue;
    merged.set(anonymousOf(call), call.userId);
  }
  return merged;
};

/** Audiences that an id of the person entered and did not exit; the user exits for the ids merged into it by then. */
const enteredBy = (calls: readonly SegmentCall[]): ReadonlySet<string> => {
  const merged = new Set<string>();
  const inside = new Map<string, string>();
  for (const call of calls) {
    if (call.userId !== undefined && call.anonymousId !== undefined) merged.add(anonymousOf(call));
    if (call.type !== 'track' || !isMembership(call)) continue;
    const key = String(call.properties?.audience_key);
    const who = call.userId ?? anonymousOf(call);
    if (call.event === 'Audience Entered') inside.set(`${who} ${key}`, key);
    else for (const id of call.userId === undefined ? [who] : [who, ...merged]) inside.delete(`${id} ${key}`);
  }
  return new Set(inside.values());
};

const mirror = (calls: readonly SegmentCall[]): Mirrored => {
  const traits = new Map<string, unknown>();
  const flagged = new Set<string>();
  for (const call of calls) {
    if (call.type !== 'identify') continue;
    for (const [key, value] of Object.entries(call.traits ?? {})) {
      if (!isMembership(call)) traits.set(key, value);
      else if (value === true) flagged.add(key);
      else flagged.delete(key);
    }
  }
  return { traits, flagged, entered: enteredBy(calls) };
};

/** By user id, and `anonymous <id>` of those whom nobody was ever named for. A merge takes the past of both along. */
export const mirrorOf = (calls: readonly SegmentCall[]): ReadonlyMap<string, Mirrored> => {
  const merged = mergesOf(calls);
  const byPerson = Map.groupBy(calls, (call) => personOf(merged, call));
  return new Map([...byPerson].map(([person, own]) => [person, mirror(own)]));
};
