import type { Case, DisputeFact, WarningFact } from './facts.ts';
import { DAY } from './facts.ts';
import { sameMoney } from './invoices.ts';

const LONGEST_MS = 90 * DAY;

type Opened = DisputeFact | WarningFact;
const idOf = (fact: Opened): string => (fact.kind === 'dispute_observed' ? fact.disputeId : fact.warningId);

/** B1, D6: from when it is heard, for 90 days at most since its opening, by its own date where it has one. */
const isWithin = (c: Case, told: readonly Opened[]): boolean => {
  const own = told.flatMap(({ openedAt }) => (openedAt == null ? [] : [openedAt]));
  const seen = told.map(({ occurredAt }) => occurredAt);
  const openedAt = Math.min(...(own.length > 0 ? own : seen));
  return c.t < openedAt + LONGEST_MS;
};

const byId = <F extends Opened>(facts: readonly F[]): readonly (readonly F[])[] =>
  [...new Set(facts.map(idOf))].map((id) => facts.filter((fact) => idOf(fact) === id));

/**
 * The newest that was stated of it by now: what a clock ahead of ours says ends it then, and shows that it is open until.
 * That it is open again holds back as soon as it is heard (decision 0012).
 */
const isOpen = <F extends Opened>(c: Case, told: readonly F[], leavesOpen: (newest: F) => boolean): boolean => {
  const newest = told.findLast((fact) => fact.occurredAt <= c.t || leavesOpen(fact));
  return isWithin(c, told) && (newest === undefined || leavesOpen(newest));
};

/**
 * D6, decision 0012: a dispute of any payment of the account is open, or a fraud warning of which something is left to
 * decide and which no dispute of the same charge has replaced.
 */
export const isDisputed = (c: Case): boolean => {
  const disputes = c.facts.filter((fact) => fact.kind === 'dispute_observed');
  const warnings = c.facts.filter((fact) => fact.kind === 'fraud_warning_observed');
  const openDispute = byId(disputes).some((told) => isOpen(c, told, ({ status }) => status === 'open'));
  const openWarning = byId(warnings).some(
    (told) =>
      isOpen(c, told, ({ actionable }) => actionable) &&
      !disputes.some(
        ({ charge, occurredAt }) => occurredAt <= c.t && told.some(({ about }) => sameMoney(charge, about)),
      ),
  );
  return openDispute || openWarning;
};
