import { z } from 'zod';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { parseDuration } from './duration.ts';

const PLACEHOLDERS = ['{account_id}', '{subscription_id}', '{invoice_id}', '{user_id}'];

/** What a key of policy.yaml may hold. `schema` turns what is written into what the `Policy` wants. */
export interface PolicyRule {
  readonly schema: z.ZodType;
  /** Completes "expected …". */
  readonly expected: string;
  readonly example: string;
}

/** Vendors whose tools can be recorded. */
const VENDORS = ['braze', 'iterable', 'hubspot', 'salesforce', 'slack', 'webhook', 'zendesk', 'intercom'] as const;

/** An empty section (`plans:` with nothing below) is read as YAML reads it, null, and means the defaults. */
const section = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.preprocess((value) => value ?? {}, z.strictObject(shape));

const hubspotName = z.string().regex(/^[a-z][a-z0-9_]{0,99}$/);
const salesforceName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,50}__c$/);
const ownerId = z
  .string()
  .regex(/^[A-Za-z0-9]{1,20}$/)
  .nullable()
  .default(null);

const id = z.string().regex(/^\S{1,200}$/);

const duration = z.string().transform(parseDuration).pipe(z.number().positive());

const wholeDays = duration.transform((durationMs) => durationMs / DAY_MS).pipe(z.number().int().min(1));

const isLinkTemplate = (text: string): boolean => {
  const places: readonly string[] = text.match(/\{[^}]*\}?/g) ?? [];
  const filled = URL.parse(text.replace(/\{[^}]*\}/g, 'x'));
  return places.every((place) => PLACEHOLDERS.includes(place)) && filled?.protocol === 'https:';
};

const list = <Item extends string>(item: z.ZodType<Item>): z.ZodType<readonly Item[]> =>
  z.array(item).refine((items) => new Set(items).size === items.length);

/** What Stripe's settings are; YAML readers of the older kind turn a bare `on` into true. */
const declared = z
  .union([z.enum(['on', 'off', 'undeclared']), z.boolean().transform((on) => (on ? 'on' : 'off'))])
  .default('undeclared');

/** The keys of policy.yaml by their dotted path. Each is optional. */
export const POLICY_RULES = {
  'plans.high_value': {
    schema: list(id).default([]),
    expected: 'a list of plan ids without spaces, none twice',
    example: 'high_value: [enterprise, pro]',
  },
  'plans.ids': {
    schema: z.record(id, id).default({}),
    expected: 'price or product ids, each with a plan id',
    example: 'ids: { price_1PqXyZ: pro }',
  },
  user_id_keys: {
    schema: list(id).pipe(z.array(z.string()).min(1)).default(['user_id']),
    expected: 'a list of at least one metadata key, none twice',
    example: 'user_id_keys: [user_id]',
  },
  contact_keys: {
    schema: list(id).default(['contact_user_ids']),
    expected: 'a list of metadata keys, none twice',
    example: 'contact_keys: [contact_user_ids]',
  },
  email_alias: { schema: z.boolean().default(false), expected: 'true or false', example: 'email_alias: false' },
  no_retry_after: {
    schema: duration.default(HOUR_MS),
    expected: 'a duration: a whole number above 0 with s, m, h or d',
    example: 'no_retry_after: 1h',
  },
  update_payment_url: {
    schema: z.string().refine(isLinkTemplate).nullable().default(null),
    expected: `null or an https URL that uses no other places than ${PLACEHOLDERS.join(', ')}`,
    example: 'update_payment_url: https://app.example.com/billing?account={account_id}',
  },
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
    expected: 'a duration: a whole number above 0 with s, m, h or d',
    example: 'reconcile_every: 5m',
  },
  'segment.send_undisclosed_codes': {
    schema: z.boolean().default(false),
    expected: 'true or false',
    example: 'send_undisclosed_codes: false',
  },
  'segment.direct_tools': {
    schema: list(z.string().min(1).max(100)).default([]),
    expected: 'a list of tool names as Segment writes them, none twice',
    example: 'direct_tools: [Braze]',
  },
  'braze.batch_objects': {
    schema: z.number().int().min(1).max(75).default(75),
    expected: 'a whole number from 1 to 75',
    example: 'batch_objects: 75',
  },
  'braze.update_existing_only': {
    schema: z.boolean().default(false),
    expected: 'true or false',
    example: 'update_existing_only: false',
  },
  recorded: {
    schema: list(z.enum(VENDORS)).default(['braze', 'iterable', 'hubspot', 'salesforce', 'slack']),
    expected: `a list of ${VENDORS.join(', ')}, none twice`,
    example: 'recorded: [braze, hubspot]',
  },
  'hubspot.create_missing': {
    schema: z.boolean().default(true),
    expected: 'true or false',
    example: 'create_missing: true',
  },
  'hubspot.contact_id_property': {
    schema: hubspotName.default('recoup_user_id'),
    expected: 'the internal name of a HubSpot property: lower case letters, digits and _',
    example: 'contact_id_property: recoup_user_id',
  },
  'hubspot.company_id_property': {
    schema: hubspotName.default('recoup_account_id'),
    expected: 'the internal name of a HubSpot property: lower case letters, digits and _',
    example: 'company_id_property: recoup_account_id',
  },
  'salesforce.create_missing': {
    schema: z.boolean().default(false),
    expected: 'true or false',
    example: 'create_missing: false',
  },
  'salesforce.contact_id_field': {
    schema: salesforceName.default('Recoup_User_Id__c'),
    expected: 'the API name of a custom field, which ends in __c',
    example: 'contact_id_field: Recoup_User_Id__c',
  },
  'salesforce.account_id_field': {
    schema: salesforceName.default('Recoup_Account_Id__c'),
    expected: 'the API name of a custom field, which ends in __c',
    example: 'account_id_field: Recoup_Account_Id__c',
  },
  'hand_off.in': {
    schema: list(z.enum(['hubspot', 'salesforce'])).default(['hubspot', 'salesforce']),
    expected: 'a list of hubspot and salesforce, none twice; [] for no tasks',
    example: 'in: [salesforce]',
  },
  'hand_off.high_value_at_entry': {
    schema: z.boolean().default(true),
    expected: 'true or false',
    example: 'high_value_at_entry: true',
  },
  'hand_off.after': {
    schema: duration.nullable().default(7 * DAY_MS),
    expected: 'a duration (a whole number above 0 with s, m, h or d), or null for never',
    example: 'after: 7d',
  },
  'hand_off.due_in': {
    schema: duration.default(DAY_MS),
    expected: 'a duration: a whole number above 0 with s, m, h or d',
    example: 'due_in: 1d',
  },
  'hand_off.owners': {
    schema: section({ hubspot: ownerId, salesforce: ownerId }),
    expected: 'the id of an owner in hubspot and in salesforce, each in quotes, or null',
    example: "owners: { hubspot: '61234567', salesforce: '0055f000003xYzA' }",
  },
  'hand_off.owners.hubspot': {
    schema: ownerId,
    expected: 'the id of an owner in HubSpot, in quotes (a bare number may lose digits), or null',
    example: "owners: { hubspot: '61234567' }",
  },
  'hand_off.owners.salesforce': {
    schema: ownerId,
    expected: 'the id of a user in Salesforce, in quotes (a bare number may lose digits), or null',
    example: "owners: { salesforce: '0055f000003xYzA' }",
  },
  'retention.deliveries': { schema: wholeDays.default(400), expected: 'whole days', example: 'deliveries: 400d' },
  'retention.outbox': { schema: wholeDays.default(30), expected: 'whole days', example: 'outbox: 30d' },
  'retention.log': { schema: wholeDays.default(400), expected: 'whole days', example: 'log: 400d' },
} as const satisfies Readonly<Record<string, PolicyRule>>;

/** The whole of policy.yaml, strict at every level. */
export const POLICY_SCHEMA = section({
  plans: section({
    high_value: POLICY_RULES['plans.high_value'].schema,
    ids: POLICY_RULES['plans.ids'].schema,
  }),
  user_id_keys: POLICY_RULES.user_id_keys.schema,
  contact_keys: POLICY_RULES.contact_keys.schema,
  email_alias: POLICY_RULES.email_alias.schema,
  no_retry_after: POLICY_RULES.no_retry_after.schema,
  update_payment_url: POLICY_RULES.update_payment_url.schema,
  stripe: section({
    charge_webhooks: POLICY_RULES['stripe.charge_webhooks'].schema,
    smart_retries: POLICY_RULES['stripe.smart_retries'].schema,
    dunning_emails: POLICY_RULES['stripe.dunning_emails'].schema,
    requests_per_second: POLICY_RULES['stripe.requests_per_second'].schema,
    reconcile_every: POLICY_RULES['stripe.reconcile_every'].schema,
  }),
  segment: section({
    send_undisclosed_codes: POLICY_RULES['segment.send_undisclosed_codes'].schema,
    direct_tools: POLICY_RULES['segment.direct_tools'].schema,
  }),
  braze: section({
    batch_objects: POLICY_RULES['braze.batch_objects'].schema,
    update_existing_only: POLICY_RULES['braze.update_existing_only'].schema,
  }),
  recorded: POLICY_RULES.recorded.schema,
  hubspot: section({
    create_missing: POLICY_RULES['hubspot.create_missing'].schema,
    contact_id_property: POLICY_RULES['hubspot.contact_id_property'].schema,
    company_id_property: POLICY_RULES['hubspot.company_id_property'].schema,
  }),
  salesforce: section({
    create_missing: POLICY_RULES['salesforce.create_missing'].schema,
    contact_id_field: POLICY_RULES['salesforce.contact_id_field'].schema,
    account_id_field: POLICY_RULES['salesforce.account_id_field'].schema,
  }),
  hand_off: section({
    in: POLICY_RULES['hand_off.in'].schema,
    high_value_at_entry: POLICY_RULES['hand_off.high_value_at_entry'].schema,
    after: POLICY_RULES['hand_off.after'].schema,
    due_in: POLICY_RULES['hand_off.due_in'].schema,
    owners: POLICY_RULES['hand_off.owners'].schema,
  }),
  retention: section({
    deliveries: POLICY_RULES['retention.deliveries'].schema,
    outbox: POLICY_RULES['retention.outbox'].schema,
    log: POLICY_RULES['retention.log'].schema,
  }),
});

/** The file's words in the domain's. */
export const toPolicy = (file: z.output<typeof POLICY_SCHEMA>): Policy => ({
  plans: { highValue: file.plans.high_value, ids: file.plans.ids },
  userIdKeys: file.user_id_keys,
  contactKeys: file.contact_keys,
  emailAlias: file.email_alias,
  noRetryAfterMs: file.no_retry_after,
  chargeWebhooks: file.stripe.charge_webhooks,
  updatePaymentUrl: file.update_payment_url,
  sendUndisclosedCodes: file.segment.send_undisclosed_codes,
  directTools: file.segment.direct_tools,
  braze: { batchObjects: file.braze.batch_objects, updateExistingOnly: file.braze.update_existing_only },
  recorded: file.recorded,
  hubspot: {
    createMissing: file.hubspot.create_missing,
    contactIdProperty: file.hubspot.contact_id_property,
    companyIdProperty: file.hubspot.company_id_property,
  },
  salesforce: {
    createMissing: file.salesforce.create_missing,
    contactIdField: file.salesforce.contact_id_field,
    accountIdField: file.salesforce.account_id_field,
  },
  handOff: {
    in: file.hand_off.in,
    highValueAtEntry: file.hand_off.high_value_at_entry,
    afterMs: file.hand_off.after,
    dueInMs: file.hand_off.due_in,
    owners: file.hand_off.owners,
  },
  stripe: {
    smartRetries: file.stripe.smart_retries,
    dunningEmails: file.stripe.dunning_emails,
    requestsPerSecond: file.stripe.requests_per_second,
    reconcileEveryMs: file.stripe.reconcile_every,
  },
  retention: {
    deliveriesDays: file.retention.deliveries,
    outboxDays: file.retention.outbox,
    logDays: file.retention.log,
  },
});
