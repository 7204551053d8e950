import type { Instant } from '../domain/instant.ts';
import { plus } from '../domain/instant.ts';
import { toMajorUnits } from '../domain/money.ts';
import type { Policy } from '../domain/policy.ts';
import type { UserTraits } from '../generated/tracking-plan.ts';
import type { Attempt } from '../ledger/attempt.ts';
import type { Episode } from '../ledger/episode.ts';
import { FAILURE_WINDOW_MS } from '../ledger/failures.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { findStanding } from '../ledger/standing.ts';
import { updatePaymentUrl } from '../traits/update-payment-url.ts';
import type { AttemptNote, HandOffContext } from './hand-off.ts';
import { recommend } from './recommend.ts';

/** What the context of an episode is read from: its account alone. */
export interface Account {
  readonly ledger: Ledger;
  readonly traits: Pick<UserTraits, 'arr' | 'mrr_currency'>;
  readonly policy: Policy;
}

/** The plan that an episode is about; null if none is known. */
export const planOf = (ledger: Ledger, episode: Episode): string | null =>
  ledger.planOf(episode.openingInvoice, episode.subscription).planId;

/** A CRM is read by many: it is trusted with no more of a decline than a messaging tool (semantics E8), whatever Segment gets. */
const toNote = ({ at, decline }: Attempt): AttemptNote => ({
  at,
  failureClass: decline.failureClass,
  code: decline.disclosable ? decline.failureCode : null,
});

/** In minor units: what is owed, and once nothing is what the newest attempt on each invoice was about. */
const dueMinor = ({ outcome, invoices, attempts }: Episode): number => {
  const triedMinor = (id: string): number | undefined =>
    attempts.findLast(({ invoice }) => invoice.id === id)?.invoice.amountRemainingMinor;
  return invoices.reduce(
    (sum, { id, owedMinor, latest }) =>
      sum + (outcome === 'open' ? owedMinor : (triedMinor(id) ?? latest.amountDueMinor)),
    0,
  );
};

const toMoney = (episode: Episode): Pick<HandOffContext, 'amountDue' | 'currency'> => {
  const currency = episode.invoices[0]?.latest.currency ?? null;
  return currency === null
    ? { amountDue: null, currency }
    : { amountDue: toMajorUnits(dueMinor(episode), currency), currency: currency.toUpperCase() };
};

/** A first fact would call a customer of years new on the day on which Recoup is installed; a start that was stated does not. */
const customerSince = ({ subscriptions }: Ledger): Instant | null => {
  const starts = [...subscriptions.values()]
    .flatMap(({ observed, ended }) => [
      ...observed.map(({ subscription }) => subscription.startedAt),
      ended?.subscription.startedAt ?? null,
    ])
    .filter((at) => at !== null);
  return starts.length === 0 ? null : starts.reduce((first, at) => (at < first ? at : first));
};

const failuresUpTo = ({ episodes }: Ledger, last: Instant): number =>
  episodes.flatMap(({ attempts }) => attempts).filter(({ at }) => at <= last && last < plus(at, FAILURE_WINDOW_MS))
    .length;

/** How this episode stands by itself, whichever of several leads. */
const standAlone = ({ ledger, policy }: Account, episode: Episode) => {
  const standing = findStanding({ ...ledger, episodes: [episode] }, policy);
  const retry = standing.lead?.retry;
  return {
    nextRetryAt: retry?.date ?? null,
    nextRetryStatus: retry?.status ?? null,
    paymentUrl:
      standing.lead === null
        ? null
        : updatePaymentUrl.value({ ledger, standing, policy, revenue: null, enforcedSince: null }),
  };
};

/** Everything that somebody who takes the episode over needs to know, from the account's own facts. */
export const toContext = (account: Account, episode: Episode): HandOffContext => {
  const { ledger, traits, policy } = account;
  const planId = planOf(ledger, episode);
  const last = episode.attempts.at(-1);
  const isOpen = episode.outcome === 'open';
  const known = {
    subscriptionId: episode.subscription,
    planId,
    isHighValue: planId !== null && policy.plans.highValue.includes(planId),
    ...toMoney(episode),
    arr: traits.arr,
    arrCurrency: traits.mrr_currency,
    customerSince: customerSince(ledger),
    firstFailedAt: episode.openedAt,
    wasTakenBack: episode.reversalId !== null,
    attempts: episode.attempts.map(toNote),
    attemptNumber: last?.number ?? null,
    ...standAlone(account, episode),
    failedPayments90d: failuresUpTo(ledger, last?.at ?? episode.openedAt),
    suppressionReason: isOpen ? (ledger.suppressions.get(episode.subscription) ?? null) : null,
    health: null,
    openTickets: null,
    lastContactAt: null,
  };
  return { ...known, recommendation: recommend({ ...known, isOpen }) };
};
