import { fullJitterMs } from '../domain/backoff.ts';
import { describeError } from '../domain/errors.ts';
import { type Instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { Claim, Park } from './ports.ts';

/** A failed decision waits at most this long, in ms: mending the rules should show within the hour. */
const PARK_CAP_MS = 3_600_000;
/** Without chance in the pure core, the wait is the upper half of the doubling bound: 1 s, 2 s, 4 s … 1 h. */
const HALFWAY = 1 - Number.EPSILON;

/** Parks a profile whose decision threw: its tools keep their last state, people see a dead letter (semantics G1). */
export const park = (claim: Claim, now: Instant, error: unknown): Park => {
  const problem = error instanceof Error ? error.message : String(error);
  return {
    outcome: 'parked',
    profileId: claim.profileId,
    at: now,
    retryAt: plus(now, SECOND_MS + fullJitterMs(claim.failures + 1, () => HALFWAY, { capMs: PARK_CAP_MS })),
    deadLetter: {
      kind: 'decision',
      subject: `profile ${claim.profileId}`,
      code: 'decision_failed',
      message: describeError('decision_failed', { profile: claim.profileId, problem }),
      payload: JSON.stringify({
        profile: claim.profileId,
        version: claim.version,
        deliveries: claim.accounts.flatMap(({ deliveries }) => deliveries.map(({ eventId }) => eventId)),
      }),
      amountMinor: null,
      currency: null,
    },
  };
};
