import { type Found, ok, problem, unknown, warning } from './finding.ts';
import type { AtStripe, Check, Settings } from './gathered.ts';
import { endpointsHere, type WebhookEndpoint } from './webhook-endpoint.ts';

const WHERE = 'Stripe dashboard, Workbench > Webhooks';

const showAll = (endpoints: readonly WebhookEndpoint[]): readonly string[] =>
  endpoints.map(({ id, url, enabled }) => `${id}  ${enabled ? 'enabled ' : 'disabled'}  ${withoutQuery(url)}`);

/** A query may hold somebody's secret. */
const withoutQuery = (text: string): string => {
  const url = URL.parse(text);
  return url === null ? 'not a URL' : `${url.protocol}//${url.host}${url.pathname}`;
};

const judge = (all: readonly WebhookEndpoint[], { mode }: AtStripe, { webhookPath }: Settings): readonly Found[] => {
  const here = endpointsHere(all, webhookPath);
  const enabled = here.filter((endpoint) => endpoint.enabled);
  if (here.length === 0) {
    return [
      problem(
        `Stripe has no ${mode}-mode endpoint whose path ends in ${webhookPath}.`,
        `Add one for https://<your host>${webhookPath} (${WHERE} > Add destination), with the events that \`npm start\` prints.`,
        showAll(all),
      ),
    ];
  }
  if (enabled.length === 0) {
    return [problem(`The ${mode}-mode endpoint is disabled: nothing comes in.`, `Enable it: ${WHERE}.`, showAll(here))];
  }
  if (enabled.length === 1) return [ok(`One ${mode}-mode endpoint sends here.`, showAll(enabled))];
  return [
    warning(
      `${enabled.length} endpoints of ${mode} mode send to ${webhookPath}.`,
      'Right only with one for the account and one for connected accounts, or for two Recoups: each has a signing secret of its own, and all that come here must be in STRIPE_WEBHOOK_SECRET. Otherwise delete all but one.',
      showAll(enabled),
    ),
  ];
};

/** Thin events hold ids only, so each needs a call to the API. */
const judgeThin = ({ thin }: AtStripe): readonly Found[] => {
  if (thin.result !== 'found') return [];
  const enabled = thin.value.filter((destination) => destination.enabled);
  if (enabled.length === 0) return [];
  return [
    warning(
      'An event destination of this account sends thin events.',
      'If it sends to Recoup, each of them costs a call to the API and waits while STRIPE_API_KEY is not set. A destination of snapshot events is quicker.',
      enabled.map(({ id, events }) => `${id}  ${events.length} event types`),
    ),
  ];
};

const NO_KEY_MEND =
  'Set STRIPE_API_KEY to a restricted key that may read webhook endpoints, or compare the endpoint with what `npm start` prints.';

/** Does Stripe send here at all. */
export const checkEndpoint: Check = {
  name: 'endpoint',
  find: ({ stripe, settings }) => {
    if (!settings.read) return [];
    if (!stripe.read) {
      const what = `The webhook endpoint at Stripe could not be looked at: ${stripe.reason}`;
      return [stripe.fault ? problem(what, NO_KEY_MEND) : unknown(what, NO_KEY_MEND)];
    }
    const { endpoints, mode } = stripe.value;
    if (endpoints.result === 'found') {
      return [...judge(endpoints.value, stripe.value, settings.value), ...judgeThin(stripe.value)];
    }
    if (endpoints.result === 'stopped') {
      return [
        problem(
          `The ${mode}-mode key does not read webhook endpoints: ${endpoints.reason}`,
          'Take a key of this account that works, with read access to Webhook Endpoints (Developers > API keys).',
        ),
      ];
    }
    const why = endpoints.result === 'retry' ? endpoints.reason : 'Stripe knows no such list';
    return [unknown(`The webhook endpoint at Stripe could not be looked at: ${why}`, 'Run this again in a minute.')];
  },
};
