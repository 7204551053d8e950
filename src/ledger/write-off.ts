import { DAY_MS, type Instant, instant, plus } from '../domain/instant.ts';
import { uncountedSince } from './attempt.ts';
import { type Draft, openDraft, owedIn, type Subject, stopsIn, type Walk } from './episode-draft.ts';
import { isWithin } from './exhaustion.ts';
import type { InvoiceLedger } from './invoice.ts';

/** The provider stopped, a later invoice was paid, and the episode opened this long ago: written off, in ms. */
const WRITE_OFF_MS = 30 * DAY_MS;

/** The first instant, from `from` on, at which the provider has stopped for all that is owed; null when never, as known now. */
const stoppedFrom = (subject: Subject, draft: Draft, from: Instant): Instant | null => {
  const stops = owedIn(draft).map((invoice) =>
    stopsIn(subject, draft, invoice, uncountedSince(subject.attempts.get(invoice.id) ?? [])),
  );
  const starts = stops.flat().map((stop) => stop.from);
  const candidates = [from, ...starts.filter((start) => start > from)].sort((a, b) => a - b);
  return candidates.find((at) => stops.every((each) => each.some((stop) => isWithin(stop, at)))) ?? null;
};

/** An invoice that the provider first spoke of after the episode's opening one, and that is not dunned in the episode. */
const isLater = (invoice: InvoiceLedger, { openingInvoice, invoices }: Draft): boolean =>
  firstStatedAt(invoice) > firstStatedAt(openingInvoice) && !invoices.includes(invoice);

/** A record of an attempt shows that the invoice was there by then, whatever was said of it later. */
const firstStatedAt = ({ statements, recorded }: InvoiceLedger): number =>
  Math.min(...[...statements.slice(0, 1), ...recorded.slice(0, 1)].map(({ occurredAt }) => occurredAt));

/**
 * When the open episode is given up: the provider stopped, a later invoice was paid, the old debt stayed; or what a
 * reversal took back was never tried again. Null when it is not, as known now.
 */
export const writeOffAt = (walk: Walk): Instant | null => {
  const current = openDraft(walk);
  if (current === undefined) return null;
  const agedAt = plus(current.openedAt, WRITE_OFF_MS);
  if (current.attempts.length === 0) return agedAt;
  const paidAt = walk.paid.find(({ invoice }) => isLater(invoice, current))?.at;
  if (paidAt === undefined) return null;
  return stoppedFrom(walk.subject, current, instant(Math.max(agedAt, paidAt, walk.reached)));
};

/** When the open episode is given up, if that is due by `by`; else null. */
export const writeOffBy = (walk: Walk, by: number): Instant | null => {
  const current = openDraft(walk);
  if (current === undefined || by < current.openedAt + WRITE_OFF_MS) return null;
  const due = writeOffAt(walk);
  return due !== null && due <= by ? due : null;
};
