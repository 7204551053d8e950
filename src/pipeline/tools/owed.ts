import { owedMinor, type Standing } from '../../ledger/standing.ts';

/** What is owed on the lead episode, to order what could not be delivered. */
export interface Owed {
  readonly amountMinor: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

/** What is owed on the lead episode; null when none is open. */
export const findOwed = ({ lead }: Standing): Owed | null =>
  lead === null
    ? null
    : {
        amountMinor: owedMinor(lead),
        currency: lead.invoice.latest.currency.toUpperCase(),
      };
