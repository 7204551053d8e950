import type { FailureClass } from '../domain/decline.ts';
import type { SuppressionReason } from '../ledger/suppression.ts';
import type { HandOffContext } from './hand-off.ts';
import { instantText } from './wording.ts';

/** What the advice depends on. */
export interface Situation
  extends Pick<
    HandOffContext,
    | 'attempts'
    | 'attemptNumber'
    | 'nextRetryAt'
    | 'nextRetryStatus'
    | 'isHighValue'
    | 'paymentUrl'
    | 'suppressionReason'
  > {
  readonly isOpen: boolean;
}

const HELD: Readonly<Record<SuppressionReason, string>> = {
  dispute: 'A payment is disputed: do not ask for money. Wait until the dispute is decided.',
  opted_out: 'The customer is never to be reminded by messages: call, or let it go.',
  owned_elsewhere: 'Another tool writes to the customer about this bill: look there first.',
  held: 'Somebody holds the messages back: ask whoever did before you write.',
  voluntary_cancel: 'The customer asked to cancel: do not chase the bill. Talk about staying or a clean end.',
  paused: 'The subscription is paused: wait until it goes on.',
  refund: 'Money was given back on this bill: find out who settles it by hand before you write.',
};

/** From so many failed attempts on (the stage `persistent`), waiting alone has not helped. */
const PERSISTENT_ATTEMPTS = 3;

const reach = ({ isHighValue, paymentUrl }: Situation): string => {
  const who = isHighValue ? 'Call the customer' : 'Write to the customer';
  return paymentUrl === null ? `${who} and agree on how to pay: no link is known.` : `${who} and send the link.`;
};

/** A retry may work by itself: wait for it while that is reasonable. */
const waitOr = (situation: Situation, { asLongAs, otherwise }: Readonly<Record<'asLongAs' | 'otherwise', string>>) => {
  const { nextRetryAt, attemptNumber } = situation;
  if (nextRetryAt === null) return `${otherwise} ${reach(situation)}`;
  const retry = `the retry on ${instantText(nextRetryAt)}`;
  return attemptNumber === null || attemptNumber < PERSISTENT_ATTEMPTS
    ? `Wait for ${retry}. ${asLongAs}`
    : `${attemptNumber} attempts failed: agree on a date or another payment method before ${retry}. ${reach(situation)}`;
};

const BY_CLASS: Readonly<Record<FailureClass, (situation: Situation) => string>> = {
  insufficient_funds: (situation) =>
    waitOr(situation, {
      asLongAs: 'Offer another date if that one does not suit.',
      otherwise: 'Agree on a date to pay.',
    }),
  try_again: (situation) =>
    waitOr(situation, { asLongAs: 'It often passes by itself.', otherwise: 'Ask the customer to try again.' }),
  update_card: (situation) => `Another card is needed. ${reach(situation)}`,
  no_payment_method: (situation) => `A payment method is needed: none is on file. ${reach(situation)}`,
  confirm_payment: (situation) => `Only the customer can confirm the payment (3-D Secure). ${reach(situation)}`,
  contact_bank: (situation) => `The customer should call the bank or use another card. ${reach(situation)}`,
  other: () => 'Look at the payment in the billing system first: the reason may not lie with the customer.',
};

/**
 * What to do, in sentences that are read in ten seconds. By failure class, never by category or code: of a decline that
 * may not be told the advice is the one of a worn-out card.
 */
export const recommend = (situation: Situation): string => {
  const { isOpen, suppressionReason, nextRetryStatus, attempts } = situation;
  if (!isOpen) return 'Nothing is left to do.';
  if (suppressionReason !== null) return HELD[suppressionReason];
  if (nextRetryStatus === 'none') {
    return `No retry is coming. Decide: another payment method, a pause, or letting it go. ${reach(situation)}`;
  }
  const advice = BY_CLASS[attempts.at(-1)?.failureClass ?? 'other'](situation);
  return nextRetryStatus === 'blocked'
    ? `${advice} The next retry will not run before there is another payment method.`
    : advice;
};
