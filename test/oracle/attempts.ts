import type { Case, ChargeFact, Fact, Invoice, InvoiceFact, RecordFact } from './facts.ts';
import { SECOND, statementsOf } from './facts.ts';
import { invoiceLevel, invoiceOfCharge, LEVEL, newestReversal } from './invoices.ts';
import { planIsKnown } from './plans.ts';
import { isSameAttempt, recordsOf } from './records.ts';
import { stopWords } from './stopped.ts';

const SETTLE_MS = 10_000;
const JOIN_SECONDS = 60;

/** A failed attempt, by its notice or by the provider's records. */
export interface Attempt {
  readonly key: string;
  readonly invoice: Invoice;
  /** The provider's count; of a record, as far as it tells. */
  readonly count: number;
  readonly at: number;
  readonly receivedAt: number;
  readonly fact: InvoiceFact | RecordFact;
}

/** A failure notice, however often it was told: B3's key is invoice, the provider's count and the second. */
export interface Notice extends Attempt {
  readonly at: number;
  /** E4: the first receipt. */
  readonly receivedAt: number;
  /** Its first place in fold order. */
  readonly fact: InvoiceFact;
}

const secondOf = (at: number): number => Math.floor(at / SECOND);
const keyOf = ({ invoice, occurredAt }: InvoiceFact): string =>
  `${invoice.id} ${invoice.attemptCount} ${secondOf(occurredAt)}`;

const foldNotices = (facts: readonly Fact[], invoiceId: string): readonly Notice[] => {
  const notices = new Map<string, Notice>();
  for (const fact of statementsOf(facts, invoiceId)) {
    if (fact.kind !== 'attempt_failed') continue;
    const key = keyOf(fact);
    const { invoice, occurredAt: at, receivedAt } = fact;
    const told = notices.get(key) ?? { key, invoice, count: invoice.attemptCount, at, receivedAt, fact };
    notices.set(key, { ...told, receivedAt: Math.min(told.receivedAt, receivedAt) });
  }
  return [...notices.values()];
};

const folded = new WeakMap<readonly Fact[], Map<string, readonly Notice[]>>();

/** The failure notices of an invoice, in fold order; worked out once for the same facts. */
export const noticesOf = (facts: readonly Fact[], invoiceId: string): readonly Notice[] => {
  const known = folded.get(facts) ?? new Map<string, readonly Notice[]>();
  const notices = known.get(invoiceId) ?? foldNotices(facts, invoiceId);
  folded.set(facts, known.set(invoiceId, notices));
  return notices;
};

/** B4, from the notice's own fields. */
export const isEligible = ({ invoice }: Pick<Attempt, 'invoice'>): boolean =>
  invoice.collectedAutomatically &&
  invoice.amountRemainingMinor > 0 &&
  invoice.subscription !== null &&
  ['cycle', 'update', 'threshold', 'pending_items', 'legacy'].includes(invoice.billingReason);

const secondsApart = (a: number, b: number): number => Math.abs(secondOf(a) - secondOf(b));

const declines = (facts: readonly Fact[]): readonly ChargeFact[] =>
  facts.filter((fact): fact is ChargeFact => fact.kind === 'charge_declined');

/** Decisions 0004, 0012: a request to confirm the same attempt is its reason and proves it; a count of 0 and of 1 are one. */
const isToConfirm = ({ facts }: Case, notice: Notice): boolean =>
  statementsOf(facts, notice.invoice.id).some(
    (fact) =>
      fact.kind === 'action_required' &&
      Math.max(1, fact.invoice.attemptCount) === Math.max(1, notice.count) &&
      secondsApart(fact.occurredAt, notice.at) <= JOIN_SECONDS,
  );

/** E10: only a legacy notice shows that nothing was there to be charged. */
const lacksMethod = (c: Case, notice: Notice): boolean =>
  notice.invoice.linksCharge && notice.invoice.chargeId === null && !isToConfirm(c, notice);

const hasCharge = ({ facts }: Case, notice: Notice): boolean =>
  declines(facts).some(({ charge, occurredAt }) => {
    if (secondsApart(occurredAt, notice.at) > JOIN_SECONDS) return false;
    if (invoiceOfCharge(facts, charge) === notice.invoice.id) return true;
    // Decision 0003: what proved keeps proving, also once the charge turns out to be another invoice's.
    const { amountRemainingMinor, currency } = notice.invoice;
    return charge.invoiceId === null && charge.amountMinor === amountRemainingMinor && charge.currency === currency;
  });

/** B3: a retry that the provider scheduled raises its count; the first attempt and those by hand are no such retries. */
const isScheduledRetry = (c: Case, notice: Notice): boolean => {
  if (notice.count <= 1) return false;
  const place = c.facts.indexOf(notice.fact);
  const records = loneRecords(c.facts, notice.invoice.id).map((record) => toAttempt(c, record));
  const before = [...noticesOf(c.facts, notice.invoice.id), ...records].filter(
    ({ fact }) => c.facts.indexOf(fact) < place,
  );
  return before.every(({ count }) => count < notice.count);
};

/** Decision 0012: the record without a charge, which stands for the first attempt, or the notice that takes its place. */
export const standsForFirst = (c: Case, attempt: Attempt): boolean =>
  noticesOf(c.facts, attempt.invoice.id).every(({ count }) => count > 1) &&
  recordsOf(c.facts, attempt.invoice.id).some(
    (record) => record.chargeId === null && (record === attempt.fact || isSameAttempt(c.facts, record, attempt)),
  );

/** Decision 0012: its charge is on record, or the invoice was tried. */
const isProvenByRecord = (c: Case, notice: Notice): boolean =>
  standsForFirst(c, notice) ||
  recordsOf(c.facts, notice.invoice.id).some(
    (record) => record.chargeId !== null && isSameAttempt(c.facts, record, notice),
  );

/** B3: was it executed, as far as is known. */
export const isExecuted = (c: Case, notice: Notice): boolean =>
  c.policy.chargeWebhooks === 'absent' ||
  !isScheduledRetry(c, notice) ||
  isToConfirm(c, notice) ||
  lacksMethod(c, notice) ||
  hasCharge(c, notice) ||
  isProvenByRecord(c, notice);

/** B3: a decline is the reason of the nearest notice of its invoice, at most 60 s off, the earlier on a tie. */
const owns = (c: Case, notice: Notice, decline: ChargeFact): boolean => {
  if (invoiceOfCharge(c.facts, decline.charge) !== notice.invoice.id) return false;
  const distance = (other: Notice): number => secondsApart(other.at, decline.occurredAt);
  const notices = noticesOf(c.facts, notice.invoice.id);
  const nearest = Math.min(...notices.map(distance));
  return nearest <= JOIN_SECONDS && notices.find((other) => distance(other) === nearest)?.key === notice.key;
};

/** E4; that a method is missing is known only once nobody may still ask to confirm (E10): at the window's end. */
const reasonIsKnown = (c: Case, notice: Notice): boolean =>
  isToConfirm(c, notice) || declines(c.facts).some((decline) => owns(c, notice, decline));

/** D1, D2, decision 0003: the retry dates stated since a notice, by the provider's clock; its own second included. */
export const datesAfter = (facts: readonly Fact[], notice: Notice): readonly { at: number; date: number }[] =>
  statementsOf(facts, notice.invoice.id).flatMap(({ occurredAt, invoice }) =>
    invoice.nextAttemptAt !== null && occurredAt >= notice.at ? [{ at: occurredAt, date: invoice.nextAttemptAt }] : [],
  );

/**
 * D1: a date, the provider's word, or that the invoice is settled; known stays known, also where that is taken back. What
 * the provider does not collect it does not retry.
 */
const retryIsKnown = (c: Case, notice: Notice): boolean =>
  !notice.invoice.collectedAutomatically ||
  invoiceLevel(c.facts, c.facts.length, notice.invoice.id) > LEVEL.open ||
  (newestReversal(c.facts, c.facts.length, notice.invoice.id)?.occurredAt ?? 0) >= notice.at ||
  datesAfter(c.facts, notice).length > 0 ||
  stopWords(c.facts, notice.invoice.subscription).some(({ at }) => at >= notice.at);

/** Every attempt that the count implies: told, or on record. One by hand is no scheduled one (B3). */
const earlierAreKnown = (c: Case, notice: Notice): boolean => {
  const { id } = notice.invoice;
  const known = [...noticesOf(c.facts, id), ...loneRecords(c.facts, id).map((record) => toAttempt(c, record))];
  const implied = known.map(({ count }) => count).filter((count) => count < notice.count);
  return new Set(implied).size >= notice.count - 1;
};

const windowEnd = (notice: Notice): number => notice.receivedAt + SETTLE_MS;

/** Decision 0012: on record before its notice was received, it counts already and goes on counting. */
const isOnRecord = (c: Case, notice: Notice): boolean =>
  recordsOf(c.facts, notice.invoice.id).some(
    (record) => record.receivedAt <= notice.receivedAt && isSameAttempt(c.facts, record, notice),
  );

const hasSettled = (c: Case, notice: Notice): boolean =>
  c.t >= windowEnd(notice) ||
  isOnRecord(c, notice) ||
  (reasonIsKnown(c, notice) &&
    (notice.invoice.subscription === null || planIsKnown(c.facts, c.policy, notice.invoice.subscription)) &&
    retryIsKnown(c, notice) &&
    earlierAreKnown(c, notice));

/** The failure notices of the same subscription, or else invoice, that happened before. */
const noticesBefore = (c: Case, notice: Notice): readonly Notice[] => {
  const { id, subscription } = notice.invoice;
  const before = c.facts.slice(0, c.facts.indexOf(notice.fact)).flatMap((fact) => {
    if (fact.kind !== 'attempt_failed' || fact.invoice.subscription !== subscription) return [];
    return subscription !== null || fact.invoice.id === id ? [fact.invoice.id] : [];
  });
  return [...new Set(before)]
    .flatMap((invoice) => noticesOf(c.facts, invoice))
    .filter((other) => c.facts.indexOf(other.fact) < c.facts.indexOf(notice.fact));
};

/**
 * E4: until due, an attempt counts nowhere. It waits for an earlier one of its subscription that still settles, so that
 * each has its own number, but not for one that was received only when it counted already.
 */
export const isDue = (c: Case, notice: Notice): boolean =>
  hasSettled(c, notice) &&
  noticesBefore(c, notice).every((other) => hasSettled(c, other) || other.receivedAt >= windowEnd(notice));

/** The records that no notice tells of too. */
const loneRecords = (facts: readonly Fact[], invoiceId: string): readonly RecordFact[] => {
  const notices = noticesOf(facts, invoiceId);
  return recordsOf(facts, invoiceId).filter((record) => !notices.some((each) => isSameAttempt(facts, record, each)));
};

/** A record holds the count of when it was read: of the charge it is the place among what is known, at most that. */
const toAttempt = (c: Case, record: RecordFact): Attempt => {
  const { invoice, occurredAt: at } = record;
  const known = [...noticesOf(c.facts, invoice.id).map(({ fact }) => fact), ...loneRecords(c.facts, invoice.id)];
  const before = known.filter((fact) => c.facts.indexOf(fact) < c.facts.indexOf(record)).length;
  const count =
    record.chargeId === null ? invoice.attemptCount : Math.min(before + 1, Math.max(1, invoice.attemptCount));
  return { key: `${invoice.id} recorded ${record.chargeId}`, invoice, count, at, receivedAt: at, fact: record };
};

const listMade = (c: Case, invoiceId: string): readonly Attempt[] => {
  const notices = noticesOf(c.facts, invoiceId).filter((notice) => isExecuted(c, notice) && isDue(c, notice));
  const records = recordsOf(c.facts, invoiceId).filter(
    (record) => !notices.some((notice) => isSameAttempt(c.facts, record, notice)),
  );
  const place = ({ fact }: Attempt): number => c.facts.indexOf(fact);
  return [...notices, ...records.map((record) => toAttempt(c, record))].toSorted((a, b) => place(a) - place(b));
};

const made = new WeakMap<Case, Map<string, readonly Attempt[]>>();

/**
 * The executed attempts on an invoice that count by now, in fold order. Decision 0012: a record counts at once, until the
 * notice of the same attempt does. Worked out once for the same case.
 */
export const attemptsMade = (c: Case, invoiceId: string): readonly Attempt[] => {
  const known = made.get(c) ?? new Map<string, readonly Attempt[]>();
  const attempts = known.get(invoiceId) ?? listMade(c, invoiceId);
  made.set(c, known.set(invoiceId, attempts));
  return attempts;
};

const countFacts = (c: Case): readonly Fact[] =>
  c.facts.filter((fact) => {
    if (fact.kind === 'attempt_recorded') return true;
    if (!('invoice' in fact) || !['open', 'draft'].includes(fact.invoice.status)) return true; // payments act at once
    const notices = noticesOf(c.facts, fact.invoice.id);
    const newestDue = notices.findLastIndex((notice) => isDue(c, notice));
    const waits = notices[newestDue + 1];
    const own = notices.find(({ key }) => fact.kind === 'attempt_failed' && key === keyOf(fact));
    if (own !== undefined) return isDue(c, own);
    return waits === undefined || fact.occurredAt < waits.at;
  });

const counted = new WeakMap<Case, readonly Fact[]>();

/**
 * E4: what counts by now. A failure notice that still waits counts nowhere, nor does what was stated of its invoice since:
 * whether and when there is another attempt is among what it waits for. An old notice that arrives late takes nothing
 * back of what came after it and counts already. Worked out once for the same case.
 */
export const settledFacts = (c: Case): readonly Fact[] => {
  const facts = counted.get(c) ?? countFacts(c);
  counted.set(c, facts);
  return facts;
};
