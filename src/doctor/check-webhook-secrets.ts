import { counted } from '../domain/words.ts';
import { type Found, ok, problem, warning } from './finding.ts';
import type { Check, Gathered } from './gathered.ts';

const WHERE = 'Stripe dashboard, Workbench > Webhooks > the endpoint > Signing secret';

const fromRelay = ({ relay }: Gathered): readonly Found[] => {
  if (!relay.read || relay.value.refused === 0) return [];
  return [
    warning(
      `The running relay has refused ${counted(relay.value.refused, 'webhook')} since its start.`,
      `If these are Stripe's: STRIPE_WEBHOOK_SECRET is another endpoint's or was rolled (${WHERE}), the clock is wrong, or a proxy changes the body.`,
    ),
  ];
};

/** Can a webhook of Stripe's be told from a forged one. */
export const checkWebhookSecrets: Check = {
  name: 'webhook-secrets',
  find: (gathered) => {
    const { given, misshapen } = gathered.secrets;
    if (given === 0) {
      return [
        problem(
          'STRIPE_WEBHOOK_SECRET is not set: every webhook is answered 404.',
          `Copy it from the ${WHERE}, and start again.`,
        ),
      ];
    }
    if (misshapen > 0) {
      return [
        problem(
          `${misshapen} of ${counted(given, 'signing secret')} does not begin with whsec_.`,
          `Take it from the ${WHERE}; an API key (sk_, rk_) is something else.`,
        ),
      ];
    }
    const refused = fromRelay(gathered);
    return refused.length > 0 ? refused : [ok(`${counted(given, 'signing secret')} of the right shape.`)];
  },
};
