import type { BillingApi } from './api-ports.ts';
import { idOf, membersOf, withoutPayments } from './backfill-snapshots.ts';
import { type Json, parseObject } from './json.ts';
import type { Patience, PatientAnswer } from './patience.ts';
import { askPatiently } from './patience.ts';

/** Failed attempts of invoices that are not paid: their charges know when and why, long after the events are gone. */

export interface AttemptsOptions {
  readonly api: BillingApi;
  readonly merchant: string;
  readonly patience: Patience;
}

/** More calls at once would only wait for each other: the budget is shared. */
const AT_ONCE = 4;

const isUnpaid = ({ status, attempt_count: count }: Json): boolean =>
  (status === 'open' || status === 'uncollectible') && typeof count === 'number' && count > 0;

/** What pays the invoice: a member of its own in legacy, a list of payments since basil. */
const intentsOf = (invoice: Json): readonly string[] => {
  const payments = membersOf(invoice.payments).map(({ payment }) => idOf(parseObject(payment)?.payment_intent));
  return [...new Set([idOf(invoice.payment_intent), ...payments].filter((id) => id !== null))];
};

type Charges = PatientAnswer<readonly Json[]>;

/** Charges of the invoice, of whatever outcome. */
const chargesOf = async (invoice: Json, { api, merchant, patience }: AttemptsOptions): Promise<Charges> => {
  const charges: Json[] = [];
  for (const intent of intentsOf(invoice)) {
    const query = { payment_intent: intent, limit: 100 };
    const answer = await askPatiently(() => api.list('/v1/charges', query, merchant), patience);
    if (answer.result === 'found') charges.push(...answer.value.objects);
    else if (answer.result !== 'missing') return answer;
  }
  const last = idOf(invoice.charge);
  if (charges.length > 0 || last === null) return { result: 'found', value: charges };
  const answer = await askPatiently(() => api.fetch(`/v1/charges/${encodeURIComponent(last)}`, {}, merchant), patience);
  if (answer.result === 'missing') return { result: 'found', value: [] };
  return answer.result === 'found' ? { result: 'found', value: [answer.value] } : answer;
};

/** Without a charge something was tried all the same, e.g. without a card: one attempt, with nothing more to say. */
const toAttempts = (invoice: Json, charges: readonly Json[]): readonly Json[] => {
  const failed = charges.filter(({ status }) => status === 'failed');
  const attempts = failed.length > 0 ? failed : [null];
  return attempts.map((charge) => ({
    // Of its own for each attempt: the id of what is stored is made of it.
    id: idOf(charge) ?? idOf(invoice),
    object: 'attempt',
    customer: idOf(invoice.customer) ?? idOf(invoice.customer_account),
    invoice: withoutPayments(invoice),
    charge,
  }));
};

/**
 * The failed attempts of those of `invoices` that are open or written off, for about a call each.
 * @returns attempts in any order; or the first answer that forbids to go on.
 */
export const findAttempts = async (
  invoices: readonly Json[],
  options: AttemptsOptions,
): Promise<PatientAnswer<readonly Json[]>> => {
  const attempts: Json[] = [];
  const unpaid = invoices.filter(isUnpaid);
  for (let first = 0; first < unpaid.length; first += AT_ONCE) {
    const some = unpaid.slice(first, first + AT_ONCE);
    const answers = await Promise.all(
      some.map(async (invoice) => ({ invoice, charges: await chargesOf(invoice, options) })),
    );
    for (const { invoice, charges } of answers) {
      if (charges.result !== 'found') return charges;
      attempts.push(...toAttempts(invoice, charges.value));
    }
  }
  return { result: 'found', value: attempts };
};
