import type { Subject, SubjectEvent } from '../../src/audience-kit/condition.ts';
import { instant, toIso } from '../../src/domain/instant.ts';
import type { PaymentFailedProperties, UserTraits } from '../../src/generated/tracking-plan.ts';
import { NOBODY } from '../../src/pipeline/nobody.ts';

/** People for tests of audiences. */

/** Somebody about whom nothing is wrong and little is known. */
export const HEALTHY: UserTraits = NOBODY;

const FAILED: PaymentFailedProperties = {
  dunning_episode_id: 'dun_1',
  provider: 'stripe',
  account_id: 'cus_1',
  subscription_id: 'sub_1',
  invoice_id: 'in_1',
  attempt_key: 'in_1:1',
  plan_id: null,
  amount: 49,
  amount_minor: 4900,
  currency: 'USD',
  occurred_at: '2026-03-01T09:00:00.000Z',
  is_late: false,
  livemode: true,
  failure_code: 'insufficient_funds',
  failure_category: 'insufficient_funds',
  failure_class: 'insufficient_funds',
  decline_type: 'soft',
  retryable: true,
  customer_action_required: false,
  attempt_number: 1,
  scheduled_attempt_count: 1,
  next_retry_date: null,
  next_retry_status: 'none',
  is_final_attempt: null,
  card_brand: null,
  card_last4: null,
  card_expiry_date: null,
  hosted_invoice_url: null,
  first_failed_at: '2026-03-01T09:00:00.000Z',
};

/** `at`, UTC milliseconds, as a trait says it. */
export const iso = (at: number): string => toIso(instant(at));

/** A failed payment at `at`, UTC milliseconds. */
export const failedAt = (at: number, more: Partial<PaymentFailedProperties> = {}): SubjectEvent => ({
  event: 'payment_failed',
  at,
  properties: () => ({ ...FAILED, occurred_at: iso(at), ...more }),
});

/** A person of these traits and events. */
export const subjectOf = (traits: UserTraits, events: readonly SubjectEvent[] = []): Subject => ({ traits, events });
