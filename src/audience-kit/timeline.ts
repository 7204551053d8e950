import type { Span } from './span.ts';

/** Whether something holds now, and every later instant at which that turns, in order. */
export interface Timeline {
  readonly holds: boolean;
  /** UTC milliseconds, each after now, each once; at each the truth turns to its opposite. */
  readonly flips: readonly number[];
}

const NONE: readonly number[] = Object.freeze([]);
export const TRUE: Timeline = Object.freeze({ holds: true, flips: NONE });
export const FALSE: Timeline = Object.freeze({ holds: false, flips: NONE });

/** Holds during `span`, as seen at `now`. */
export const during = (span: Span | null, now: number): Timeline => {
  if (span === null || span.to <= now) return FALSE;
  const end = Number.isFinite(span.to) ? [span.to] : NONE;
  if (span.from <= now) return end.length === 0 ? TRUE : { holds: true, flips: end };
  return { holds: false, flips: [span.from, ...end] };
};

/** Holds whenever `one` does not. */
export const opposite = ({ holds, flips }: Timeline): Timeline =>
  flips.length === 0 ? (holds ? FALSE : TRUE) : { holds: !holds, flips };

/** Holds whenever every one (`all`) or at least one (`any`) does. Parts are made on demand: a constant may settle it. */
export const combine = (node: 'all' | 'any', parts: Iterable<Timeline>): Timeline => {
  const settling = node === 'any';
  const varying: Timeline[] = [];
  for (const part of parts) {
    if (part.flips.length > 0) varying.push(part);
    else if (part.holds === settling) return settling ? TRUE : FALSE;
  }
  const [only, ...more] = varying;
  if (only === undefined) return settling ? FALSE : TRUE;
  return more.length === 0 ? only : merge(settling, varying);
};

/** Walks all flips in order, counting the parts that settle the whole: it is settled while there is one. */
const merge = (settling: boolean, parts: readonly Timeline[]): Timeline => {
  let count = parts.filter(({ holds }) => holds === settling).length;
  const steps = parts.flatMap(({ holds, flips }) =>
    flips.map((at, index) => ({ at, step: (holds === settling) === (index % 2 === 0) ? -1 : 1 })),
  );
  steps.sort((a, b) => a.at - b.at);
  const holdsNow = (): boolean => count > 0 === settling;
  return sweep(steps, holdsNow, (step) => {
    count += step;
  });
};

/** What is counted goes up or down at an instant. */
export interface Step {
  readonly at: number;
  readonly step: number;
}

/** Takes steps in order of time, all of one instant at once, and notes where the truth turns. */
export const sweep = (steps: readonly Step[], holdsNow: () => boolean, take: (step: number) => void): Timeline => {
  const holds = holdsNow();
  const flips: number[] = [];
  let last = holds;
  for (const [index, { at, step }] of steps.entries()) {
    take(step);
    if (steps[index + 1]?.at === at || holdsNow() === last) continue;
    last = !last;
    flips.push(at);
  }
  return flips.length === 0 ? (holds ? TRUE : FALSE) : { holds, flips };
};
