import type { FailureClass } from '../domain/decline.ts';
import type { RetryStatus } from '../ledger/retry.ts';
import type { SuppressionReason } from '../ledger/suppression.ts';
import type { AttemptNote, HandOffContext, TaskOwner } from './hand-off.ts';
import { instantText, moneyText, NOT_KNOWN } from './wording.ts';

const CLASSES: Readonly<Record<FailureClass, string>> = {
  insufficient_funds: 'not enough money',
  try_again: 'failed for now, may work later',
  update_card: 'the card cannot be charged',
  confirm_payment: 'the customer must confirm',
  contact_bank: 'the bank refused',
  no_payment_method: 'no payment method',
  other: 'another reason, or none given',
};

const RETRIES: Readonly<Record<Exclude<RetryStatus, 'scheduled'>, string>> = {
  blocked: 'will not run before there is another payment method',
  none: 'none is coming',
  unknown: NOT_KNOWN,
};

const HOLDS: Readonly<Record<SuppressionReason, string>> = {
  dispute: 'held back, a payment is disputed',
  opted_out: 'held back, the customer is never to be dunned',
  owned_elsewhere: 'held back, another tool writes to the customer',
  held: 'held back by somebody',
  voluntary_cancel: 'held back, a cancellation was requested',
  paused: 'held back, the subscription is paused',
  refund: 'held back, money was given back on this bill',
};

/** A CSM reads the newest; an episode of many invoices must not bury them. */
const SHOWN_ATTEMPTS = 8;

const toLine = ({ at, failureClass, code }: AttemptNote): string =>
  `- ${instantText(at)}: ${CLASSES[failureClass]}${code === null ? '' : ` (${code})`}`;

const attemptLines = (attempts: readonly AttemptNote[]): readonly string[] => {
  const earlier = attempts.length - SHOWN_ATTEMPTS;
  return [...(earlier > 0 ? [`- ${earlier} earlier`] : []), ...attempts.slice(-SHOWN_ATTEMPTS).map(toLine)];
};

const retryText = ({ nextRetryAt, nextRetryStatus }: HandOffContext): string => {
  if (nextRetryStatus === null) return 'none, it ended';
  if (nextRetryStatus !== 'scheduled') return RETRIES[nextRetryStatus];
  return nextRetryAt === null ? NOT_KNOWN : instantText(nextRetryAt);
};

const happened = (context: HandOffContext): readonly string[] => [
  `${context.wasTakenBack ? 'A payment was taken back' : 'First failed'}: ${instantText(context.firstFailedAt)}`,
  `Due: ${moneyText(context.amountDue, context.currency)}`,
  ...attemptLines(context.attempts),
  `Failed payments in the 90 days before: ${context.failedPayments90d}`,
];

const retries = (context: HandOffContext): readonly string[] => [
  `Next retry: ${retryText(context)}`,
  `Messages: ${context.suppressionReason === null ? 'not held back' : HOLDS[context.suppressionReason]}`,
];

const account = (context: HandOffContext, { accountId }: TaskOwner): readonly string[] => [
  `Account: ${accountId}`,
  `Subscription: ${context.subscriptionId}`,
  `Plan: ${context.planId ?? NOT_KNOWN}${context.isHighValue ? ', high value' : ''}`,
  `ARR: ${moneyText(context.arr, context.arrCurrency)}`,
  `Customer since: ${context.customerSince === null ? NOT_KNOWN : instantText(context.customerSince)}`,
  `Health: ${context.health ?? NOT_KNOWN}`,
  `Open tickets: ${context.openTickets ?? NOT_KNOWN}`,
  `Last contact: ${context.lastContactAt === null ? NOT_KNOWN : instantText(context.lastContactAt)}`,
];

const section = (title: string, lines: readonly string[]): string => [title, ...lines].join('\n');

const ADVICE = 'Recommended';

const toDo = (context: HandOffContext): readonly string[] => [
  section(ADVICE, [context.recommendation]),
  section('Link', [context.paymentUrl ?? NOT_KNOWN]),
];

/** The task's text: sections in plain text, the same for the same facts. Once it is over nothing is to be done. */
export const toBody = (context: HandOffContext, owner: TaskOwner, isClosed: boolean): string =>
  [
    section('What happened', happened(context)),
    section('Retries', retries(context)),
    section('Account', account(context, owner)),
    ...(isClosed ? [] : toDo(context)),
  ].join('\n\n');

/** An open task's text, as it is once nothing is to be done. */
export const withoutAdvice = (body: string): string => {
  const at = body.lastIndexOf(`\n\n${ADVICE}\n`);
  return at === -1 ? body : body.slice(0, at);
};
