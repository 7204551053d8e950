import { isLoopback } from '../../config/address.ts';
import type { Environment } from '../../config/environment.ts';
import type { AtStripe, ClockReading, Gathered, InStore, Looked, Settings } from '../../doctor/gathered.ts';
import { parseThinDestination, parseWebhookEndpoint } from '../../doctor/webhook-endpoint.ts';
import { RecoupError } from '../../domain/errors.ts';
import { instant } from '../../domain/instant.ts';
import type { ApiAnswer, BillingApi } from '../../pipeline/api/api-ports.ts';
import type { Store } from '../../pipeline/ports.ts';
import { SUBSCRIBE_EVENTS } from '../../providers/stripe/subscribe.ts';
import { askClock } from '../ask-clock.ts';
import { askRelay } from '../ask-relay.ts';
import type { CliDoors } from '../doors.ts';
import { lookAtTools } from './doctor-tools.ts';

/** Webhook endpoints that are read: Stripe allows 16. */
const ENDPOINTS = 100;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const looked = <T>(look: () => T): Looked<T> => {
  try {
    return { read: true, value: look() };
  } catch (error) {
    return { read: false, reason: messageOf(error), fault: true };
  }
};

const notThere = (reason: string): { readonly read: false; readonly reason: string; readonly fault: false } => ({
  read: false,
  reason,
  fault: false,
});

/** What is set for webhooks, wrong shapes too, which a valid environment has not. */
const countSecrets = (text = ''): Gathered['secrets'] => {
  const secrets = text.split(',').flatMap((part) => part.trim() || []);
  return { given: secrets.length, misshapen: secrets.filter((secret) => !/^whsec_\S+$/.test(secret)).length };
};

const toSettings = async (environment: Environment, doors: CliDoors): Promise<Settings> => {
  const { configured, off } = await doors.openTools();
  return {
    mode: environment.mode,
    deliverTestMode: environment.deliverTestMode,
    webhookPath: '/webhooks/stripe',
    tools: { written: configured.map(({ tool }) => tool), off },
  };
};

const lookAtSettings = async (environment: Looked<Environment>, doors: CliDoors): Promise<Looked<Settings>> => {
  if (!environment.read) return environment;
  try {
    return { read: true, value: await toSettings(environment.value, doors) };
  } catch (error) {
    return { read: false, reason: messageOf(error), fault: true };
  }
};

const lookAtClock = async (environment: Looked<Environment>): Promise<Looked<ClockReading>> => {
  if (!environment.read) return notThere('the settings are not valid.');
  const { stripeApi, segmentHost } = environment.value;
  const base = stripeApi?.base ?? segmentHost;
  const { host } = new URL(base);
  const aheadMs = await askClock(base);
  return aheadMs === null ? notThere(`${host} told no time.`) : { read: true, value: { host, aheadMs } };
};

const parseAll = <T>(objects: readonly unknown[], parse: (object: unknown) => T | null): readonly T[] =>
  objects.map(parse).filter((object) => object !== null);

const readEndpoints = async (api: BillingApi): Promise<AtStripe['endpoints']> => {
  const page = await api.list('/v1/webhook_endpoints', { limit: ENDPOINTS }, '');
  return page.result === 'found'
    ? { result: 'found', value: parseAll(page.value.objects, parseWebhookEndpoint) }
    : page;
};

const readThin = async (api: BillingApi): Promise<AtStripe['thin']> => {
  const answer: ApiAnswer<Readonly<Record<string, unknown>>> = await api.fetch('/v2/core/event_destinations', {}, '');
  if (answer.result !== 'found') return answer;
  const { data } = answer.value;
  return { result: 'found', value: parseAll(Array.isArray(data) ? data : [], parseThinDestination) };
};

const lookAtStripe = async (doors: CliDoors): Promise<Looked<AtStripe>> => {
  let api: BillingApi | null = null;
  try {
    api = await doors.openBillingApi();
    if (api === null) return notThere('STRIPE_API_KEY is not set.');
    const endpoints = await readEndpoints(api);
    // A key that is refused once is refused again, and a provider that is busy is left alone.
    const thin = endpoints.result === 'found' ? await readThin(api) : endpoints;
    return { read: true, value: { mode: api.mode, endpoints, thin } };
  } catch (error) {
    return { read: false, reason: messageOf(error), fault: true };
  } finally {
    await api?.close();
  }
};

const readStore = async (store: Store): Promise<InStore> => ({
  survey: await store.survey(),
  counts: await store.counts(),
  api: await store.apiCounts(),
});

/** The store as it is, beside a relay that may be running on it; one that is not there is not made. */
const lookAtStore = async (doors: CliDoors): Promise<Looked<InStore>> => {
  let store: Store | null = null;
  try {
    store = await doors.openStore();
    return { read: true, value: await readStore(store) };
  } catch (error) {
    const isAbsent = error instanceof RecoupError && error.code === 'store_absent';
    return { read: false, reason: messageOf(error), fault: !isAbsent };
  } finally {
    await store?.close();
  }
};

const lookAtRelay = async (environment: Looked<Environment>): Promise<Gathered['relay']> => {
  if (!environment.read) return notThere('the settings are not valid.');
  const { host, port, apiToken } = environment.value;
  // One that listens everywhere listens here.
  const near = isLoopback(host) || !/^(0\.0\.0\.0|::)$/.test(host) ? host : '127.0.0.1';
  const refused = await askRelay(
    `http://${near.includes(':') ? `[${near}]` : near}:${port}`,
    apiToken?.reveal() ?? null,
  );
  return refused === null ? notThere('no relay answers there') : { read: true, value: { refused } };
};

/** Looks at everything that the checks judge: what is set, this clock, Stripe, the tools, the store and a running relay. Changes nothing. */
export const gather = async (doors: CliDoors): Promise<Gathered> => {
  const now = instant(Date.now());
  const environment = looked(doors.loadEnvironment);
  const [settings, clock, stripe, tools, store, relay] = await Promise.all([
    lookAtSettings(environment, doors),
    lookAtClock(environment),
    environment.read ? lookAtStripe(doors) : notThere('the settings are not valid.'),
    environment.read ? lookAtTools(doors) : notThere('the settings are not valid.'),
    environment.read ? lookAtStore(doors) : notThere('the settings are not valid.'),
    lookAtRelay(environment),
  ]);
  return {
    now,
    settings,
    policy: looked(doors.loadPolicy),
    secrets: countSecrets(doors.env.STRIPE_WEBHOOK_SECRET),
    clock,
    stripe,
    tools,
    store,
    relay,
    subscribe: SUBSCRIBE_EVENTS,
  };
};
