/** Named stories that `recoup trigger`, the tests and the benches tell. Apart from their telling, so that help is quick. */
export const LIFECYCLES = [
  'renewal-failed',
  'recovered-by-retry',
  'exhausted',
  'voluntary-cancel',
  'out-of-order',
  'card-expiring',
  'card-replaced',
  'disputed',
  'paused',
  'refunded',
] as const;
export type LifecycleName = (typeof LIFECYCLES)[number];

/** What each lifecycle tells, in one line. */
export const LIFECYCLE_SUMMARIES: Readonly<Record<LifecycleName, string>> = {
  'renewal-failed': 'a renewal is refused for insufficient funds; a retry is scheduled',
  'recovered-by-retry': 'a renewal is refused; the retry three days later takes the money',
  exhausted: 'four attempts are refused over 15 days; Stripe stops and the subscription is unpaid',
  'voluntary-cancel': 'a renewal is refused; the customer cancels while the retries still run',
  'out-of-order': 'the events of recovered-by-retry, last first, one of them twice',
  'card-expiring': 'a renewal is paid with a card that expires within 30 days',
  'card-replaced': 'the card of card-expiring is replaced a day later, before anything fails',
  disputed: 'a renewal is refused; then the bank disputes the payment of the month before',
  paused: 'a renewal is refused; half an hour later its collection is paused for 14 days',
  refunded: 'a renewal is paid, and all of it given back a day later',
};
