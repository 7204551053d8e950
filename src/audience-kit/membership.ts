import { type Instant, instant } from '../domain/instant.ts';
import type { Audiences } from './audiences.ts';
import type { Subject } from './condition.ts';
import { audienceTimeline, lookAt } from './evaluate.ts';

/** The audiences that a person is in, and the first instant at which time alone changes that; null: never. */
export interface Memberships {
  /** Keys, sorted. */
  readonly members: readonly string[];
  readonly until: Instant | null;
}

/** Finds every membership of `subject` at `now`. */
export const findMemberships = (audiences: Audiences, subject: Subject, now: Instant): Memberships => {
  const looking = lookAt(subject, now, audiences);
  const members: string[] = [];
  let until = Number.POSITIVE_INFINITY;
  for (const { key } of audiences.all) {
    const { holds, flips } = audienceTimeline(key, looking);
    if (holds) members.push(key);
    until = Math.min(until, flips[0] ?? until);
  }
  return { members: members.sort(), until: Number.isFinite(until) ? instant(until) : null };
};
