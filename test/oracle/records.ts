import type { Fact, RecordFact } from './facts.ts';
import { SECOND, statementsOf } from './facts.ts';

const NEAR_SECONDS = 60;

const near = (a: number, b: number): boolean =>
  Math.abs(Math.floor(a / SECOND) - Math.floor(b / SECOND)) <= NEAR_SECONDS;

/** The attempts on an invoice as the provider's records tell them, each once, in fold order. */
export const recordsOf = (facts: readonly Fact[], invoiceId: string): readonly RecordFact[] => {
  const records = statementsOf(facts, invoiceId).filter((fact): fact is RecordFact => fact.kind === 'attempt_recorded');
  const anyCharge = records.some(({ chargeId }) => chargeId !== null); // then the first attempt speaks for itself
  return records.filter(
    (each) =>
      (each.chargeId !== null || !anyCharge) && records.find(({ chargeId }) => chargeId === each.chargeId) === each,
  );
};

/** When a charge was made and refused, as far as is known: a bank debit is refused days later. */
const instantsOf = (facts: readonly Fact[], record: RecordFact): readonly number[] => [
  record.occurredAt,
  ...facts.flatMap((fact) =>
    fact.kind === 'charge_declined' && fact.charge.chargeId === record.chargeId ? [fact.occurredAt] : [],
  ),
];

/**
 * Decision 0012: a failure notice of the same attempt is one within 60 s of the charge or its refusal, or one that names
 * it. A record without a charge is the first attempt, or the one with its count.
 */
export const isSameAttempt = (
  facts: readonly Fact[],
  record: RecordFact,
  notice: { readonly at: number; readonly count: number; readonly invoice: { readonly chargeId: string | null } },
): boolean => {
  if (record.chargeId === null) return notice.count <= 1 || notice.count === record.invoice.attemptCount;
  if (notice.invoice.chargeId === record.chargeId) return true;
  return instantsOf(facts, record).some((at) => near(at, notice.at));
};
