import type { ClaimTypes } from '../claim.ts';

/** What Churnkey documents. */
const DOCUMENTED: ClaimTypes = {
  session: {
    ignored: "a cancel flow's session is not about a failed payment; Stripe tells what becomes of the subscription",
  },
};

/**
 * Campaigns of payment recovery, of which Churnkey documents no webhook: under these names Recoup takes them, from Churnkey
 * or from an automation that signs as Churnkey does. Not verified against the live service.
 */
const CAMPAIGNS: ClaimTypes = {
  dunning_campaign_started: 'claimed',
  dunning_campaign_updated: 'claimed',
  dunning_campaign_won: 'released',
  dunning_campaign_lost: 'released',
  dunning_campaign_ended: 'released',
  dunning_campaign_paused: 'released',
};

/** Every type of event that is read or known, and what it comes to. */
export const CHURNKEY_TYPES: ClaimTypes = { ...DOCUMENTED, ...CAMPAIGNS };
