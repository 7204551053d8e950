import { ok, warning } from './finding.ts';
import type { Check } from './gathered.ts';

/** Who decides when a payment is tried again. */
export const checkSmartRetries: Check = {
  name: 'smart-retries',
  find: ({ policy }) => {
    if (!policy.read) return [];
    const { smartRetries } = policy.value.stripe;
    if (smartRetries === 'on') return [ok('Smart Retries are declared on: Stripe chooses when to try again.')];
    if (smartRetries === 'off') return [ok('Smart Retries are declared off: retries follow your own schedule.')];
    return [
      warning(
        'It is not declared whether Smart Retries are on; the API does not tell.',
        'Look in the Stripe dashboard, Billing > Revenue recovery > Retries, and write stripe.smart_retries: on (or off) into policy.yaml.',
      ),
    ];
  },
};
