import { z } from 'zod';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { A_DURATION, duration, type PolicyRules, section } from './kinds.ts';

/** What Stripe's settings are; YAML readers of the older kind turn a bare `on` into true. */
const declared = z
  .union([z.enum(['on', 'off', 'undeclared']), z.boolean().transform((on) => (on ? 'on' : 'off'))])
  .default('undeclared');

/** What Stripe does by itself, and how it is asked. */
export const STRIPE_RULES = {
  'stripe.charge_webhooks': {
    schema: z.enum(['subscribed', 'absent']).default('subscribed'),
    expected: 'subscribed or absent',
    example: 'charge_webhooks: subscribed',
  },
  'stripe.smart_retries': {
    schema: declared,
    expected: 'on, off or undeclared (in quotes or not)',
    example: 'smart_retries: on',
  },
  'stripe.dunning_emails': {
    schema: declared,
    expected: 'on, off or undeclared (in quotes or not)',
    example: 'dunning_emails: off',
  },
  'stripe.requests_per_second': {
    schema: z.number().int().min(1).max(100).default(20),
    expected: 'a whole number from 1 to 100',
    example: 'requests_per_second: 20',
  },
  'stripe.reconcile_every': {
    schema: duration.default(5 * MINUTE_MS),
    expected: A_DURATION,
    example: 'reconcile_every: 5m',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const STRIPE_SCHEMA = section({
  charge_webhooks: STRIPE_RULES['stripe.charge_webhooks'].schema,
  smart_retries: STRIPE_RULES['stripe.smart_retries'].schema,
  dunning_emails: STRIPE_RULES['stripe.dunning_emails'].schema,
  requests_per_second: STRIPE_RULES['stripe.requests_per_second'].schema,
  reconcile_every: STRIPE_RULES['stripe.reconcile_every'].schema,
});

/** The section in the domain's words. */
export const toStripe = (file: z.output<typeof STRIPE_SCHEMA>): Policy['stripe'] => ({
  smartRetries: file.smart_retries,
  dunningEmails: file.dunning_emails,
  requestsPerSecond: file.requests_per_second,
  reconcileEveryMs: file.reconcile_every,
});
