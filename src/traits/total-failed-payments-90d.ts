import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { defineTrait } from './trait.ts';

const WINDOW_MS = 90 * DAY_MS;

/** The failures that count now, the first to leave the window first. */
const inWindow = (ledger: Ledger): readonly Instant[] =>
  ledger.episodes
    .flatMap((episode) => episode.attempts.map((attempt) => attempt.at))
    .filter((at) => at + WINDOW_MS > ledger.now)
    .sort((a, b) => a - b);

/** Executed failed attempts of dunnable invoices in the last 90 days; a failure at `a` counts for `a <= t < a + 90 d`. */
export const totalFailedPayments90d = defineTrait(
  'total_failed_payments_90d',
  (context) => inWindow(context.ledger).length,
  ({ ledger }) =>
    inWindow(ledger)
      .slice(0, 1)
      .map((at) => plus(at, WINDOW_MS)),
);
