import type { z } from 'zod';
import type { Policy } from '../domain/policy.ts';
import { BRAKES_RULES, BRAKES_SCHEMA, toBrakes } from './policy/brakes.ts';
import { BRAZE_RULES, BRAZE_SCHEMA, toBraze } from './policy/braze.ts';
import { GENERAL_RULES, GENERAL_SHAPE } from './policy/general.ts';
import { GRACE_RULES, GRACE_SCHEMA, toGrace } from './policy/grace.ts';
import { HAND_OFF_RULES, HAND_OFF_SCHEMA, toHandOff } from './policy/hand-off.ts';
import { HUBSPOT_RULES, HUBSPOT_SCHEMA, toHubspot } from './policy/hubspot.ts';
import { ITERABLE_RULES, ITERABLE_SCHEMA, toIterable } from './policy/iterable.ts';
import { type PolicyRules, section } from './policy/kinds.ts';
import { PLANS_RULES, PLANS_SCHEMA, toPlans } from './policy/plans.ts';
import { RETENTION_RULES, RETENTION_SCHEMA, toRetention } from './policy/retention.ts';
import { SALESFORCE_RULES, SALESFORCE_SCHEMA, toSalesforce } from './policy/salesforce.ts';
import { SEGMENT_RULES, SEGMENT_SCHEMA } from './policy/segment.ts';
import { STRIPE_RULES, STRIPE_SCHEMA, toStripe } from './policy/stripe.ts';
import { toVerify, VERIFY_RULES, VERIFY_SCHEMA } from './policy/verify.ts';

/** The keys of policy.yaml by their dotted path. Each is optional. */
export const POLICY_RULES = {
  ...PLANS_RULES,
  ...GENERAL_RULES,
  ...STRIPE_RULES,
  ...SEGMENT_RULES,
  ...BRAZE_RULES,
  ...ITERABLE_RULES,
  ...HUBSPOT_RULES,
  ...SALESFORCE_RULES,
  ...HAND_OFF_RULES,
  ...BRAKES_RULES,
  ...GRACE_RULES,
  ...VERIFY_RULES,
  ...RETENTION_RULES,
} as const satisfies PolicyRules;

/** The whole of policy.yaml, strict at every level. */
export const POLICY_SCHEMA = section({
  ...GENERAL_SHAPE,
  plans: PLANS_SCHEMA,
  stripe: STRIPE_SCHEMA,
  segment: SEGMENT_SCHEMA,
  braze: BRAZE_SCHEMA,
  iterable: ITERABLE_SCHEMA,
  hubspot: HUBSPOT_SCHEMA,
  salesforce: SALESFORCE_SCHEMA,
  hand_off: HAND_OFF_SCHEMA,
  brakes: BRAKES_SCHEMA,
  grace: GRACE_SCHEMA,
  verify: VERIFY_SCHEMA,
  retention: RETENTION_SCHEMA,
});

/** The file's words in the domain's. */
export const toPolicy = (file: z.output<typeof POLICY_SCHEMA>): Policy => ({
  plans: toPlans(file.plans),
  userIdKeys: file.user_id_keys,
  contactKeys: file.contact_keys,
  emailAlias: file.email_alias,
  noRetryAfterMs: file.no_retry_after,
  chargeWebhooks: file.stripe.charge_webhooks,
  updatePaymentUrl: file.update_payment_url,
  sendUndisclosedCodes: file.segment.send_undisclosed_codes,
  directTools: file.segment.direct_tools,
  braze: toBraze(file.braze),
  iterable: toIterable(file.iterable),
  recorded: file.recorded,
  hubspot: toHubspot(file.hubspot),
  salesforce: toSalesforce(file.salesforce),
  handOff: toHandOff(file.hand_off),
  stripe: toStripe(file.stripe),
  brakes: toBrakes(file.brakes),
  grace: toGrace(file.grace),
  verify: toVerify(file.verify),
  retention: toRetention(file.retention),
});
