import type { Environment } from './environment.ts';

interface AnnouncementOptions {
  readonly environment: Environment;
  /** Base URL of the door, e.g. `http://127.0.0.1:8484`. */
  readonly url: string;
  /** The policy file that was read. */
  readonly policyFile: string;
  /** Event types that the Stripe webhook endpoint has to send. */
  readonly stripeEvents: readonly string[];
}

type Part = readonly [name: string, text: string];

/** Does anything leave the process: only in enforce, and only with a key. */
export const sends = ({ mode, segmentWriteKey }: Environment): boolean =>
  mode === 'enforce' && segmentWriteKey !== null;

/** Is Braze written to: never unless Segment is. */
export const writesBraze = (environment: Environment): boolean => sends(environment) && environment.braze !== null;

const firstLine = (environment: Environment): string => {
  if (environment.mode === 'observe') {
    return 'Recoup OBSERVES: calls are recorded and none leaves this process. MODE=enforce sends them.';
  }
  return sends(environment)
    ? `Recoup ENFORCES: calls go to Segment at ${environment.segmentHost}${writesBraze(environment) ? ` and state to Braze at ${environment.braze?.endpoint}` : ''}.`
    : 'Recoup ENFORCES, but SEGMENT_WRITE_KEY is not set: calls are recorded and none leaves this process.';
};

const onParts = ({ environment, url, policyFile }: AnnouncementOptions): readonly Part[] => [
  ...(environment.stripeWebhookSecrets.length > 0 ? [['on', `Stripe webhooks: ${url}/webhooks/stripe`] as const] : []),
  ...(sends(environment) ? [['on', `Segment, ids under the namespace ${environment.namespace}`] as const] : []),
  ...(writesBraze(environment) ? [['on', 'Braze, for people with a user id who are or were in dunning'] as const] : []),
  ['on', `health ${url}/healthz, ${url}/readyz; numbers ${url}/metrics`],
  ['store', `${environment.databaseUrl}, namespace ${environment.namespace}`],
  ['policy', policyFile],
];

const recordParts = (environment: Environment): readonly Part[] => {
  if (!sends(environment))
    return [['records', 'every call to Segment and Braze; see them with: npm run recoup -- profile <user id>']];
  return [
    ...(writesBraze(environment) ? [] : [['records', 'what Braze would be told'] as const]),
    ...(environment.deliverTestMode
      ? []
      : [['records', 'calls about test-mode payments; DELIVER_TEST_MODE=true sends them too'] as const]),
  ];
};

const offParts = (environment: Environment): readonly Part[] => [
  ...(environment.stripeWebhookSecrets.length === 0
    ? [['off', 'Stripe webhooks answer 404: set STRIPE_WEBHOOK_SECRET to turn them on'] as const]
    : []),
  ...(environment.segmentWriteKey === null ? [['off', 'Segment: set SEGMENT_WRITE_KEY to turn it on'] as const] : []),
  ...(environment.braze === null
    ? [['off', 'Braze: set BRAZE_API_KEY and BRAZE_REST_ENDPOINT to turn it on'] as const]
    : []),
  ...(environment.apiToken === null
    ? [['off', '/metrics from other machines: set API_TOKEN to turn it on'] as const]
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
  const parts = [...onParts(options), ...recordParts(environment), ...offParts(environment)];
  return [
    firstLine(environment),
    ...parts.map(([name, text]) => `  ${name.padEnd(8)} ${text}`),
    `Subscribe the Stripe webhook endpoint to these ${stripeEvents.length} events, and to no others:`,
    ...wrap(stripeEvents),
  ];
};

/** The same for a program that started the relay. No secrets. */
export const toAnnouncementJson = ({ environment, url, policyFile, stripeEvents }: AnnouncementOptions) => ({
  mode: environment.mode,
  sends: sends(environment),
  url,
  webhooks: environment.stripeWebhookSecrets.length > 0 ? { stripe: `${url}/webhooks/stripe` } : {},
  segment: sends(environment) ? environment.segmentHost : null,
  braze: writesBraze(environment) ? (environment.braze?.endpoint ?? null) : null,
  deliverTestMode: environment.deliverTestMode,
  namespace: environment.namespace,
  store: environment.databaseUrl,
  policy: policyFile,
  subscribe: { stripe: stripeEvents },
});
