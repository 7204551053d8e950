import { DAY_MS, HOUR_MS, SECOND_MS } from '../../domain/instant.ts';
import type { Fate } from '../fates.ts';
import type { Happening, InvoiceStory } from '../invoice-story.ts';
import { failedAttempt, paidByCharge, subscriptionFields } from '../invoice-story.ts';
import type { Random } from '../random.ts';
import { subscriptionUpdated } from '../stripe-events.ts';

/** What an issuer answers while an account runs low. */
const DECLINES = { insufficient_funds: 74, generic_decline: 14, do_not_honor: 12 } as const;
/** Tries after the first at most, and the days that Smart Retries lets pass between two. */
const RETRIES = 4;
const GAP_DAYS = { 2: 2, 3: 4, 4: 3, 5: 1 } as const;
/** Chance that a retry is taken: money comes in on the first and in the middle of a month. */
const TAKEN = { payday: 0.62, otherwise: 0.18 } as const;
const PAYDAYS = [1, 2, 3, 15, 16, 17];

const isPayday = (at: number): boolean => PAYDAYS.includes(new Date(at).getUTCDate());

/** Moves a retry to a payday that lies at most two days ahead, as a schedule that learns would. */
const drawRetryAt = (random: Random, after: number): number => {
  const at = after + Number(random.pick(GAP_DAYS)) * DAY_MS + random.whole(0, 11 * 3_600) * SECOND_MS;
  const ahead = [0, 1, 2].find((days) => isPayday(at + days * DAY_MS)) ?? 0;
  return at + ahead * DAY_MS;
};

const statusChange = (story: InvoiceStory, at: number, previousStatus: string, status: string): Happening => ({
  at,
  event: subscriptionUpdated(story.account, { ...subscriptionFields(story), at, previousStatus, status }),
});

/**
 * A renewal that an empty account refuses and Smart Retries brings in, or not: retries move towards paydays and succeed
 * rather there. If none is taken the subscription is left unpaid, and renews no more.
 */
export const paydayRetries = (random: Random, story: InvoiceStory): Fate => {
  const decline = { errorCode: 'card_declined', declineCode: random.pick(DECLINES) };
  const told: Happening[] = [statusChange(story, story.periodStart + SECOND_MS, 'active', 'past_due')];
  let at = story.periodStart;
  for (let attempt = 1; attempt <= RETRIES + 1; attempt += 1) {
    const isTaken = attempt > 1 && random.next() < (isPayday(at) ? TAKEN.payday : TAKEN.otherwise);
    if (isTaken) {
      const paid = paidByCharge(story, { at, attempt, automatic: true });
      return {
        happenings: [...told, ...paid, statusChange(story, at + SECOND_MS, 'past_due', 'active')],
        ended: false,
      };
    }
    const nextAttemptAt = attempt > RETRIES ? null : drawRetryAt(random, at);
    told.push(...failedAttempt(story, { at, attempt, nextAttemptAt }, decline));
    at = nextAttemptAt ?? at;
  }
  return { happenings: [...told, statusChange(story, at + HOUR_MS, 'past_due', 'unpaid')], ended: true };
};
