import { FACT_RANK, type Fact } from '../domain/fact.ts';
import { earliest, type Instant } from '../domain/instant.ts';

/** A provider's clock may run this far ahead of ours before its facts are held back, in ms (semantics B1). */
const CLOCK_TOLERANCE_MS = 300_000;

/** Two notices of one charge, or of one attempt, lie at most this far apart by the provider's clock, in ms (semantics B3). */
export const JOIN_WINDOW_MS = 60_000;

export interface Timeline {
  /** Visible facts in fold order: (occurredAt, rank, id). */
  readonly facts: readonly Fact[];
  /** When the next hidden fact becomes visible; null when none is hidden. */
  readonly nextVisibleAt: Instant | null;
}

/** From when a fact may be seen: from its receipt, unless it claims to be from the future (semantics B1). */
export const visibleFrom = (fact: Fact): Instant =>
  fact.occurredAt - fact.receivedAt <= CLOCK_TOLERANCE_MS ? fact.receivedAt : fact.occurredAt;

/** By (occurredAt, rank, id): what is later in it was said later (semantics B1). */
export const byFoldOrder = (a: Fact, b: Fact): number =>
  a.occurredAt - b.occurredAt || FACT_RANK[a.kind] - FACT_RANK[b.kind] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** History waits for nothing: no window that opens with its receipt is still open (semantics E6). */
const asHeardThen = (fact: Fact): Fact => ({
  ...fact,
  receivedAt: fact.occurredAt,
  readAt: fact.receivedAt,
});

/** The facts that can be seen at `now`, each once, in the one order in which they are folded (semantics B1). */
export const toTimeline = (facts: readonly Fact[], now: Instant): Timeline => {
  const visible = new Map<string, Fact>();
  let nextVisibleAt: Instant | null = null;
  for (const fact of facts) {
    const from = visibleFrom(fact);
    if (from > now) nextVisibleAt = earliest(nextVisibleAt, from);
    else visible.set(fact.id, fact.isHistory === true ? asHeardThen(fact) : fact);
  }
  return { facts: [...visible.values()].sort(byFoldOrder), nextVisibleAt };
};
