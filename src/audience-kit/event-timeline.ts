import type { Condition, SubjectEvent, Test, Times } from './condition.ts';
import { type Span, spanOf, type Value } from './span.ts';
import { type Step, sweep, type Timeline } from './timeline.ts';

type EventCondition = Extract<Condition, { readonly node: 'event' }>;

/** How many events count now, and by which steps that number changes later, in order of time. */
interface Tally {
  readonly count: number;
  readonly steps: readonly Step[];
}

/** When the events happened as often as asked. One pass over the events, and one sort of what is still to come. */
export const eventTimeline = (condition: EventCondition, events: readonly SubjectEvent[], now: number): Timeline => {
  const tally = tallyOf(condition, events, now);
  let { count } = tally;
  return sweep(
    tally.steps,
    () => isEnough(condition.times, count),
    (step) => {
      count += step;
    },
  );
};

/** How many events count at `now`. */
export const countEvents = (condition: EventCondition, events: readonly SubjectEvent[], now: number): number =>
  tallyOf(condition, events, now).count;

const isEnough = ({ least, most }: Times, count: number): boolean => count >= least && (most === null || count <= most);

const tallyOf = (condition: EventCondition, events: readonly SubjectEvent[], now: number): Tally => {
  const where = Object.entries(condition.where);
  const steps: Step[] = [];
  let count = 0;
  for (const event of events) {
    if (event.event !== condition.event) continue;
    const span = countingSpan(event, condition.withinMs, where, now);
    if (span === null) continue;
    if (span.from <= now) count += 1;
    else steps.push({ at: span.from, step: 1 });
    if (Number.isFinite(span.to)) steps.push({ at: span.to, step: -1 });
  }
  return { count, steps: steps.sort((a, b) => a.at - b.at) };
};

/** When an event counts, or null: not now and not later. Its properties are made only when they can matter. */
const countingSpan = (
  event: SubjectEvent,
  withinMs: number | null,
  where: readonly (readonly [string, Test])[],
  now: number,
): Span | null => {
  let { from, to } = { from: event.at, to: withinMs === null ? Number.POSITIVE_INFINITY : event.at + withinMs };
  if (to <= now || where.length === 0) return to <= now ? null : { from, to };
  const properties: Readonly<Record<string, Value>> = event.properties();
  for (const [name, test] of where) {
    const span = spanOf(test, properties[name]);
    if (span === null) return null;
    from = Math.max(from, span.from);
    to = Math.min(to, span.to);
  }
  return from < to && to > now ? { from, to } : null;
};
