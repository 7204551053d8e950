import type { Instant } from '../domain/instant.ts';
import type { UserTraits } from '../generated/tracking-plan.ts';
import { accessLevel } from './access-level.ts';
import { arr } from './arr.ts';
import { cardExpiresAt } from './card-expires-at.ts';
import { cardUpdatedWrongSlot } from './card-updated-wrong-slot.ts';
import { dunningAmountDue } from './dunning-amount-due.ts';
import { dunningAttemptNumber } from './dunning-attempt-number.ts';
import { dunningCurrency } from './dunning-currency.ts';
import { dunningEpisodeId } from './dunning-episode-id.ts';
import { dunningFailureClass } from './dunning-failure-class.ts';
import { dunningStage } from './dunning-stage.ts';
import { dunningStatus } from './dunning-status.ts';
import { dunningSuppressed } from './dunning-suppressed.ts';
import { email } from './email.ts';
import { firstFailedAt } from './first-failed-at.ts';
import { graceEndsAt } from './grace-ends-at.ts';
import { highValuePlan } from './high-value-plan.ts';
import { inDunning } from './in-dunning.ts';
import { lastRecoveredAt } from './last-recovered-at.ts';
import { lifetimeFailedPayments } from './lifetime-failed-payments.ts';
import { lifetimeRecoveredPayments } from './lifetime-recovered-payments.ts';
import { mrr } from './mrr.ts';
import { mrrCurrency } from './mrr-currency.ts';
import { nextRetryDate } from './next-retry-date.ts';
import { nextRetryStatus } from './next-retry-status.ts';
import { planId } from './plan-id.ts';
import { suppressionReason } from './suppression-reason.ts';
import { totalFailedPayments90d } from './total-failed-payments-90d.ts';
import type { Trait, TraitContext } from './trait.ts';
import { updatePaymentUrl } from './update-payment-url.ts';

/** Every trait; a new one is one file and one line here. */
const TRAITS: { readonly [Key in keyof UserTraits]-?: Trait<Key> } = {
  access_level: accessLevel,
  arr,
  card_expires_at: cardExpiresAt,
  card_updated_wrong_slot: cardUpdatedWrongSlot,
  dunning_amount_due: dunningAmountDue,
  dunning_attempt_number: dunningAttemptNumber,
  dunning_currency: dunningCurrency,
  dunning_episode_id: dunningEpisodeId,
  dunning_failure_class: dunningFailureClass,
  dunning_stage: dunningStage,
  dunning_status: dunningStatus,
  dunning_suppressed: dunningSuppressed,
  email,
  first_failed_at: firstFailedAt,
  grace_ends_at: graceEndsAt,
  high_value_plan: highValuePlan,
  in_dunning: inDunning,
  last_recovered_at: lastRecoveredAt,
  lifetime_failed_payments: lifetimeFailedPayments,
  lifetime_recovered_payments: lifetimeRecoveredPayments,
  mrr,
  mrr_currency: mrrCurrency,
  next_retry_date: nextRetryDate,
  next_retry_status: nextRetryStatus,
  plan_id: planId,
  suppression_reason: suppressionReason,
  total_failed_payments_90d: totalFailedPayments90d,
  update_payment_url: updatePaymentUrl,
};

const ALL = Object.values(TRAITS) as readonly Trait<keyof UserTraits>[];

/** All traits at the ledger's instant, as they are published. */
export const computeTraits = (context: TraitContext): UserTraits =>
  Object.fromEntries(ALL.map((trait) => [trait.key, trait.value(context)])) as unknown as UserTraits;

/** Instants after now at which a trait changes by time alone. */
export const traitChangesAt = (context: TraitContext): readonly Instant[] =>
  ALL.flatMap((trait) => trait.changesAt(context));
