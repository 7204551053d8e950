import { DAY_MS, type Instant } from '../../domain/instant.ts';
import type { View } from '../decide.ts';

/** What time alone will bring, if nothing else comes in. */
export interface Ahead {
  readonly at: Instant;
  readonly stage: string;
  readonly status: string;
  readonly entered: readonly string[];
  readonly exited: readonly string[];
}

/** More changes than a person wants to read, and a bound for the boundaries at which nothing that shows changes. */
const MOST_SHOWN = 5;
const MOST_STEPS = 50;
/** Beyond it something else will have come in. */
const HORIZON_MS = 400 * DAY_MS;

const isOther = (before: View, after: View): boolean =>
  before.traits.dunning_stage !== after.traits.dunning_stage ||
  before.traits.dunning_status !== after.traits.dunning_status ||
  before.audiences.join() !== after.audiences.join();

const toAhead = (before: View, after: View, at: Instant): Ahead => ({
  at,
  stage: after.traits.dunning_stage,
  status: after.traits.dunning_status,
  entered: after.audiences.filter((key) => !before.audiences.includes(key)),
  exited: before.audiences.filter((key) => !after.audiences.includes(key)),
});

/**
 * The next changes of stage, status and audiences by time alone, in order: from one `until` to the next, since that is
 * never late and may be early. Looks 400 days ahead.
 * @param decideAt the same facts and rules at another instant.
 */
export const lookAhead = (view: View, from: Instant, decideAt: (at: Instant) => View): readonly Ahead[] => {
  const found: Ahead[] = [];
  let current = view;
  for (let step = 0; step < MOST_STEPS && found.length < MOST_SHOWN; step += 1) {
    const { until } = current;
    if (until === null || until > from + HORIZON_MS) break;
    const next = decideAt(until);
    if (isOther(current, next)) found.push(toAhead(current, next, until));
    current = next;
  }
  return found;
};
