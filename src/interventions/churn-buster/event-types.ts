import type { ClaimTypes } from '../claim.ts';

const CANCEL_FLOW =
  "a cancel flow's session is not about a failed payment; Stripe tells what becomes of the subscription";

/** Every type of webhook that Churn Buster documents, and what it comes to. `scheduled` is the type that a campaign's own steps have. */
export const CHURN_BUSTER_TYPES: ClaimTypes = {
  campaign_started: 'claimed',
  campaign_won: 'released',
  campaign_lost: 'released',
  email_bounced: 'claimed',
  scheduled: 'claimed',
  cancel_session_won: { ignored: CANCEL_FLOW },
  cancel_session_lost: { ignored: CANCEL_FLOW },
};
