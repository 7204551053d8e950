import type { UserTraits } from '../generated/tracking-plan.ts';

/** The traits of somebody of whom nothing is known any more. */
export const NOBODY: UserTraits = {
  dunning_status: 'none',
  dunning_stage: 'healthy',
  in_dunning: false,
  dunning_suppressed: false,
  dunning_episode_id: null,
  dunning_attempt_number: null,
  dunning_amount_due: null,
  dunning_currency: null,
  dunning_failure_class: null,
  next_retry_date: null,
  next_retry_status: null,
  first_failed_at: null,
  last_recovered_at: null,
  total_failed_payments_90d: 0,
  lifetime_failed_payments: 0,
  lifetime_recovered_payments: 0,
  plan_id: null,
  high_value_plan: false,
  card_expires_at: null,
  update_payment_url: null,
};
