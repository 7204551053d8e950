import type { Instant } from '../domain/instant.ts';
import type { Challenge } from './challenge.ts';
import type { Episode } from './episode.ts';
import { type Hold, isInForce } from './hold.ts';
import type { InvoiceLedger } from './invoice.ts';
import { isPausedByWish } from './pause.ts';
import { type Refund, refundedAt } from './refund.ts';
import type { SubscriptionLedger } from './subscription.ts';

/**
 * Why no dunning message may go out about a subscription (semantics D6). `dispute`: or a fraud warning; `opted_out`,
 * `owned_elsewhere` and `held`: what a person or another tool said (`HoldPlaced`).
 */
export type SuppressionReason =
  | 'dispute'
  | 'opted_out'
  | 'owned_elsewhere'
  | 'held'
  | 'voluntary_cancel'
  | 'paused'
  | 'refund';

interface Known {
  readonly now: Instant;
  readonly invoices: ReadonlyMap<string, InvoiceLedger>;
  readonly subscriptions: ReadonlyMap<string, SubscriptionLedger>;
  readonly episodes: readonly Episode[];
  readonly challenges: readonly Challenge[];
  readonly holds: readonly Hold[];
  readonly refunds: readonly Refund[];
}

export interface Suppressions {
  /** By subscription; one that is not here is not suppressed. */
  readonly suppressions: ReadonlyMap<string, SuppressionReason>;
  /** Instants after `now` at which this changes by time alone. */
  readonly changesAt: readonly Instant[];
}

/** Money of an invoice that is still owed went back after its own newest attempt: somebody is settling it by hand. */
const isRefunded = ({ episodes, refunds }: Known, subscription: string): boolean =>
  episodes
    .filter((episode) => episode.subscription === subscription && episode.outcome === 'open')
    .some(({ invoices, attempts, openedAt }) =>
      invoices.some(({ id, open }) => {
        // An attempt on another invoice of the episode charges this one no more than before.
        const lastTry = attempts.findLast(({ invoice }) => invoice.id === id)?.at ?? openedAt;
        return open && (refundedAt(refunds, id) ?? 0) > lastTry;
      }),
    );

const isRunning = ({ latest, ended }: SubscriptionLedger): boolean => latest !== null && ended === null;

const CAUSES = ['opted_out', 'owned_elsewhere', 'held'] as const satisfies readonly Hold['cause'][];

/** Reasons that hold back all that an account hears of, whatever becomes of each of its subscriptions. */
const ACCOUNT_WIDE: ReadonlySet<SuppressionReason> = new Set(['dispute', ...CAUSES]);

/** A reason that also stops messages about a bill that is settled or given up, a thank-you among them. */
export const isAccountWide = (reason: SuppressionReason): boolean => ACCOUNT_WIDE.has(reason);

/** Why the whole account is held back, whatever becomes of each of its subscriptions. */
const accountReason = ({ now, holds }: Known, disputed: boolean): SuppressionReason | null => {
  if (disputed) return 'dispute';
  const inForce = holds.filter((hold) => isInForce(hold, now));
  return CAUSES.find((cause) => inForce.some((hold) => hold.cause === cause)) ?? null;
};

const reasonOf = (known: Known, id: string): SuppressionReason | null => {
  const subscription = known.subscriptions.get(id);
  if ((subscription?.cancelRequestedAt ?? null) !== null) return 'voluntary_cancel';
  const state = subscription !== undefined && isRunning(subscription) ? subscription.latest : null;
  if (state !== null && isPausedByWish(state, known.now)) return 'paused';
  return isRefunded(known, id) ? 'refund' : null;
};

/**
 * Whom no message may reach now. A dispute, a warning or a hold holds back all that the account would be dunned
 * for, everything else its own subscription only (semantics D6, docs/decisions/0012 and 0015).
 */
export const foldSuppressions = (known: Known): Suppressions => {
  const { now, challenges, holds, subscriptions, invoices } = known;
  // Whatever its date: a clock ahead of ours must not keep it from holding back when it is heard (semantics B1).
  const holding = challenges.filter(({ holdsUntil }) => now < holdsUntil);
  const billed = [...invoices.values()].flatMap(({ subscription }) => subscription ?? []);
  const suppressions = new Map<string, SuppressionReason>();
  const ofAccount = accountReason(known, holding.length > 0);
  for (const id of new Set([...subscriptions.keys(), ...billed])) {
    const reason = ofAccount ?? reasonOf(known, id);
    if (reason !== null) suppressions.set(id, reason);
  }
  const resumes = [...subscriptions.values()].flatMap(({ latest }) => latest?.resumesAt ?? []);
  const bounds = holds.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const ends = holding.map(({ holdsUntil }) => holdsUntil);
  const changesAt = [...ends, ...resumes, ...bounds].filter((at) => at > now);
  return { suppressions, changesAt };
};
