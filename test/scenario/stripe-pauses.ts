import type { Instant } from '../../src/domain/instant.ts';
import { subscriptionNoticed, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import type { Happening } from './stripe-happenings.ts';

/** Subscriptions that pause, and trials that end, as Stripe tells of them. */

/** The collection of a subscription's bills is paused until `resumesAt`, or goes on where there is none to say. */
export const collection =
  (subscription: string, paused: { readonly resumesAt: Instant | null } | null): Happening =>
  (account, at) => [
    subscriptionUpdated(account, {
      subscription,
      at,
      automatic: false,
      ...(paused === null ? {} : { collectionPaused: paused }),
      previous: { pause_collection: paused === null ? { behavior: 'void', resumes_at: null } : null },
    }),
  ];

/** The subscription pauses; `because` is Stripe's word for it, which only the newest shape says. */
export const pauses =
  (subscription: string, before: string, because: string, trialEndsAt?: Instant): Happening =>
  (account, at) => {
    const options = { subscription, at, status: 'paused', pausedBecause: because, trialEndsAt };
    return [
      subscriptionUpdated(account, { ...options, previousStatus: before }),
      subscriptionNoticed(account, 'paused', options),
    ];
  };

/** The subscription goes on after a pause. */
export const resumes =
  (subscription: string): Happening =>
  (account, at) => [
    subscriptionUpdated(account, { subscription, at, status: 'active', previousStatus: 'paused', automatic: false }),
    subscriptionNoticed(account, 'resumed', { subscription, at, status: 'active', automatic: false }),
  ];

/** The subscription is in trial until `endsAt`; so much is said when it begins. */
export const isInTrial =
  (subscription: string, endsAt: Instant): Happening =>
  (account, at) => [subscriptionUpdated(account, { subscription, at, status: 'trialing', trialEndsAt: endsAt })];

/** Stripe says three days ahead that the trial will end. */
export const trialWillEnd =
  (subscription: string, endsAt: Instant): Happening =>
  (account, at) => [
    subscriptionNoticed(account, 'trial_will_end', { subscription, at, status: 'trialing', trialEndsAt: endsAt }),
  ];

/** The trial has ended, and the subscription runs. */
export const trialEnds =
  (subscription: string): Happening =>
  (account, at) => [
    subscriptionUpdated(account, { subscription, at, status: 'active', previousStatus: 'trialing', trialEndsAt: at }),
  ];
