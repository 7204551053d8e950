import type { SubscriptionState } from '../domain/fact.ts';

export type ChurnType = 'voluntary' | 'involuntary' | 'unknown';

/**
 * Why a subscription ended (semantics C6). A cancellation through the API without the customer's feedback on an
 * exhausted episode is somebody's clean-up of a debt: involuntary.
 */
export const churnOf = (ended: SubscriptionState, exhausted: boolean): ChurnType => {
  switch (ended.cancelReason) {
    case 'payment_failed':
    case 'payment_disputed':
      return 'involuntary';
    case 'requested':
      return exhausted && ended.cancelFeedback === null ? 'involuntary' : 'voluntary';
    case 'retention_policy':
    case 'other':
    case null:
      return 'unknown';
  }
};
