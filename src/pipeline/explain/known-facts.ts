import type { Fact } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';

/** Which facts an explanation may see: those received by then, or, with hindsight, those that had happened by then. */
export interface Knowledge {
  readonly at: Instant;
  readonly hindsight: boolean;
}

/** From when a fact counts. */
const knownFrom = ({ occurredAt, receivedAt }: Fact, hindsight: boolean): Instant =>
  hindsight ? occurredAt : receivedAt;

/**
 * The facts that were known (semantics G7). With hindsight each counts as received when it happened: otherwise a late
 * webhook would stay invisible until its receipt, and its settle window would begin only then.
 */
export const toKnownFacts = (facts: readonly Fact[], { at, hindsight }: Knowledge): readonly Fact[] => {
  const known = facts.filter((fact) => knownFrom(fact, hindsight) <= at);
  return hindsight ? known.map((fact) => ({ ...fact, receivedAt: fact.occurredAt })) : known;
};

/** When the first of the facts came to be known; null when there is none. */
export const firstKnownAt = (facts: readonly Fact[], hindsight: boolean): Instant | null =>
  facts.reduce<Instant | null>((first, fact) => {
    const from = knownFrom(fact, hindsight);
    return first === null || from < first ? from : first;
  }, null);
