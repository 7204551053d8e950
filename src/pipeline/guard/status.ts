import { type Instant, toIso } from '../../domain/instant.ts';
import type { UserTraits } from '../../generated/tracking-plan.ts';
import { inTime } from './in-time.ts';
import { type GuardOptions, PATIENCE_MS } from './make-guard.ts';
import type { Present } from './present.ts';

/** Where a customer stands, in what the customer may read (semantics E8), for a banner in the product. JSON. */
interface StatusAnswer {
  /** Whether to show anything at all. */
  readonly show: boolean;
  /** What it is about; null unless `show`. */
  readonly message: 'dunning' | 'pre_dunning' | null;
  /** `none` also where nobody may be written to: why is between those who run the business. Null where it is not known. */
  readonly dunning_status: UserTraits['dunning_status'] | null;
  readonly dunning_episode_id: string | null;
  readonly failure_class: UserTraits['dunning_failure_class'];
  /** Major units of `currency`. */
  readonly amount_due: number | null;
  readonly currency: string | null;
  /** ISO 8601 UTC, as all instants here. */
  readonly next_retry_date: string | null;
  readonly card_expires_at: string | null;
  readonly update_payment_url: string | null;
  readonly as_of: string;
}

/** Answers at the present instant, as fresh as the guard. Never rejects. */
export interface Status {
  readonly ask: (userId: string, now: Instant) => Promise<StatusAnswer>;
}

const MESSAGES: Readonly<Partial<Record<UserTraits['dunning_status'], 'dunning' | 'pre_dunning'>>> = {
  active: 'dunning',
  exhausted: 'dunning',
  pre_dunning: 'pre_dunning',
};

const nothing = (dunning_status: StatusAnswer['dunning_status'], now: Instant): StatusAnswer => ({
  show: false,
  message: null,
  dunning_status,
  dunning_episode_id: null,
  failure_class: null,
  amount_due: null,
  currency: null,
  next_retry_date: null,
  card_expires_at: null,
  update_payment_url: null,
  as_of: toIso(now),
});

/** What a customer may be shown of where they stand, or of nobody (null), at `now`. Pure. */
export const statusOf = (present: Present | null, now: Instant): StatusAnswer => {
  if (present === null) return nothing('none', now);
  const { traits } = present;
  const message = MESSAGES[traits.dunning_status];
  if (message === undefined || traits.dunning_suppressed)
    return nothing(traits.dunning_status === 'held' ? 'none' : traits.dunning_status, now);
  return {
    show: true,
    message,
    dunning_status: traits.dunning_status,
    dunning_episode_id: traits.dunning_episode_id,
    failure_class: traits.dunning_failure_class,
    amount_due: traits.dunning_amount_due,
    currency: traits.dunning_currency,
    next_retry_date: traits.next_retry_date,
    card_expires_at: traits.card_expires_at,
    update_payment_url: traits.update_payment_url,
    as_of: toIso(now),
  };
};

/** Where the store does not answer, nothing is shown. */
export const makeStatus = ({ findPresent, patienceMs = PATIENCE_MS, onFault }: GuardOptions): Status => ({
  ask: async (userId, now) => {
    try {
      return statusOf(await inTime(findPresent(userId, now), patienceMs), now);
    } catch (error) {
      onFault?.(error);
      return nothing(null, now);
    }
  },
});
