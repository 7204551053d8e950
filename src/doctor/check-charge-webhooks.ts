import { endpointsInUse, sends } from './endpoints-in-use.ts';
import { type Found, ok, problem, unknown, warning } from './finding.ts';
import type { Check, Gathered } from './gathered.ts';

const CHARGE_EVENTS = ['charge.failed', 'charge.succeeded'];
/** So many failures without any charge are no coincidence: a customer without a payment method makes none. */
const FAILURES = 3;

interface Evidence {
  /** Does the endpoint send them; null: not known. */
  readonly sent: boolean | null;
  readonly charges: number;
  readonly failures: number;
}

const toEvidence = (gathered: Gathered): Evidence => {
  const endpoints = endpointsInUse(gathered);
  const heard = gathered.store.read ? gathered.store.value.survey.heard : [];
  const count = (types: readonly string[]): number =>
    heard.filter(({ eventType }) => types.includes(eventType)).reduce((sum, each) => sum + each.count, 0);
  return {
    sent: endpoints === null || endpoints.length === 0 ? null : CHARGE_EVENTS.every((type) => sends(endpoints, type)),
    charges: count(CHARGE_EVENTS),
    failures: count(['invoice.payment_failed']),
  };
};

const judgeSubscribed = ({ sent, charges, failures }: Evidence): Found => {
  const mend = `Add ${CHARGE_EVENTS.join(' and ')} to the endpoint. If that cannot be: stripe.charge_webhooks: absent in policy.yaml.`;
  if (sent === false) {
    return problem(
      'The policy says that charge events come, and the endpoint does not send both: retries are not counted.',
      mend,
    );
  }
  if (sent === true || charges > 0) return ok('Charge events come, as the policy says.');
  if (failures >= FAILURES) {
    return problem(
      `${failures} failed payments came in without one charge event: their retries are not counted.`,
      mend,
    );
  }
  return unknown(
    'Whether charge events come is not known yet: too little has come in.',
    'Run this again after a few failed payments, or once Stripe tells what the endpoint sends (the findings on endpoint).',
  );
};

const judgeAbsent = ({ sent, charges }: Evidence): Found =>
  sent === true || charges > 0
    ? warning(
        "The policy says that no charge events come, and they do: Stripe's own count is believed, with retries that were never carried out.",
        'stripe.charge_webhooks: subscribed in policy.yaml.',
      )
    : ok("Stripe's own count of attempts is believed, as the policy says.");

/** Is it true what the policy says of charge events: by them a retry that was carried out is told from one that was not. */
export const checkChargeWebhooks: Check = {
  name: 'charge-webhooks',
  find: (gathered) => {
    if (!gathered.policy.read) return [];
    const evidence = toEvidence(gathered);
    return [gathered.policy.value.chargeWebhooks === 'subscribed' ? judgeSubscribed(evidence) : judgeAbsent(evidence)];
  },
};
