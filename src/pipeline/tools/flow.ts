import type { Attributes } from '../../destination-kit/record.ts';
import { LATE_AFTER_MS } from '../../domain/policy.ts';
import type { UserTraits } from '../../generated/tracking-plan.ts';
import type { OpenEpisode, Stage, Standing } from '../../ledger/standing.ts';

/** What a tool's flow is about: the lead episode at its stage, while messages may go out. */
export interface Flow {
  readonly episodeId: string;
  readonly stage: Stage;
  /** What brought the stage was heard of too late to write to anybody now (semantics E6). */
  readonly isLate: boolean;
  /** Of `dunning_stage_entered`. */
  readonly properties: Attributes;
}

/** How long after it happened the stage's reason was heard of, in ms. */
const heardAfterMs = ({ stage, episode, lastAttempt }: OpenEpisode): number => {
  if (stage === 'exhausted' && episode.exhaustion !== null) {
    return episode.exhaustion.concludedFrom - episode.exhaustion.at;
  }
  return lastAttempt === null ? 0 : lastAttempt.notice.receivedAt - lastAttempt.at;
};

/** The flow that should run now; null while nobody is in dunning, or messages are suppressed. */
export const findFlow = ({ lead, inDunning }: Standing, traits: UserTraits): Flow | null => {
  if (lead === null || !inDunning) return null;
  return {
    episodeId: lead.episode.id,
    stage: lead.stage,
    isLate: heardAfterMs(lead) > LATE_AFTER_MS,
    properties: {
      dunning_episode_id: lead.episode.id,
      stage: lead.stage,
      attempt_number: traits.dunning_attempt_number,
      next_retry_date: traits.next_retry_date,
      next_retry_status: traits.next_retry_status,
      failure_class: traits.dunning_failure_class,
      amount_due: traits.dunning_amount_due,
      currency: traits.dunning_currency,
      plan_id: traits.plan_id,
      update_payment_url: traits.update_payment_url,
    },
  };
};
