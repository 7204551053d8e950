import { DAY_MS, HOUR_MS, type Instant, instant } from '../../domain/instant.ts';
import {
  drawOutages,
  type FaultKind,
  makeWeather,
  OUTAGE_HOURS,
  type Outage,
  type ToolWeather,
} from '../chaos/weather.ts';
import { type Difference, findDifferences } from '../judge/final-state.ts';
import { makeJudge, type Verdict } from '../judge/judge.ts';
import { makeTruth, type Truth } from '../judge/truth.ts';
import { makeRandom } from '../random.ts';
import { makeVirtualClock, type VirtualClock } from '../time-machine.ts';
import { type AskingFlow, type FlowCounts, runAskingFlow } from '../vendors/asking-flow.ts';
import type { FlowMessage } from '../vendors/flow.ts';
import { hashOf } from './hash.ts';
import { play, type Timed } from './play.ts';
import {
  type OpenSimulatedRelay,
  SIMULATED_TOOLS,
  type SimulatedRelay,
  type SimulatedTool,
  type SimulatedToolName,
} from './simulated-relay.ts';
import { makeWorld, type World } from './world.ts';

/** What keeps a message from whoever is not to have it. */
export const LAYERS = ['guard', 'state', 'exit', 'read-back'] as const;
export type Layer = (typeof LAYERS)[number];

/** A fixed day, so that the same seed gives the same bytes whenever it is run. */
const STARTS_AT = instant(Date.UTC(2026, 0, 1));

export interface SimulationOptions {
  readonly days: number;
  readonly customers: number;
  readonly seed: number;
  /** Layers that are left out. */
  readonly without: readonly Layer[];
  /** Hours for which a tool is down, from a drawn instant on, beside what chaos brings. */
  readonly outages: readonly { readonly tool: SimulatedToolName; readonly hours: number }[];
  /** `calm`: nothing goes wrong and webhooks come at once; `chaos`: see `chaos/weather.ts`; `usual`: webhooks alone go astray. */
  readonly weather: 'calm' | 'usual' | 'chaos';
  /** Of chaos alone, where it is to be otherwise than in the proof. */
  readonly chaos?: {
    /** Share of the requests that fail; 0.066 by default. */
    readonly failing?: number;
    /** How long each tool is down, one after the other, in hours; 5, 24 and 72 by default. */
    readonly outageHours?: Readonly<Record<SimulatedToolName, readonly number[]>>;
    /** Requests that write fail in this way alone. */
    readonly kind?: FaultKind;
  };
  /** Share of the cards that fail, over the population's own. */
  readonly failing?: number;
  /** Told after each virtual day, counted from 1. */
  readonly onDay?: (day: number) => void;
  /** Looks at the relay once all is played, before it is closed. */
  readonly onEnd?: (relay: SimulatedRelay, window: { readonly since: Instant; readonly now: Instant }) => Promise<void>;
}

export interface SentMessage extends FlowMessage {
  readonly tool: SimulatedToolName;
}

export interface SimulationResult {
  readonly webhooks: number;
  readonly messages: number;
  readonly messagesPerDay: readonly number[];
  readonly inDunningPerDay: readonly number[];
  readonly verdict: Verdict;
  readonly flows: Readonly<Record<string, Readonly<FlowCounts>>>;
  /** Requests of each tool, and faults by kind. */
  readonly tools: Readonly<
    Record<string, { readonly requests: number; readonly faults: Readonly<Record<string, number>> }>
  >;
  readonly reactions: ReturnType<World['reactions']>;
  readonly recovered: ReturnType<World['recovered']>;
  readonly restarts: number;
  readonly differences: readonly Difference[];
  /** Of all messages, of what the tools hold in the end, and of the numbers above. */
  readonly hash: string;
}

/** Share of the requests that fail, as measured over a year of one vendor's API. */
const FAILING = 0.066;
/** Nothing new goes wrong in the last days: by then every tool must hold what is true. */
const SETTLING_MS = 2 * DAY_MS;
const RESTARTS = 5;
/** From the entry on: at once, and later ones on the hour at which retries are made, so that they race payments. */
const DELAYS_MS = [0, DAY_MS, 3 * DAY_MS, 7 * DAY_MS];
const REENTRY_MS = 7 * DAY_MS;

const drawAsked = (options: SimulationOptions, tool: SimulatedToolName, endsAt: number): readonly Outage[] => {
  const random = makeRandom(options.seed, 5_000_000_000 + SIMULATED_TOOLS.indexOf(tool));
  const asked = options.outages
    .filter((outage) => outage.tool === tool)
    .map(({ hours }) => {
      const from = Math.floor(STARTS_AT + random.next() * Math.max(0, endsAt - STARTS_AT - hours * HOUR_MS));
      return { from, until: from + hours * HOUR_MS };
    });
  if (options.weather !== 'chaos') return asked;
  const lengths = options.chaos?.outageHours?.[tool] ?? OUTAGE_HOURS;
  return [...asked, ...drawOutages(random, { startsAt: STARTS_AT, endsAt }, lengths)];
};

const makeWeathers = (options: SimulationOptions, now: () => number): Record<SimulatedToolName, ToolWeather> => {
  const calmFrom = STARTS_AT + options.days * DAY_MS - SETTLING_MS;
  const [braze, iterable, hubspot] = SIMULATED_TOOLS.map((tool, stream) =>
    makeWeather({
      seed: options.seed,
      stream,
      failing: options.weather === 'chaos' ? (options.chaos?.failing ?? FAILING) : 0,
      kind: options.chaos?.kind,
      outages: drawAsked(options, tool, calmFrom),
      calmFrom,
      now,
    }),
  ) as [ToolWeather, ToolWeather, ToolWeather];
  return { braze, iterable, hubspot };
};

/** The relay dies and comes back now and then. */
const makeRestarts = (options: SimulationOptions, relay: SimulatedRelay): Timed & { readonly count: () => number } => {
  const random = makeRandom(options.seed, 6_000_000_000);
  const draw = (): number => STARTS_AT + Math.floor(random.next() * options.days * DAY_MS);
  const due = options.weather === 'chaos' ? Array.from({ length: RESTARTS }, draw).sort((a, b) => a - b) : [];
  let done = 0;
  return {
    nextAt: () => due[done] ?? null,
    pass: async (now) => {
      done += 1;
      await relay.restart(now);
    },
    count: () => done,
  };
};

interface Stage {
  readonly options: SimulationOptions;
  readonly now: () => Instant;
  readonly relay: SimulatedRelay;
  readonly world: World;
  readonly weathers: Record<SimulatedToolName, ToolWeather>;
  readonly judge: ReturnType<typeof makeJudge>;
  readonly truth: Truth;
  readonly clock: VirtualClock;
  readonly userIds: readonly string[];
  /** All that was sent so far. */
  readonly messages: SentMessage[];
}

const runFlow = (stage: Stage, { tool, flow }: SimulatedTool): AskingFlow | null => {
  const { options, relay, now, judge, world } = stage;
  if (flow === null) return null;
  flow.watch({
    onWrite: () => {},
    onEvent: ({ name, userId }) => {
      if (name !== 'dunning_stage_entered') judge.onExit(tool, userId, now());
    },
  });
  const asks = !options.without.includes('guard');
  return runAskingFlow(flow, {
    delaysMs: DELAYS_MS,
    reentryMs: REENTRY_MS,
    now,
    looksAtState: !options.without.includes('state'),
    hearsExits: !options.without.includes('exit'),
    maySend: asks
      ? async ({ userId, episodeId }) => {
          const question = { userId, episode: String(episodeId), message: 'dunning' } as const;
          return !(await relay.guard.ask(question, now())).suppress;
        }
      : null,
    onMessage: (message) => {
      judge.onMessage({ ...message, tool });
      world.onMessage(message);
      stage.messages.push({ ...message, tool });
    },
  });
};

const toTimed = (flow: AskingFlow): Timed => ({ nextAt: flow.nextAt, pass: (now) => flow.sendDue(now) });

const openJudge = (truth: Truth, relay: SimulatedRelay, weathers: Stage['weathers'], asksGuard: boolean) =>
  makeJudge(
    truth,
    relay.tools
      .filter(({ flow }) => flow !== null)
      .map(({ tool, heldOf }) => ({
        tool,
        isInDunning: (userId) => heldOf(userId)?.inDunning === true,
        wellSince: weathers[tool].wellSince,
        lastTroubleOf: weathers[tool].lastTroubleOf,
        lastWellOf: weathers[tool].lastWellOf,
      })),
    asksGuard,
  );

type RunningFlow = { readonly tool: SimulatedToolName; readonly flow: AskingFlow };

const startFlows = (stage: Stage): readonly RunningFlow[] => {
  const { relay, judge, now } = stage;
  const flows = relay.tools.flatMap((each) => {
    const flow = runFlow(stage, each);
    return flow === null ? [] : [{ tool: each.tool, flow }];
  });
  for (const { tool, flow } of relay.tools)
    flow?.watch({ onEvent: () => {}, onWrite: ({ userId }) => judge.onWrite(tool, userId, now()) });
  return flows;
};

const toResult = (
  { relay, world, weathers, judge, truth, userIds, messages }: Stage,
  flows: readonly RunningFlow[],
  played: Pick<SimulationResult, 'webhooks' | 'messagesPerDay' | 'inDunningPerDay' | 'restarts'>,
): SimulationResult => {
  const toolOf = (tool: SimulatedToolName) => ({
    requests: weathers[tool].requests(),
    faults: weathers[tool].counts(),
  });
  const told = {
    ...played,
    messages: messages.length,
    flows: Object.fromEntries(flows.map(({ tool, flow }) => [tool, flow.counts()])),
    tools: Object.fromEntries(SIMULATED_TOOLS.map((tool) => [tool, toolOf(tool)])),
    reactions: world.reactions(),
    recovered: world.recovered(),
    verdict: judge.verdict(),
    differences: findDifferences(truth, relay.tools, userIds),
  };
  const held = relay.tools.map(({ tool, heldOf }) => [tool, userIds.map((userId) => heldOf(userId))]);
  return { ...told, hash: hashOf(messages, held, told) };
};

const playStage = async (stage: Stage): Promise<SimulationResult> => {
  const { options, clock, now, relay, world, weathers, judge, truth, userIds, messages } = stage;
  const messagesPerDay: number[] = [];
  const inDunningPerDay: number[] = [];
  let counted = 0;
  const flows = startFlows(stage);
  const restarts = makeRestarts(options, relay);
  const webhooks = await play({
    relay,
    clock,
    world,
    secret: relay.secret,
    verifyDue: relay.verifyDue,
    startsAt: STARTS_AT,
    days: options.days,
    tools: Object.values(weathers),
    flows: flows.map(({ flow }) => toTimed(flow)),
    beside: [restarts],
    onWebhook: (rawBody, at) => {
      const change = truth.see(rawBody, at);
      if (change !== null) judge.onChange(change);
    },
    onDay: (day) => {
      judge.pass(now());
      messagesPerDay.push(messages.length - counted);
      counted = messages.length;
      inDunningPerDay.push(userIds.filter((userId) => truth.of(userId).inDunning).length);
      options.onDay?.(day);
    },
  });
  await options.onEnd?.(relay, { since: STARTS_AT, now: now() });
  return toResult(stage, flows, { webhooks, messagesPerDay, inDunningPerDay, restarts: restarts.count() });
};

/** Plays a seeded business through a real relay to tools that really send, and judges every message. */
export const runSimulation = async (
  open: OpenSimulatedRelay,
  options: SimulationOptions,
): Promise<SimulationResult> => {
  const { seed, days, customers, without, failing } = options;
  const clock = makeVirtualClock(STARTS_AT);
  const calm = options.weather === 'calm';
  const world = makeWorld({ seed, days, customers, failing, startsAt: STARTS_AT, calm });
  const userOf = new Map(
    world.customers.flatMap(({ account: { customer, userId } }) => (userId === undefined ? [] : [[customer, userId]])),
  );
  const truth = makeTruth(userOf);
  const weathers = makeWeathers(options, clock.now);
  const { braze, iterable, hubspot } = weathers;
  const relay = await open({
    clock,
    weather: { braze: braze.draw, iterable: iterable.draw, hubspot: hubspot.draw },
    refuses: { braze: braze.refuses, iterable: iterable.refuses, hubspot: hubspot.refuses },
    readsBack: !without.includes('read-back'),
    random: makeRandom(seed, 7_000_000_000).next,
  });
  const judge = openJudge(truth, relay, weathers, !without.includes('guard'));
  const known = { userIds: [...userOf.values()], messages: [] };
  try {
    return await playStage({ options, clock, now: clock.now, relay, world, weathers, judge, truth, ...known });
  } finally {
    await relay.close();
  }
};
