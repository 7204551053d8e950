import type { ChargeRef, DisputeObserved, Fact, FraudWarningObserved } from '../domain/fact.ts';
import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import type { ChargeLedger } from './charges.ts';

/** Nobody is dunned for this long at most because a payment is challenged, in ms from the opening (semantics D6). */
const HOLDS_MS = 90 * DAY_MS;

/** A dispute of a charge, or the card network's warning that there may be one. */
export interface Challenge {
  readonly id: string;
  readonly type: 'dispute' | 'early_fraud_warning';
  /** The invoice that the charge paid, where anything says so. */
  readonly invoice: string | null;
  /** The statement that opened it; null where only its later course was seen. */
  readonly opening: DisputeObserved | FraudWarningObserved | null;
  readonly openedAt: Instant;
  /** Until when it holds back messages: its end, or the longest that it may; half open. */
  readonly holdsUntil: Instant;
}

type Said = DisputeObserved | FraudWarningObserved;

const idOf = (fact: Said): string => (fact.kind === 'dispute_observed' ? fact.disputeId : fact.warningId);

const chargeOf = (fact: Said): ChargeRef => (fact.kind === 'dispute_observed' ? fact.charge : fact.about);

/** An undecided dispute, or a warning upon which something can still be done. */
const isOpen = (fact: Said): boolean =>
  fact.kind === 'dispute_observed' ? fact.status === 'open' : fact.actionable !== false;

/** Every statement of a warning tells that it was given; of a dispute only one that is undecided is no end. */
const opens = (fact: Said): boolean => fact.kind === 'fraud_warning_observed' || fact.status === 'open';

/** When it ended, by its newest statement: a later appeal opens a dispute again. Within one second the end wins. */
const endedAt = (said: readonly Said[]): Instant | null => {
  const newest = said[said.length - 1]?.occurredAt;
  if (said.filter(({ occurredAt }) => occurredAt === newest).every(isOpen)) return null;
  const lastOpen = said.findLastIndex((fact) => isOpen(fact) && fact.occurredAt !== newest);
  return said.slice(lastOpen + 1).find((fact) => !isOpen(fact))?.occurredAt ?? null;
};

/** By its own date; else its first statement's. */
const openedAt = (said: readonly [Said, ...Said[]]): Instant =>
  said.reduce((min, { openedAt: at }) => (at != null && at < min ? at : min), said[0].occurredAt);

const toChallenge = (id: string, said: readonly [Said, ...Said[]], charges: ChargeLedger): Challenge => {
  const [first] = said;
  const opened = openedAt(said);
  const longest = plus(opened, HOLDS_MS);
  const end = endedAt(said);
  return {
    id,
    type: first.kind === 'dispute_observed' ? 'dispute' : 'early_fraud_warning',
    invoice: said.map((fact) => charges.invoiceOf(chargeOf(fact))).find((invoice) => invoice !== null) ?? null,
    opening: said.find(opens) ?? null,
    openedAt: opened,
    holdsUntil: end !== null && end < longest ? end : longest,
  };
};

const isSameCharge = (a: ChargeRef, b: ChargeRef): boolean =>
  (a.chargeId !== null && a.chargeId === b.chargeId) ||
  (a.paymentIntentId !== null && a.paymentIntentId === b.paymentIntentId);

/** A dispute of the same charge takes a warning's place: from its opening on, the warning holds nothing back itself. */
const takenOver = (challenge: Challenge, own: readonly Said[], disputes: readonly Said[]): Challenge => {
  if (challenge.type === 'dispute') return challenge;
  const dispute = disputes.find((fact) => own.some((said) => isSameCharge(chargeOf(said), chargeOf(fact))));
  if (dispute === undefined || dispute.occurredAt >= challenge.holdsUntil) return challenge;
  return { ...challenge, holdsUntil: dispute.occurredAt };
};

/** Every dispute and fraud warning, in order of opening. `facts` in fold order. */
export const foldChallenges = (facts: readonly Fact[], charges: ChargeLedger): readonly Challenge[] => {
  const said = facts.filter((fact) => fact.kind === 'dispute_observed' || fact.kind === 'fraud_warning_observed');
  const disputes = said.filter((fact) => fact.kind === 'dispute_observed');
  return [...Map.groupBy(said, idOf)].flatMap(([id, [first, ...rest]]) => {
    if (first === undefined) return [];
    return [takenOver(toChallenge(id, [first, ...rest], charges), [first, ...rest], disputes)];
  });
};
