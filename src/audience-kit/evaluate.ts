import type { Instant } from '../domain/instant.ts';
import type { Audiences } from './audiences.ts';
import type { Condition, Subject, Verdict } from './condition.ts';
import { eventTimeline } from './event-timeline.ts';
import { spanOf } from './span.ts';
import { combine, during, opposite, type Timeline } from './timeline.ts';

/** One person at one instant; what was found of an audience is kept for whoever asks for it again. */
export interface Looking {
  readonly subject: Subject;
  readonly now: Instant;
  readonly audiences: Audiences;
  readonly seen: Map<string, Timeline>;
}

/** Looks at `subject` at `now`. */
export const lookAt = (subject: Subject, now: Instant, audiences: Audiences): Looking => ({
  subject,
  now,
  audiences,
  seen: new Map(),
});

/**
 * Does `condition` hold of `subject` at `now`, and until when: the exact first instant at which it does otherwise by time
 * alone, or null: never. Semantics: docs/decisions/0006.
 * @throws when `inAudience` names an audience that is not among `audiences`.
 */
export const evaluate = (condition: Condition, subject: Subject, now: Instant, audiences: Audiences): Verdict =>
  toVerdict(timelineOf(condition, lookAt(subject, now, audiences)));

/** The present of a timeline and its first change. */
export const toVerdict = ({ holds, flips }: Timeline): Verdict => ({ holds, until: flips[0] ?? null });

/** The present of a condition and every later change of it. */
export const timelineOf = (condition: Condition, looking: Looking): Timeline => {
  const { subject, now } = looking;
  switch (condition.node) {
    case 'trait':
      return during(spanOf(condition.test, subject.traits[condition.trait]), now);
    case 'event':
      return eventTimeline(condition, subject.events, now);
    case 'in_audience':
      return audienceTimeline(condition.audience, looking);
    case 'all':
    case 'any':
      return combine(condition.node, eachTimeline(condition.of, looking));
    case 'not':
      return opposite(timelineOf(condition.of, looking));
  }
};

/** The present of a membership and every later change of it. */
export const audienceTimeline = (key: string, looking: Looking): Timeline => {
  const known = looking.seen.get(key);
  if (known !== undefined) return known;
  const audience = looking.audiences.byKey.get(key);
  if (audience === undefined) throw new Error(`Audience ${key}: is not defined`);
  const timeline = timelineOf(audience.when, looking);
  looking.seen.set(key, timeline);
  return timeline;
};

function* eachTimeline(conditions: readonly Condition[], looking: Looking): Iterable<Timeline> {
  for (const condition of conditions) yield timelineOf(condition, looking);
}
