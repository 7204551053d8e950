import type { Policy } from '../domain/policy.ts';
import type { Environment } from './environment.ts';
import { addressOf, requiredOf, TOOL_VENDORS, type ToolVendor } from './tool-access.ts';

interface AnnouncementOptions {
  readonly environment: Environment;
  /** Base URL of the door, e.g. `http://127.0.0.1:8484`. */
  readonly url: string;
  /** The policy file that was read, and what it says of recorders. */
  readonly policyFile: string;
  readonly policy: Pick<Policy, 'recorded'>;
  /** What the brake holds back, in a sentence for people; null while it is off. */
  readonly brake?: string | null;
  /** Event types that the Stripe webhook endpoint has to send. */
  readonly stripeEvents: readonly string[];
}

type Part = readonly [name: string, text: string];

/** Does anything leave the process: only in enforce, and only with a key. */
export const sends = ({ mode, segmentWriteKey }: Environment): boolean =>
  mode === 'enforce' && segmentWriteKey !== null;

/** The vendors whose tools are written to, each with its address: none unless Segment is. */
const writtenTo = (environment: Environment): readonly (ToolVendor & { readonly address: string })[] =>
  sends(environment)
    ? TOOL_VENDORS.flatMap((vendor) => {
        const access = environment.tools[vendor.vendor];
        return access === undefined ? [] : [{ ...vendor, address: addressOf(access) }];
      })
    : [];

const firstLine = (environment: Environment): string => {
  if (environment.mode === 'observe') {
    return 'Recoup OBSERVES: calls are recorded and none leaves this process. MODE=enforce sends them.';
  }
  if (!sends(environment)) {
    return 'Recoup ENFORCES, but SEGMENT_WRITE_KEY is not set: calls are recorded and none leaves this process.';
  }
  const tools = writtenTo(environment).map(({ name, address }) => `${name} at ${address}`);
  const state = tools.length === 0 ? '' : ` and state to ${tools.join(', ')}`;
  return `Recoup ENFORCES: calls go to Segment at ${environment.segmentHost}${state}.`;
};

/** Tools whose claims come in by webhook, and the variable that opens each door. */
const RECOVERY_TOOLS = [
  { name: 'churnkey', title: 'Churnkey', variable: 'CHURNKEY_WEBHOOK_SECRET' },
  { name: 'churn-buster', title: 'Churn Buster', variable: 'CHURN_BUSTER_WEBHOOK_SECRET' },
] as const;

const heardTools = ({ recoveryToolSecrets }: Environment) =>
  RECOVERY_TOOLS.filter(({ name }) => recoveryToolSecrets[name].length > 0);

const webhooksOf = (environment: Environment, url: string): Readonly<Record<string, string>> => ({
  ...(environment.stripeWebhookSecrets.length > 0 ? { stripe: `${url}/webhooks/stripe` } : {}),
  ...Object.fromEntries(heardTools(environment).map(({ name }) => [name, `${url}/webhooks/${name}`])),
});

const onParts = ({ environment, url, policyFile }: AnnouncementOptions): readonly Part[] => [
  ...(environment.stripeWebhookSecrets.length > 0 ? [['on', `Stripe webhooks: ${url}/webhooks/stripe`] as const] : []),
  ...heardTools(environment).map(
    ({ name, title }) => ['on', `claims of ${title}, as holds: ${url}/webhooks/${name}`] as const,
  ),
  ...(sends(environment) ? [['on', `Segment, ids under the namespace ${environment.namespace}`] as const] : []),
  ...writtenTo(environment).map(({ name, holds }) => ['on', `${name}: ${holds}`] as const),
  ['on', `health ${url}/healthz, ${url}/readyz; numbers ${url}/metrics`],
  ['on', `guard ${url}/v1/guard/<user id>, banner ${url}/v1/banner.js, holds ${url}/v1/profiles/<user id>/hold`],
  ['store', `${environment.databaseUrl}, namespace ${environment.namespace}`],
  ['policy', policyFile],
];

const isOff = ({ tools }: Environment, { vendor }: ToolVendor): boolean => tools[vendor] === undefined;

/** `A`, `A and B`, `A, B and C`. */
const listed = (words: readonly string[]): string => words.join(', ').replace(/, ([^,]*)$/, ' and $1');

const recordParts = ({ environment, policy }: AnnouncementOptions): readonly Part[] => {
  const recorded = TOOL_VENDORS.filter(({ vendor }) => policy.recorded.includes(vendor));
  if (!sends(environment)) {
    const all = TOOL_VENDORS.filter((vendor) => recorded.includes(vendor) || !isOff(environment, vendor));
    const names = listed(['Segment', ...all.map(({ name }) => name)]);
    return [['records', `every call to ${names}; see them with: npm run recoup -- profile <user id>`]];
  }
  const absent = recorded.filter((vendor) => isOff(environment, vendor));
  return [
    ...(absent.length > 0
      ? [['records', `what would be told to ${listed(absent.map(({ name }) => name))}`] as const]
      : []),
    ...(environment.deliverTestMode
      ? []
      : [['records', 'calls about test-mode payments; DELIVER_TEST_MODE=true sends them too'] as const]),
  ];
};

const offParts = (environment: Environment): readonly Part[] => [
  ...(environment.stripeWebhookSecrets.length === 0
    ? [['off', 'Stripe webhooks answer 404: set STRIPE_WEBHOOK_SECRET to turn them on'] as const]
    : []),
  ...RECOVERY_TOOLS.filter((tool) => !heardTools(environment).includes(tool)).map(
    ({ title, variable }) => ['off', `claims of ${title}: set ${variable} to turn them on`] as const,
  ),
  ...(environment.segmentWriteKey === null ? [['off', 'Segment: set SEGMENT_WRITE_KEY to turn it on'] as const] : []),
  ...TOOL_VENDORS.filter((vendor) => isOff(environment, vendor)).map(
    (vendor) => ['off', `${vendor.name}: set ${listed(requiredOf(vendor))} to turn it on`] as const,
  ),
  ...(environment.apiToken === null
    ? [['off', '/metrics and /v1/profiles from other machines: set API_TOKEN to turn them on'] as const]
    : []),
  ...(environment.guardToken === null
    ? [['off', '/v1/guard and /v1/status from other machines: set GUARD_TOKEN to turn them on'] as const]
    : []),
];

const LINE_CHARS = 110;

/** As few lines as hold the words, so that the list can be copied and does not push the rest off the screen. */
const wrap = (words: readonly string[]): readonly string[] => {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length > LINE_CHARS) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
};

/**
 * What a relay says when it has started, line by line: first whether anything leaves, then what is on, what records,
 * what is off and which variable turns it on, and what the webhook endpoint must be subscribed to. No secrets.
 */
export const toAnnouncement = (options: AnnouncementOptions): readonly string[] => {
  const { environment, stripeEvents } = options;
  const parts = [...onParts(options), ...recordParts(options), ...offParts(environment)];
  return [
    ...(options.brake ? [options.brake] : []),
    firstLine(environment),
    ...parts.map(([name, text]) => `  ${name.padEnd(8)} ${text}`),
    `Subscribe the Stripe webhook endpoint to these ${stripeEvents.length} events, and to no others:`,
    ...wrap(stripeEvents),
  ];
};

/** The same for a program that started the relay. No secrets. */
export const toAnnouncementJson = ({
  brake = null,
  environment,
  url,
  policyFile,
  stripeEvents,
}: AnnouncementOptions) => ({
  mode: environment.mode,
  brake,
  sends: sends(environment),
  url,
  webhooks: webhooksOf(environment, url),
  segment: sends(environment) ? environment.segmentHost : null,
  tools: Object.fromEntries(writtenTo(environment).map(({ vendor, address }) => [vendor, address])),
  deliverTestMode: environment.deliverTestMode,
  namespace: environment.namespace,
  store: environment.databaseUrl,
  policy: policyFile,
  subscribe: { stripe: stripeEvents },
});
