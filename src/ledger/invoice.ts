import type {
  ActionRequired,
  AttemptFailed,
  AttemptRecorded,
  Fact,
  InvoiceObserved,
  InvoicePaid,
  InvoiceState,
  PaymentReversed,
} from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import type { ChargeLedger } from './charges.ts';
import { type AttemptNotice, joinRecorded } from './recorded.ts';

/** How an invoice stopped being owed. `credited`: brought to zero without money; counts like `void`. */
export type Settlement = 'paid' | 'void' | 'credited' | 'uncollectible';

/** A change of what is owed, by the provider's clock. */
export type Transition =
  | { readonly kind: Settlement; readonly at: Instant; readonly fact: Fact; readonly state: InvoiceState }
  | { readonly kind: 'reversed'; readonly at: Instant; readonly fact: PaymentReversed; readonly state: InvoiceState };

export interface InvoiceLedger {
  readonly id: string;
  readonly subscription: string | null;
  /** As last stated. */
  readonly latest: InvoiceState;
  /** All statements in fold order. */
  readonly statements: readonly InvoiceFact[];
  /** One failure notice per attempt key, or the record of one that has none, in fold order. */
  readonly notices: readonly AttemptNotice[];
  /** What a backfill recorded of attempts, those with a notice included. */
  readonly recorded: readonly AttemptRecorded[];
  readonly actionRequired: readonly ActionRequired[];
  readonly transitions: readonly Transition[];
  /** The transition in force; null while it is owed. */
  readonly settled: Transition | null;
  readonly open: boolean;
  /** What is owed now, in minor units: after a reversal, what it took back. */
  readonly owedMinor: number;
}

export type InvoiceFact = InvoiceObserved | AttemptFailed | ActionRequired | InvoicePaid;

/** Strength of a settlement: a weaker one never replaces a stronger (semantics B2). */
const STRENGTH = { uncollectible: 1, void: 2, credited: 2, paid: 3 } as const;

const settlementOf = (state: InvoiceState): Settlement | null => {
  switch (state.status) {
    case 'paid':
      return state.amountPaidMinor > 0 || state.paidOutOfBand === true ? 'paid' : 'credited';
    case 'void':
      return 'void';
    case 'uncollectible':
      return 'uncollectible';
    case 'draft':
    case 'open':
      return null;
  }
};

/** An attempt is keyed by the provider's count and second: manual attempts do not raise the count (semantics B3). */
export const attemptKey = (notice: AttemptNotice): string =>
  `${notice.invoice.id}:${notice.invoice.attemptCount}:${Math.floor(notice.occurredAt / 1000)}`;

const oncePerKey = (notices: readonly AttemptFailed[]): AttemptFailed[] => {
  const byKey = new Map<string, AttemptFailed>();
  for (const notice of notices) {
    const known = byKey.get(attemptKey(notice));
    const first = known !== undefined && known.receivedAt <= notice.receivedAt ? known.receivedAt : notice.receivedAt;
    byKey.set(attemptKey(notice), { ...(known ?? notice), receivedAt: first });
  }
  return [...byKey.values()];
};

/** Walks the statements once: settlements only get stronger, until a reversal newer than the payment. */
const toTransitions = (statements: readonly (InvoiceFact | PaymentReversed)[]): Transition[] => {
  const transitions: Transition[] = [];
  let state: InvoiceState | null = null;
  let current: Transition | null = null;
  let reversed = false;
  for (const fact of statements) {
    if (fact.kind === 'payment_reversed') {
      if (state === null || current?.kind !== 'paid' || fact.occurredAt <= current.at) continue;
      current = { kind: 'reversed', at: fact.occurredAt, fact, state };
      reversed = true;
      transitions.push(current);
      continue;
    }
    state = fact.invoice;
    const to = settlementOf(state);
    // After a reversal the provider's snapshots still say paid; only a new payment notice is believed.
    if (to === null || (reversed && fact.kind !== 'invoice_paid')) continue;
    if (current !== null && current.kind !== 'reversed' && STRENGTH[to] <= STRENGTH[current.kind]) continue;
    current = { kind: to, at: fact.occurredAt, fact, state };
    transitions.push(current);
  }
  return transitions;
};

/** What a reversal took back, in minor units: at most what had been paid; a dispute may be about a part of it. */
export const takenBackMinor = ({ fact, state }: Extract<Transition, { kind: 'reversed' }>): number =>
  fact.charge.currency === state.currency
    ? Math.min(fact.charge.amountMinor, state.amountPaidMinor)
    : state.amountPaidMinor;

const toInvoice = (
  id: string,
  statements: readonly InvoiceFact[],
  reversals: readonly PaymentReversed[],
  recorded: readonly AttemptRecorded[],
  charges: ChargeLedger,
): InvoiceLedger => {
  const latest = (statements[statements.length - 1] as InvoiceFact).invoice;
  const mixed = reversals.length === 0 ? statements : mergeByTime(statements, reversals);
  const transitions = toTransitions(mixed);
  const last = transitions[transitions.length - 1] ?? null;
  const settled = last?.kind === 'reversed' ? null : last;
  return {
    id,
    subscription: statements.find((s) => s.invoice.subscription !== null)?.invoice.subscription ?? null,
    latest,
    statements,
    notices: joinRecorded(oncePerKey(statements.filter((s) => s.kind === 'attempt_failed')), recorded, charges.timesOf),
    recorded,
    actionRequired: statements.filter((s) => s.kind === 'action_required'),
    transitions,
    settled,
    open: settled === null && latest.status !== 'draft',
    owedMinor: settled !== null ? 0 : last?.kind === 'reversed' ? takenBackMinor(last) : latest.amountRemainingMinor,
  };
};

const mergeByTime = (
  statements: readonly InvoiceFact[],
  reversals: readonly PaymentReversed[],
): (InvoiceFact | PaymentReversed)[] => [...statements, ...reversals].sort((a, b) => a.occurredAt - b.occurredAt);

/** A record alone still shows the invoice as it was when it was read. */
const asObserved = (record: AttemptRecorded): InvoiceObserved => ({
  ...record,
  kind: 'invoice_observed',
  occurredAt: record.receivedAt,
});

/** Folds everything that was said of each invoice. `facts` in fold order. */
export const foldInvoices = (facts: readonly Fact[], charges: ChargeLedger): ReadonlyMap<string, InvoiceLedger> => {
  const statements = new Map<string, InvoiceFact[]>();
  const records = new Map<string, AttemptRecorded[]>();
  const reversals = new Map<string, PaymentReversed[]>();
  for (const fact of facts) {
    if (fact.kind === 'attempt_recorded') push(records, fact.invoice.id, fact);
    else if ('invoice' in fact) push(statements, fact.invoice.id, fact);
  }
  for (const reversal of charges.reversals) {
    const invoice = charges.invoiceOf(reversal.charge);
    if (invoice !== null) push(reversals, invoice, reversal);
  }
  for (const [id, recorded] of records) if (!statements.has(id)) statements.set(id, recorded.map(asObserved));
  const invoices = new Map<string, InvoiceLedger>();
  for (const [id, said] of statements) {
    invoices.set(id, toInvoice(id, said, reversals.get(id) ?? [], records.get(id) ?? [], charges));
  }
  return invoices;
};

const push = <T>(map: Map<string, T[]>, key: string, value: T): void => {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
};
