import type { EpisodeOutcome } from '../ledger/episode-draft.ts';
import type { RecoveredVia } from '../ledger/recovered-via.ts';
import type { HandOff } from './hand-off.ts';
import { instantText } from './wording.ts';

const VIA: Readonly<Record<RecoveredVia, string>> = {
  automatic_retry: ', by a retry',
  card_updated: ', after the customer changed the card',
  account_updater: ', after the card network replaced the card',
  customer_paid: ', by the customer',
  out_of_band: ', outside of the billing system',
  operator: ', as a person marked it',
  unknown: '',
};

const ENDS: Readonly<Record<Exclude<EpisodeOutcome, 'open'>, (on: string, via: string) => string>> = {
  recovered: (on, via) => `Closed by Recoup: paid${on}${via}.`,
  forgiven: (on) => `Closed by Recoup: voided or credited${on}, nothing is owed any more.`,
  canceled: (on) => `Closed by Recoup: the subscription ended${on} as the customer wished, unpaid.`,
  lost: (on) => `Closed by Recoup: lost${on}, the payment never came.`,
  written_off: (on) => `Closed by Recoup: written off${on}, the old bill stays unpaid.`,
};

/** How the episode ended, in one sentence; null until its task closes. */
export const toComment = ({ outcome, endedAt, recoveredVia, isClosed }: HandOff): string | null => {
  if (!isClosed || outcome === 'open') return null;
  return ENDS[outcome](endedAt === null ? '' : ` on ${instantText(endedAt)}`, VIA[recoveredVia ?? 'unknown']);
};
