import { ok, warning } from './finding.ts';
import type { Check } from './gathered.ts';

const WHERE = 'Stripe dashboard, Billing > Revenue recovery > Emails';

/** Does Stripe write to the same people. */
export const checkDunningEmails: Check = {
  name: 'dunning-emails',
  find: ({ policy }) => {
    if (!policy.read) return [];
    const { dunningEmails } = policy.value.stripe;
    if (dunningEmails === 'off') return [ok("Stripe's own emails about failed payments are declared off.")];
    if (dunningEmails === 'on') {
      return [
        warning(
          "Stripe's own emails about failed payments are on: whoever your journeys write to gets two.",
          `Turn them off before your journeys start (${WHERE}), then stripe.dunning_emails: off in policy.yaml.`,
        ),
      ];
    }
    return [
      warning(
        'It is not declared whether Stripe sends emails about failed payments and expiring cards itself; the API does not tell.',
        `Look in the ${WHERE}, and write stripe.dunning_emails: off (or on) into policy.yaml.`,
      ),
    ];
  },
};
