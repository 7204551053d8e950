import { z } from 'zod';
import { isInstance, isReceiver, isSecretPath } from './address.ts';
import { type Secret, toSecret } from './secret.ts';

/** How a variable of a tool is checked and explained. */
interface ToolVariable {
  readonly accepts: (text: string) => boolean;
  /** Completes "expected …". */
  readonly expected: string;
  readonly example: string;
  /** Never printed. */
  readonly secret: boolean;
  /** Taken where nothing is set; it turns nothing on by itself. */
  readonly unset?: string;
}

/** Sent as a header: what a header cannot carry would fail at the first call. */
const isKey = (text: string): boolean => /^[\x21-\x7e]{1,400}$/.test(text);

const isEmail = (text: string): boolean => /^[\x21-\x3f\x41-\x7e]{1,64}@[\x21-\x3f\x41-\x7e]{1,190}$/.test(text);

/** Where people log in: apps are served by the org's own address alone. */
const FOR_PEOPLE = new Set(['login.salesforce.com', 'test.salesforce.com']);

const isMyDomain = (text: string): boolean => isInstance(text) && !FOR_PEOPLE.has(new URL(text).hostname);

const SIGNING_BYTES = { least: 24, most: 64 };

/** As Standard Webhooks writes it: a receiver that cannot read it refuses every call. */
const isSigningSecret = (text: string): boolean => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? '';
  const bytes = Buffer.from(encoded, 'base64');
  const isWhole = bytes.toString('base64') === encoded;
  return isWhole && bytes.length >= SIGNING_BYTES.least && bytes.length <= SIGNING_BYTES.most;
};

const key = (expected: string, example: string): ToolVariable => ({
  accepts: isKey,
  expected: `${expected}, without spaces`,
  example,
  secret: true,
});

const instance = (whose: string, example: string): ToolVariable => ({
  accepts: isInstance,
  expected: `the https URL of ${whose}, without path, user or query (http only for this machine)`,
  example,
  secret: false,
});

const api = (whose: string, url: string): ToolVariable => ({ ...instance(`${whose}'s API`, url), unset: url });

/** What may be set to reach the tools. */
export const TOOL_VARIABLES = {
  BRAZE_API_KEY: key('a REST API key of Braze', '<your REST API key>'),
  BRAZE_REST_ENDPOINT: instance('your Braze instance', 'https://rest.iad-01.braze.com'),
  ITERABLE_API_KEY: key('a server-side API key of one Iterable project', '<your API key>'),
  ITERABLE_BASE_URL: api('Iterable', 'https://api.iterable.com'),
  HUBSPOT_ACCESS_TOKEN: key('the access token of a private app of HubSpot', '<your access token>'),
  HUBSPOT_BASE_URL: api('HubSpot', 'https://api.hubapi.com'),
  SALESFORCE_LOGIN_URL: {
    ...instance('your Salesforce org (My Domain)', 'https://acme.my.salesforce.com'),
    accepts: isMyDomain,
    expected:
      'the https URL of your Salesforce org (My Domain), without path, user or query: login.salesforce.com and ' +
      'test.salesforce.com do not serve the login of apps (http only for this machine)',
  },
  SALESFORCE_CLIENT_ID: key("the consumer key of Salesforce's connected app", '<your consumer key>'),
  SALESFORCE_CLIENT_SECRET: key("the consumer secret of Salesforce's connected app", '<your consumer secret>'),
  SLACK_WEBHOOK_URL: {
    accepts: isSecretPath,
    expected: 'the https URL of an incoming webhook of Slack, with its path (http only for this machine)',
    example: 'https://hooks.slack.com/services/…',
    secret: true,
  },
  OUTBOUND_WEBHOOK_URL: {
    accepts: isReceiver,
    expected: 'the https URL that is to hear of every event, without user or fragment (http only for this machine)',
    example: 'https://example.com/hooks/recoup',
    // Many receivers know their caller by the path or the query.
    secret: true,
  },
  OUTBOUND_WEBHOOK_SECRET: {
    accepts: isSigningSecret,
    expected: `whsec_ and ${SIGNING_BYTES.least} to ${SIGNING_BYTES.most} bytes in base64`,
    example: '"whsec_$(openssl rand -base64 32)"',
    secret: true,
  },
  ZENDESK_BASE_URL: instance('your Zendesk account', 'https://acme.zendesk.com'),
  ZENDESK_EMAIL: {
    accepts: isEmail,
    expected: "the email address of the token's agent",
    example: 'agent@example.com',
    secret: true,
  },
  ZENDESK_API_TOKEN: key('an API token of Zendesk', '<your API token>'),
  INTERCOM_ACCESS_TOKEN: key('the access token of an app of Intercom', '<your access token>'),
  INTERCOM_BASE_URL: api('Intercom', 'https://api.intercom.io'),
} as const satisfies Readonly<Record<string, ToolVariable>>;

export type ToolVariableName = keyof typeof TOOL_VARIABLES;

/** The variables' part of the environment's schema: each is text or unset. */
export const TOOL_SHAPE = Object.fromEntries(
  Object.entries(TOOL_VARIABLES).map(([name, { accepts }]) => [name, z.string().refine(accepts).optional()]),
) as Readonly<Record<ToolVariableName, z.ZodOptional<z.ZodString>>>;

export interface ToolVendor {
  /** As tools name it, e.g. `hubspot`. */
  readonly vendor: string;
  /** Its tools beside the one that bears its name, by what follows it in their keys. */
  readonly parts?: readonly string[];
  /** As people write it. */
  readonly name: string;
  /** Whom or what its tools speak of, for people. */
  readonly holds: string;
  /** Credential, as the vendor's tools name it, and the variable that gives it. */
  readonly credentials: Readonly<Record<string, ToolVariableName>>;
  /** The page about setting it up. */
  readonly recipe: string;
  /** Completes "it must be set with …": why one without the other does not work. */
  readonly because?: string;
}

/** The vendors whose tools need credentials. A vendor is on when all its variables are set that have no default. */
export const TOOL_VENDORS: readonly ToolVendor[] = [
  {
    vendor: 'braze',
    name: 'Braze',
    holds: 'people with a user id who are or were in dunning',
    recipe: 'docs/recipes/braze.md',
    credentials: { apiKey: 'BRAZE_API_KEY', endpoint: 'BRAZE_REST_ENDPOINT' },
    because: 'a key works on one instance only',
  },
  {
    vendor: 'iterable',
    name: 'Iterable',
    holds: 'people with a user id who are or were in dunning',
    recipe: 'docs/recipes/iterable.md',
    credentials: { apiKey: 'ITERABLE_API_KEY', baseUrl: 'ITERABLE_BASE_URL' },
  },
  {
    vendor: 'hubspot',
    parts: ['companies', 'tasks'],
    name: 'HubSpot',
    holds: 'contacts, companies and tasks',
    recipe: 'docs/recipes/hubspot.md',
    credentials: { accessToken: 'HUBSPOT_ACCESS_TOKEN', baseUrl: 'HUBSPOT_BASE_URL' },
  },
  {
    vendor: 'salesforce',
    parts: ['accounts', 'tasks'],
    name: 'Salesforce',
    holds: 'contacts, accounts and tasks',
    recipe: 'docs/recipes/salesforce.md',
    credentials: {
      loginUrl: 'SALESFORCE_LOGIN_URL',
      clientId: 'SALESFORCE_CLIENT_ID',
      clientSecret: 'SALESFORCE_CLIENT_SECRET',
    },
    because: 'Recoup logs in there with key and secret (OAuth client credentials)',
  },
  {
    vendor: 'slack',
    name: 'Slack',
    holds: 'one message for each high-value account in dunning',
    recipe: 'docs/recipes/slack.md',
    credentials: { webhookUrl: 'SLACK_WEBHOOK_URL' },
  },
  {
    vendor: 'webhook',
    name: 'the outbound webhook',
    holds: 'every dunning event, signed',
    recipe: 'docs/recipes/webhook.md',
    credentials: { url: 'OUTBOUND_WEBHOOK_URL', secret: 'OUTBOUND_WEBHOOK_SECRET' },
    because: 'every call is signed',
  },
  {
    vendor: 'zendesk',
    name: 'Zendesk',
    holds: 'dunning status for agents',
    recipe: 'docs/recipes/support.md',
    credentials: { baseUrl: 'ZENDESK_BASE_URL', email: 'ZENDESK_EMAIL', apiToken: 'ZENDESK_API_TOKEN' },
    because: 'a token works for one agent of one account',
  },
  {
    vendor: 'intercom',
    name: 'Intercom',
    holds: 'dunning status for agents',
    recipe: 'docs/recipes/support.md',
    credentials: { accessToken: 'INTERCOM_ACCESS_TOKEN', baseUrl: 'INTERCOM_BASE_URL' },
  },
];

/** The key of every tool there is, e.g. `hubspot-tasks`. */
export const TOOL_KEYS: readonly string[] = TOOL_VENDORS.flatMap(({ vendor, parts = [] }) => [
  vendor,
  ...parts.map((part) => `${vendor}-${part}`),
]);

type Given = Readonly<Partial<Record<ToolVariableName, string | undefined>>>;

const unsetOf = (name: ToolVariableName): string | undefined => (TOOL_VARIABLES[name] as ToolVariable).unset;

/** The variables that turn a vendor on: those that have no default. */
export const requiredOf = ({ credentials }: ToolVendor): readonly ToolVariableName[] =>
  Object.values(credentials).filter((name) => unsetOf(name) === undefined);

/** The vendor of a tool by its key, e.g. of `hubspot-companies`; null: it needs no credentials of these. */
export const vendorOfTool = (tool: string): ToolVendor | null =>
  TOOL_VENDORS.find(({ vendor }) => tool === vendor || tool.startsWith(`${vendor}-`)) ?? null;

/** The variables that turn a tool on, for people. */
export const whatTurnsOn = (tool: string): string => {
  const vendor = vendorOfTool(tool);
  return vendor === null ? 'its credentials' : requiredOf(vendor).join(', ');
};

/** The first variable that is not set although others of the same vendor are, and why it must be; null: all is well. */
export const findLoneVariable = (given: Given): { readonly name: ToolVariableName; readonly why: string } | null => {
  for (const vendor of TOOL_VENDORS) {
    const required = requiredOf(vendor);
    const set = required.filter((name) => given[name] !== undefined);
    const missing = required.find((name) => given[name] === undefined);
    if (set.length === 0 || missing === undefined) continue;
    const because = vendor.because === undefined ? '' : `: ${vendor.because}`;
    return { name: missing, why: `, and it must be set with ${set.join(' and ')}${because}` };
  }
  return null;
};

/** A vendor's credentials by the names that its tools give them; what must not be printed is a secret. */
export type ToolAccess = Readonly<Record<string, string | Secret>>;

const toValue = (name: ToolVariableName, text: string): string | Secret => {
  const { secret }: ToolVariable = TOOL_VARIABLES[name];
  if (secret) return toSecret(text);
  return isInstance(text) ? text.replace(/\/+$/, '') : text;
};

const toAccess = ({ credentials }: ToolVendor, given: Given): ToolAccess =>
  Object.fromEntries(
    Object.entries(credentials).map(([credential, name]) => [
      credential,
      toValue(name, given[name] ?? unsetOf(name) ?? ''),
    ]),
  );

/** The credentials of each vendor that has all it needs. */
export const toToolAccess = (given: Given): Readonly<Record<string, ToolAccess>> =>
  Object.fromEntries(
    TOOL_VENDORS.filter((vendor) => requiredOf(vendor).every((name) => given[name] !== undefined)).map((vendor) => [
      vendor.vendor,
      toAccess(vendor, given),
    ]),
  );

const reveal = (value: string | Secret): string => (typeof value === 'string' ? value : value.reveal());

/** The same with secrets in the open, as tools take them: for where they are used, never for a log. */
export const toOpenAccess = (
  access: Readonly<Record<string, ToolAccess>>,
): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  Object.fromEntries(
    Object.entries(access).map(([vendor, credentials]) => [
      vendor,
      Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, reveal(value)])),
    ]),
  );

/** Where a vendor is written, without what only the caller may know. */
export const addressOf = (access: ToolAccess): string => {
  const urls = Object.values(access).map((value) => URL.parse(reveal(value)));
  return urls.find((url) => url !== null && /^https?:$/.test(url.protocol))?.origin ?? '';
};
