import { toPropertySpecs } from '../destinations/hubspot/set-up/property-specs.ts';
import type { HubspotSettings } from '../destinations/hubspot/settings.ts';
import type { Audiences } from './audience-kit/audiences.ts';
import { SILENT_LOG } from './config/log.ts';
import { fieldsOf } from './destination-kit/fields.ts';
import type { ToolRecord } from './destination-kit/record.ts';
import type { BatchAnswer } from './destination-kit/sink.ts';
import type { Policy } from './domain/policy.ts';
import { loadAudiences } from './main-audiences.ts';
import { openTools } from './main-tools.ts';
import type { EngineTool } from './pipeline/engine.ts';
import { makeGuard } from './pipeline/guard/make-guard.ts';
import { makeFindPresent } from './pipeline/guard/present.ts';
import { intervene } from './pipeline/interventions/intervene.ts';
import { makeRelay } from './pipeline/relay.ts';
import { makeRules } from './pipeline/rules.ts';
import { PROVIDERS } from './providers/index.ts';
import { makeRecorderSink } from './segment/recorder-sink.ts';
import { toFlowTool as toCanvasTool } from './simulate/vendors/braze/canvas.ts';
import { startBrazeStandIn } from './simulate/vendors/braze.ts';
import { type HubspotStandIn, startHubspotStandIn } from './simulate/vendors/hubspot/server.ts';
import { toFlowTool as toJourneyTool } from './simulate/vendors/iterable/journey.ts';
import { startIterableStandIn } from './simulate/vendors/iterable.ts';
import type { Refuses } from './simulate/vendors/weather.ts';
import {
  type Held,
  SIMULATED_TOOLS,
  type SimulatedRelay,
  type SimulatedRelayOptions,
  type SimulatedTool,
} from './simulate/world/simulated-relay.ts';
import { openStore } from './store/index.ts';

/** What `recoup simulate` joins: the relay as it runs, and stand-ins of tools on loopback. No environment, no credential. */

const SECRET = 'whsec_simulate';
const NAMESPACE = 'simulate';
const KEY = 'stand-in';

type Values = Readonly<Record<string, unknown>>;

const toHeld = (values: Values | undefined): Held | null => {
  if (values === undefined) return null;
  const text = (name: string): string | null => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const inDunning = values.in_dunning === true || values.in_dunning === 'true';
  return { inDunning, status: text('dunning_status'), episode: text('dunning_episode_id') };
};

const setUpHubspot = ({ account }: HubspotStandIn, policy: Policy, audiences: Audiences): void => {
  const { contactIdProperty, companyIdProperty } = policy.hubspot;
  const settings = { contact_id_property: contactIdProperty, company_id_property: companyIdProperty };
  account.groups.contacts.set('recoup', 'Recoup');
  const fields = fieldsOf('contact', audiences.all);
  for (const spec of toPropertySpecs('contacts', settings as HubspotSettings, fields)) account.define('contacts', spec);
};

const startStandIns = async ({ clock: { now }, weather }: SimulatedRelayOptions) => {
  const [braze, iterable, hubspot] = await Promise.all([
    startBrazeStandIn({ key: KEY, now, weather: weather.braze }),
    startIterableStandIn({ key: KEY, now, limitsRates: false, weather: weather.iterable }),
    startHubspotStandIn({ token: KEY, now, weather: weather.hubspot }),
  ]);
  // Iterable takes a field's type from its first value: 49 would make it a whole number.
  iterable.types.set('dunning_amount_due', 'double');
  return { braze, iterable, hubspot };
};

type StandIns = Awaited<ReturnType<typeof startStandIns>>;

const toTools = ({ braze, iterable, hubspot }: StandIns, { hubspot: names }: Policy): readonly SimulatedTool[] => [
  {
    tool: 'braze',
    flow: toCanvasTool(braze.users),
    heldOf: (userId) => toHeld(braze.users.all.get(userId)?.attributes),
  },
  {
    tool: 'iterable',
    flow: toJourneyTool(iterable.users),
    heldOf: (userId) => toHeld(iterable.users.all.get(userId)?.dataFields),
  },
  {
    tool: 'hubspot',
    flow: null,
    heldOf: (userId) => toHeld(hubspot.account.find('contacts', names.contactIdProperty, userId)[0]?.properties),
  },
];

/** One call at a time over all tools: the draws of what goes wrong then come in the same order in every run. */
const makeTurns = (readsBack: boolean) => {
  let last: Promise<unknown> = Promise.resolve();
  const take = <T>(call: () => Promise<T>): Promise<T> => {
    const done = last.then(call);
    last = done.catch(() => {});
    return done;
  };
  return ({ live, reader, ...tool }: EngineTool, refuses: Refuses): EngineTool => ({
    ...tool,
    live: live && {
      ...live,
      send: (records) => take(async () => (refuses(records.map(userOf)) ? DOWN : live.send(records))),
    },
    reader:
      readsBack && reader
        ? { ...reader, read: (userIds) => take(() => (refuses([]) ? Promise.reject(unread()) : reader.read(userIds))) }
        : null,
  });
};

const NO_MORE = { actor: null, reason: null, holdId: null, episode: null };
const userOf = ({ userId }: ToolRecord): string => userId;
const DOWN: BatchAnswer = { answer: 'unavailable', reason: 'status 503' };
const unread = (): Error => Object.assign(new Error('status 503'), { status: 503 });

const credentialsOf = ({ braze, iterable, hubspot }: StandIns) => ({
  braze: { apiKey: KEY, endpoint: braze.url },
  iterable: { apiKey: KEY, baseUrl: iterable.url },
  hubspot: { accessToken: KEY, baseUrl: hubspot.url },
});

/** Everything in memory and on loopback: `.env`, `DATABASE_URL` and every credential are left alone. */
export const openSimulatedRelay = async (given: Policy, options: SimulatedRelayOptions): Promise<SimulatedRelay> => {
  const { clock, random, readsBack } = options;
  // The sample reads those of whom nothing changed: two months of it would be all that this does.
  const verify = { ...given.verify, samplePerHour: 0 };
  const policy: Policy = { ...given, recorded: [], verify, hubspot: { ...given.hubspot, createMissing: true } };
  const [audiences, standIns, store] = await Promise.all([
    loadAudiences(),
    startStandIns(options),
    openStore('sqlite::memory:', { lock: false, namespace: NAMESPACE }),
  ]);
  setUpHubspot(standIns.hubspot, policy, audiences);
  const inTurn = makeTurns(readsBack);
  const opened = await openTools({ clock, credentials: credentialsOf(standIns), policy });
  const tools = opened.flatMap((each) => {
    const name = SIMULATED_TOOLS.find((simulated) => simulated === each.tool);
    return name === undefined ? [] : [inTurn(each, options.refuses[name])];
  });
  const rulesInput = { policy, audiences, namespace: NAMESPACE, providers: PROVIDERS, code: NAMESPACE };
  const segmentNames = tools.flatMap((each) => each.segmentNames);
  const open = () =>
    makeRelay({
      ...rulesInput,
      store,
      secretsOf: () => [SECRET],
      segment: null,
      recorder: makeRecorderSink(),
      tools,
      deliverTestMode: false,
      clock,
      random,
      log: SILENT_LOG,
    });
  let relay = open();
  const world = { store, rules: makeRules({ ...rulesInput, segmentNames }), providers: PROVIDERS };
  const findPresent = makeFindPresent({ ...world, channelFor: () => 'recorder' });
  return {
    store,
    secret: SECRET,
    receiver: {
      ...relay.receiver,
      receive: (request) => relay.receiver.receive(request),
      stop: () => relay.receiver.stop(),
    },
    runDue: (now) => relay.runDue(now),
    deliverDue: (now) => relay.deliverDue(now),
    guard: makeGuard({ findPresent }),
    tools: toTools(standIns, policy),
    verifyDue: readsBack ? (now) => relay.verifyDue(now) : null,
    intervene: async ({ userId: id, requestId, until, now }) => {
      const action = until === null ? 'mark_recovered' : 'hold';
      const wish = { ...NO_MORE, action, id, requestId, expiry: until === null ? null : { until } } as const;
      return (await intervene(world, wish, now)).ok;
    },
    restart: async () => {
      await relay.stop();
      relay = open();
    },
    close: async () => {
      await relay.stop();
      await Promise.all([standIns.braze.close(), standIns.iterable.close(), standIns.hubspot.close()]);
      await store.close();
    },
  };
};
