import { z } from 'zod';
import { isHost, isInstance, isLoopback, isSafeUrl } from './address.ts';
import { type Secret, toSecret } from './secret.ts';
import { findLoneVariable, TOOL_SHAPE, TOOL_VARIABLES, type ToolAccess, toToolAccess } from './tool-access.ts';

/** What the environment says, checked. Design: a wrong value stops the start, so nothing here is checked twice. */
export interface Environment {
  /** TCP port; 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** `sqlite:<path>` or `sqlite::memory:`. */
  readonly databaseUrl: string;
  readonly mode: 'observe' | 'enforce';
  /** Prefix of every id that leaves. */
  readonly namespace: string;
  /** Send test-mode facts to Segment too; otherwise they reach the recorder only. */
  readonly deliverTestMode: boolean;
  /** Null: Segment is off and the recorder takes its place. */
  readonly segmentWriteKey: Secret | null;
  readonly segmentHost: string;
  /** By vendor, e.g. `hubspot`; one that is not here has no credentials. */
  readonly tools: Readonly<Record<string, ToolAccess>>;
  /** Every active signing secret; empty: the provider is off. */
  readonly stripeWebhookSecrets: readonly Secret[];
  /** Of other recovery tools, by the name in `/webhooks/:provider`, every active secret; empty: the tool is off. */
  readonly recoveryToolSecrets: Readonly<Record<RecoveryTool, readonly Secret[]>>;
  /** Reads Stripe: backfill, missed deliveries, missing pieces, doctor. Null: what needs it waits, visibly. */
  readonly stripeApi: { readonly apiKey: Secret; readonly base: string } | null;
  /** Asks Segment to delete an erased person. Null: whoever erases is told to do it by hand. */
  readonly segmentPublicApi: { readonly token: Secret; readonly base: string } | null;
  /** Opens `/metrics` to callers beyond this machine; null: loopback only. */
  readonly apiToken: Secret | null;
  /** Opens the guard and the status of customers to callers beyond this machine; null: loopback only. */
  readonly guardToken: Secret | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Another tool that recovers payments, as in `/webhooks/:provider`. */
type RecoveryTool = 'churnkey' | 'churn-buster';

type EnvironmentResult =
  | { readonly ok: true; readonly value: Environment }
  /** `error` is one line for a person: the variable, what was expected, an example; never the value given. */
  | { readonly ok: false; readonly error: string };

const secrets = (text: string): readonly string[] => text.split(',').map((part) => part.trim());

const SCHEMA = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.number().max(65_535))
    .default(8484),
  HOST: z.string().refine(isHost).default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^sqlite:.+$/)
    .default('sqlite:data/recoup.db'),
  MODE: z.enum(['observe', 'enforce']).default('observe'),
  NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]{1,24}$/)
    .optional(),
  DELIVER_TEST_MODE: z.enum(['true', 'false']).default('false'),
  SEGMENT_WRITE_KEY: z
    .string()
    .regex(/^\S{1,200}$/)
    .optional(),
  SEGMENT_HOST: z.string().refine(isSafeUrl).default('https://api.segment.io'),
  ...TOOL_SHAPE,
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .transform(secrets)
    .pipe(z.array(z.string().regex(/^whsec_\S+$/)).min(1))
    .optional(),
  CHURNKEY_WEBHOOK_SECRET: z
    .string()
    .transform(secrets)
    .pipe(z.array(z.string().regex(/^[\x21-\x7e]{8,200}$/)).min(1))
    .optional(),
  CHURN_BUSTER_WEBHOOK_SECRET: z
    .string()
    .transform(secrets)
    // It stands in an address.
    .pipe(z.array(z.string().regex(/^[\w.~-]{24,200}$/)).min(1))
    .optional(),
  STRIPE_API_KEY: z
    .string()
    .regex(/^(sk|rk)_\S{1,200}$/)
    .optional(),
  STRIPE_API_BASE: z.string().refine(isInstance).default('https://api.stripe.com'),
  SEGMENT_PUBLIC_API_TOKEN: z
    .string()
    .regex(/^\S{1,400}$/)
    .optional(),
  SEGMENT_PUBLIC_API_BASE: z.string().refine(isInstance).default('https://api.segmentapis.com'),
  API_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{24,200}$/)
    .optional(),
  GUARD_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{24,200}$/)
    .optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
type Variables = z.output<typeof SCHEMA>;
type VariableName = keyof Variables;

/** What a person needs to mend each variable. Also the table behind the manual's list of variables. */
export const VARIABLES: Readonly<Record<VariableName, { readonly expected: string; readonly example: string }>> = {
  PORT: { expected: 'a TCP port from 0 to 65535', example: '8484' },
  HOST: { expected: 'an IP address or a host name', example: '127.0.0.1' },
  DATABASE_URL: { expected: 'sqlite:<path> or sqlite::memory:', example: 'sqlite:data/recoup.db' },
  MODE: { expected: 'observe or enforce', example: 'observe' },
  NAMESPACE: { expected: '1 to 24 characters of a-z, 0-9 and -', example: 'acme-production' },
  DELIVER_TEST_MODE: { expected: 'true or false', example: 'false' },
  SEGMENT_WRITE_KEY: { expected: 'the write key of one Segment source, without spaces', example: '<your write key>' },
  SEGMENT_HOST: {
    expected: 'an https URL without user, query or fragment (http only for this machine)',
    example: 'https://api.segment.io',
  },
  ...TOOL_VARIABLES,
  STRIPE_WEBHOOK_SECRET: {
    expected: "the endpoint's signing secret, or two separated by a comma while one is rotated",
    example: 'whsec_…',
  },
  CHURNKEY_WEBHOOK_SECRET: {
    expected:
      "the webhook's secret in Churnkey, 8 to 200 printable characters without spaces, or two separated by a comma while one is rotated",
    example: '<your webhook secret>',
  },
  CHURN_BUSTER_WEBHOOK_SECRET: {
    expected:
      '24 to 200 characters of A-Z, a-z, 0-9, "_", ".", "~" and "-", or two such separated by a comma while one is rotated',
    example: '"$(openssl rand -hex 32)"',
  },
  STRIPE_API_KEY: {
    expected: 'a secret or restricted key of Stripe (sk_… or rk_…); reading is enough',
    example: 'rk_live_…',
  },
  STRIPE_API_BASE: {
    expected: 'an https URL without path, user or query (http only for this machine)',
    example: 'https://api.stripe.com',
  },
  SEGMENT_PUBLIC_API_TOKEN: {
    expected: 'a token of the Public API that may make regulations, without spaces',
    example: '<your Public API token>',
  },
  SEGMENT_PUBLIC_API_BASE: {
    expected: 'an https URL without path, user or query (http only for this machine)',
    example: 'https://api.segmentapis.com',
  },
  API_TOKEN: { expected: '24 to 200 printable characters without spaces', example: '"$(openssl rand -hex 32)"' },
  GUARD_TOKEN: { expected: '24 to 200 printable characters without spaces', example: '"$(openssl rand -hex 32)"' },
  LOG_LEVEL: { expected: 'debug, info, warn, error or silent', example: 'info' },
};

const refusal = (name: VariableName, why = ''): EnvironmentResult => {
  const { expected, example } = VARIABLES[name];
  return { ok: false, error: `${name}: expected ${expected}${why}. Example: ${name}=${example}` };
};

/** What each token keeps from the network. */
const OPEN_WITHOUT = { API_TOKEN: '/metrics and holds', GUARD_TOKEN: 'who is in dunning' } as const;

/** All of them at once: whoever mends one must not be refused again for the next. */
const missingTokens = (vars: Variables): EnvironmentResult | null => {
  if (isLoopback(vars.HOST)) return null;
  const missing = (['API_TOKEN', 'GUARD_TOKEN'] as const).filter((name) => vars[name] === undefined);
  const [first] = missing;
  if (first === undefined) return null;
  const { expected, example } = VARIABLES[first];
  const examples = missing.map((name) => `${name}=${example}`).join(' ');
  const open = missing.map((name) => OPEN_WITHOUT[name]).join(', and ');
  const must = missing.length === 1 ? 'it must be set' : 'they must be set, each its own,';
  const error = `${missing.join(', ')}: expected ${expected}, and ${must} when HOST is not loopback: ${open} would be open to the network. Example: ${examples}`;
  return { ok: false, error };
};

/** Rules that need more than one variable. */
const contradiction = (vars: Variables): EnvironmentResult | null => {
  if (vars.MODE === 'enforce' && vars.NAMESPACE === undefined) {
    return refusal(
      'NAMESPACE',
      ', and it must be set when MODE=enforce: it keeps the ids of staging and production apart',
    );
  }
  if (vars.MODE === 'enforce' && vars.SEGMENT_WRITE_KEY === undefined) {
    return refusal(
      'SEGMENT_WRITE_KEY',
      ', and it must be set when MODE=enforce: what is only recorded is never sent later. To watch without it, use MODE=observe',
    );
  }
  const lone = findLoneVariable(vars);
  if (lone !== null) return refusal(lone.name, lone.why);
  return missingTokens(vars);
};

const toStripeApi = ({ STRIPE_API_KEY, STRIPE_API_BASE }: Variables): Environment['stripeApi'] =>
  STRIPE_API_KEY === undefined ? null : { apiKey: toSecret(STRIPE_API_KEY), base: STRIPE_API_BASE.replace(/\/+$/, '') };

const toSegmentPublicApi = (vars: Variables): Environment['segmentPublicApi'] =>
  vars.SEGMENT_PUBLIC_API_TOKEN === undefined
    ? null
    : { token: toSecret(vars.SEGMENT_PUBLIC_API_TOKEN), base: vars.SEGMENT_PUBLIC_API_BASE.replace(/\/+$/, '') };

const toEnvironment = (vars: Variables): Environment => ({
  port: vars.PORT,
  host: vars.HOST,
  databaseUrl: vars.DATABASE_URL,
  mode: vars.MODE,
  namespace: vars.NAMESPACE ?? 'dev',
  deliverTestMode: vars.DELIVER_TEST_MODE === 'true',
  segmentWriteKey: vars.SEGMENT_WRITE_KEY === undefined ? null : toSecret(vars.SEGMENT_WRITE_KEY),
  segmentHost: vars.SEGMENT_HOST.replace(/\/+$/, ''),
  tools: toToolAccess(vars),
  stripeWebhookSecrets: (vars.STRIPE_WEBHOOK_SECRET ?? []).map(toSecret),
  recoveryToolSecrets: {
    churnkey: (vars.CHURNKEY_WEBHOOK_SECRET ?? []).map(toSecret),
    'churn-buster': (vars.CHURN_BUSTER_WEBHOOK_SECRET ?? []).map(toSecret),
  },
  stripeApi: toStripeApi(vars),
  segmentPublicApi: toSegmentPublicApi(vars),
  apiToken: vars.API_TOKEN === undefined ? null : toSecret(vars.API_TOKEN),
  guardToken: vars.GUARD_TOKEN === undefined ? null : toSecret(vars.GUARD_TOKEN),
  logLevel: vars.LOG_LEVEL,
});

/**
 * Checks the environment. Pure; variables that Recoup does not know are left alone.
 * @param vars as in `process.env`; an empty value counts as unset, as `.env` files leave placeholders empty.
 * @returns the first wrong variable as one line that never repeats the value: it may be a secret in the wrong place.
 */
export const parseEnvironment = (vars: Readonly<Record<string, string | undefined>>): EnvironmentResult => {
  const given = Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) return refusal(parsed.error.issues[0]?.path[0] as VariableName);
  return contradiction(parsed.data) ?? { ok: true, value: toEnvironment(parsed.data) };
};
