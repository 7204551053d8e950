import type { Instant } from '../domain/instant.ts';
import type { Audiences } from './audiences.ts';
import type { Audience, Condition, Subject, Times } from './condition.ts';
import { phraseOf, windowPhrase } from './describe-condition.ts';
import { type Looking, lookAt, timelineOf, toVerdict } from './evaluate.ts';
import { countEvents } from './event-timeline.ts';

/** One node of an audience's condition, and what was found of a person there. */
export interface Explanation {
  /** The node in words. */
  readonly sentence: string;
  readonly holds: boolean;
  /** UTC milliseconds: the first instant at which time alone changes `holds`; null: never. */
  readonly until: number | null;
  /** What a leaf looked at: the trait's value, or `2 of 3 in the last 90 days`; null where the children tell. */
  readonly seen: string | null;
  readonly children: readonly Explanation[];
}

/** Why `subject` is in `audience` at `now`, or why not: every node, also those that the verdict did not need. */
export const explainTree = (audience: Audience, subject: Subject, now: Instant, audiences: Audiences): Explanation =>
  explain(audience.when, lookAt(subject, now, audiences));

const explain = (condition: Condition, looking: Looking): Explanation => ({
  sentence: phraseOf(condition),
  ...toVerdict(timelineOf(condition, looking)),
  seen: seenAt(condition, looking),
  children: childrenOf(condition, looking.audiences).map((child) => explain(child, looking)),
});

const childrenOf = (condition: Condition, audiences: Audiences): readonly Condition[] => {
  switch (condition.node) {
    case 'trait':
    case 'event':
      return [];
    case 'in_audience': {
      const audience = audiences.byKey.get(condition.audience);
      return audience === undefined ? [] : [audience.when];
    }
    case 'all':
    case 'any':
      return condition.of;
    case 'not':
      return [condition.of];
  }
};

const seenAt = (condition: Condition, { subject, now }: Looking): string | null => {
  switch (condition.node) {
    case 'trait':
      return String(subject.traits[condition.trait] ?? 'absent');
    case 'event': {
      const count = countEvents(condition, subject.events, now);
      return [`${count} of ${wantedPhrase(condition.times)}`, ...windowPhrase(condition.withinMs)].join(' ');
    }
    case 'in_audience':
    case 'all':
    case 'any':
    case 'not':
      return null;
  }
};

const wantedPhrase = ({ least, most }: Times): string => {
  if (most === null) return String(least);
  if (least === most) return `exactly ${most}`;
  return least === 0 ? `at most ${most}` : `${least} to ${most}`;
};
