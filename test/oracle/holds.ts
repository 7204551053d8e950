import type { Case, HoldFact, LiftFact } from './facts.ts';

export type HoldCause = HoldFact['cause'];

const ORDER: readonly HoldCause[] = ['opted_out', 'owned_elsewhere', 'held'];

/** 0015: it is lifted, by an operator who names it, too; or another of its source and name takes its place. */
const ends = (hold: HoldFact, word: HoldFact | LiftFact): boolean =>
  (word.source === hold.source && (word.holdId === null || word.holdId === hold.holdId)) ||
  (word.kind === 'hold_lifted' && word.source === 'operator' && word.holdId === hold.holdId);

/** B1, D6, decision 0015: from when it is heard until it lapses or something ends it; an end that is dated ahead, then. */
const isInForce = (hold: HoldFact, said: readonly (HoldFact | LiftFact)[], t: number): boolean =>
  (hold.until === null || t < hold.until) &&
  !said.slice(said.indexOf(hold) + 1).some((later) => later.occurredAt <= t && ends(hold, later));

/** Why people or other tools want nothing to be said of the account; of several causes the first of 0015's order. */
export const heldBackBy = (c: Case): HoldCause | null => {
  const said = c.facts.filter(
    (fact): fact is HoldFact | LiftFact => fact.kind === 'hold_placed' || fact.kind === 'hold_lifted',
  );
  const holds = said.filter((fact) => fact.kind === 'hold_placed').filter((hold) => isInForce(hold, said, c.t));
  return ORDER.find((cause) => holds.some((hold) => hold.cause === cause)) ?? null;
};
