import type { Provider } from '../provider.ts';
import { admitStripe } from './admit.ts';
import { normaliseStripe } from './normalise.ts';
import { stripeTaxonomy } from './taxonomy.ts';
import { verifyStripe } from './verify.ts';

export { SIGNATURE_HEADER, signStripe } from './sign.ts';
export { SUBSCRIBE_EVENTS } from './subscribe.ts';

/**
 * Stripe: snapshot webhooks of every API version since 2018, legacy, basil and endive shapes alike, thin notices, and
 * what is read from its API.
 */
export const stripe: Provider = {
  name: 'stripe',
  version: 'stripe-facts-4',
  taxonomy: stripeTaxonomy,
  verify: verifyStripe,
  admit: admitStripe,
  normalise: normaliseStripe,
};
