import type { Mode } from '../domain/ids.ts';
import { counted, wrapParts } from '../domain/words.ts';
import { endpointsInUse, sends } from './endpoints-in-use.ts';
import { type Found, ok, problem, unknown, warning } from './finding.ts';
import type { Check } from './gathered.ts';
import type { WebhookEndpoint } from './webhook-endpoint.ts';

/** Without one of these dunning is not seen to begin or to end. */
const ESSENTIAL = [
  'invoice.payment_failed',
  'invoice.paid',
  'customer.subscription.updated',
  'customer.subscription.deleted',
];
/** Stripe waits for its answer before it finalises an invoice. */
const HOLDS_UP = 'invoice.created';

/** Fits beside the margins of a screen of 80 columns. */
const COLUMNS = 70;

/** One command for Stripe's CLI in a shell: what is sent already and what is missing, since it replaces the whole list. */
const toCommand = ({ id, events }: WebhookEndpoint, missing: readonly string[], mode: Mode): readonly string[] => {
  const all = [...new Set([...events, ...missing])].filter((type) => type !== HOLDS_UP).toSorted();
  return [
    `stripe webhook_endpoints update ${id}${mode === 'live' ? ' --live' : ''} \\`,
    "  $(printf -- '-d enabled_events[]=%s ' \\",
    ...wrapParts(all, COLUMNS).map((line, i, lines) => `  ${line}${i < lines.length - 1 ? ' \\' : ')'}`),
  ];
};

const judgeMissing = (
  endpoints: readonly WebhookEndpoint[],
  { subscribe, mode }: { readonly subscribe: readonly string[]; readonly mode: Mode },
): Found => {
  const missing = subscribe.filter((type) => !sends(endpoints, type));
  if (missing.length === 0) return ok(`All ${subscribe.length} events that Recoup reads are sent.`);
  const [first] = endpoints;
  const detail = [
    'missing:',
    ...wrapParts(missing, COLUMNS).map((line) => `  ${line}`),
    ...(endpoints.length === 1 && first !== undefined ? ['', ...toCommand(first, missing, mode)] : []),
  ];
  const essential = missing.filter((type) => ESSENTIAL.includes(type));
  const mend = 'Choose them in Workbench > Webhooks > the endpoint > Edit destination, or run the command below.';
  return essential.length > 0
    ? problem(`${counted(missing.length, 'event')} not sent, ${essential.join(', ')} among them.`, mend, detail)
    : warning(
        `${counted(missing.length, 'event')} that Recoup reads ${missing.length === 1 ? 'is' : 'are'} not sent.`,
        mend,
        detail,
      );
};

const judgeHeldUp = (endpoints: readonly WebhookEndpoint[]): readonly Found[] => {
  const holding = endpoints.filter((endpoint) => sends([endpoint], HOLDS_UP));
  if (holding.length === 0) return [];
  return [
    warning(
      `${HOLDS_UP} is sent here: Stripe finalises no invoice before it is answered, so an outage delays every invoice.`,
      'Take it off the endpoint; nothing is learned from it that later events do not say.',
      holding.map(({ id, events }) => (events.includes('*') ? `${id} sends all events (*)` : id)),
    ),
  ];
};

/** Does Stripe send every event that is read, and none that does harm. */
export const checkEvents: Check = {
  name: 'events',
  find: (gathered) => {
    const endpoints = endpointsInUse(gathered);
    if (endpoints === null) {
      return [
        unknown(
          'Which events the endpoint sends is not known.',
          gathered.stripe.read
            ? 'Mend what the finding on endpoint says, or compare the endpoint with the list that `npm start` prints.'
            : 'Set STRIPE_API_KEY, or compare the endpoint with the list that `npm start` prints.',
        ),
      ];
    }
    if (endpoints.length === 0) return [];
    const mode = gathered.stripe.read ? gathered.stripe.value.mode : 'test';
    return [judgeMissing(endpoints, { subscribe: gathered.subscribe, mode }), ...judgeHeldUp(endpoints)];
  },
};
