import { DAY_MS, type Instant, instant, plus, SECOND_MS } from '../../domain/instant.ts';
import { drawWeathers } from '../chaos/draw-weathers.ts';
import { type LateTool, makeLateTool } from '../chaos/late-tool.ts';
import type { ToolWeather } from '../chaos/weather.ts';
import { type Difference, findDifferences } from '../judge/final-state.ts';
import { type Judge, makeJudge, type Verdict } from '../judge/judge.ts';
import { makeTruth, type Truth } from '../judge/truth.ts';
import { makeRandom } from '../random.ts';
import { makeVirtualClock, type VirtualClock } from '../time-machine.ts';
import { type AskingFlow, type FlowCounts, runAskingFlow } from '../vendors/asking-flow.ts';
import type { FlowMessage, FlowTool } from '../vendors/flow.ts';
import { hashOf } from './hash.ts';
import { play, type Timed } from './play.ts';
import {
  type OpenSimulatedRelay,
  SIMULATED_TOOLS,
  type SimulatedRelay,
  type SimulatedToolName,
} from './simulated-relay.ts';
import type { SimulationOptions } from './simulation-options.ts';
import { makeSupportCalls, type SupportCalls } from './support-calls.ts';
import { makeWorld, type World } from './world.ts';

/** A fixed day, so that the same seed gives the same bytes whenever it is run. */
const STARTS_AT = instant(Date.UTC(2026, 0, 1));

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
  /** What operators did for people who called. */
  readonly calls: ReturnType<SupportCalls['counts']>;
  readonly differences: readonly Difference[];
  /** Of all messages, of what the tools hold in the end, and of the numbers above. */
  readonly hash: string;
}

const RESTARTS = 5;
/** From the entry on: at once, and later ones on the hour at which retries are made, so that they race payments. */
const DELAYS_MS = [0, DAY_MS, 3 * DAY_MS, 7 * DAY_MS];
const REENTRY_MS = 7 * DAY_MS;

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
  readonly judge: Judge;
  readonly truth: Truth;
  readonly clock: VirtualClock;
  readonly userIds: readonly string[];
  /** All that was sent so far. */
  readonly messages: SentMessage[];
}

/** A template gives up on its question after so long, and the message is not sent. */
const GUARD_LIMIT_MS = 2 * SECOND_MS;

const isGuardTooLate = ({ delays }: SimulationOptions): boolean => (delays?.guard ?? 0) > GUARD_LIMIT_MS;

const toMaySend = ({ options, relay, now }: Stage) => {
  if (options.without.includes('guard')) return null;
  return async ({ userId, episodeId }: FlowMessage): Promise<boolean> => {
    if (isGuardTooLate(options)) return false;
    const question = { userId, episode: String(episodeId), message: 'dunning' } as const;
    return !(await relay.guard.ask(question, now())).suppress;
  };
};

const runFlow = (stage: Stage, tool: SimulatedToolName, flow: FlowTool): AskingFlow => {
  const { options, now, judge, world } = stage;
  flow.watch({
    onWrite: () => {},
    onEvent: ({ name, userId }) => {
      if (name !== 'dunning_stage_entered') judge.onExit(tool, userId, now());
    },
  });
  return runAskingFlow(flow, {
    delaysMs: DELAYS_MS,
    reentryMs: REENTRY_MS,
    now,
    looksAtState: !options.without.includes('state'),
    hearsExits: !options.without.includes('exit'),
    maySend: toMaySend(stage),
    onMessage: (message) => {
      judge.onMessage({ ...message, tool });
      world.onMessage(message);
      stage.messages.push({ ...message, tool });
    },
  });
};

const toTimed = (flow: AskingFlow): Timed => ({ nextAt: flow.nextAt, pass: (now) => flow.sendDue(now) });

/** How late the promptest of the layers in the tool itself is, in ms. */
const lateMsOf = ({ without, delays }: SimulationOptions): number => {
  const used = (['state', 'exit'] as const).filter((layer) => !without.includes(layer));
  return used.length === 0 ? 0 : Math.min(...used.map((layer) => delays?.[layer] ?? 0));
};

const openJudge = (
  truth: Truth,
  relay: SimulatedRelay,
  { weathers, options }: Pick<Stage, 'weathers' | 'options'>,
): Judge =>
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
    {
      asksGuard: !options.without.includes('guard'),
      lateMs: lateMsOf(options),
      isMute: isGuardTooLate(options) && !options.without.includes('guard'),
    },
  );

interface RunningFlow {
  readonly tool: SimulatedToolName;
  readonly flow: AskingFlow;
  readonly late: LateTool;
}

const startFlows = (stage: Stage): readonly RunningFlow[] => {
  const { relay, judge, now, options } = stage;
  const { state = 0, exit = 0 } = options.delays ?? {};
  const flows = relay.tools.flatMap(({ tool, flow }) => {
    if (flow === null) return [];
    const late = makeLateTool(flow, { stateMs: state, exitMs: exit, now });
    return [{ tool, late, flow: runFlow(stage, tool, late) }];
  });
  for (const { tool, flow } of relay.tools)
    flow?.watch({ onEvent: () => {}, onWrite: ({ userId }) => judge.onWrite(tool, userId, now()) });
  return flows;
};

/** Reading back that looks later than it would. */
const toLateVerify = (verifyDue: SimulatedRelay['verifyDue'], delayMs: number): SimulatedRelay['verifyDue'] =>
  verifyDue === null || delayMs === 0
    ? verifyDue
    : async (now) => {
        const { looked, nextAt } = await verifyDue(plus(now, -delayMs));
        return { looked, nextAt: nextAt === null ? null : plus(nextAt, delayMs) };
      };

const toResult = (
  { relay, world, weathers, judge, truth, userIds, messages }: Stage,
  flows: readonly RunningFlow[],
  played: Pick<SimulationResult, 'webhooks' | 'messagesPerDay' | 'inDunningPerDay' | 'restarts' | 'calls'>,
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
  const { seed, calling } = options;
  const callers = { seed, calling, failures: world.failures, intervene: relay.intervene };
  const calls = makeSupportCalls({ ...callers, truth, onChange: judge.onChange });
  const lapses = { nextAt: truth.nextAt, pass: (at: Instant) => truth.lapse(at).forEach(judge.onChange) };
  const webhooks = await play({
    relay,
    clock,
    world,
    secret: relay.secret,
    verifyDue: toLateVerify(relay.verifyDue, options.delays?.['read-back'] ?? 0),
    startsAt: STARTS_AT,
    days: options.days,
    tools: [lapses, ...Object.values(weathers), ...flows.map(({ late }) => late)],
    flows: flows.map(({ flow }) => toTimed(flow)),
    beside: [restarts, calls],
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
  return toResult(stage, flows, {
    webhooks,
    messagesPerDay,
    inDunningPerDay,
    restarts: restarts.count(),
    calls: calls.counts(),
  });
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
  const weathers = drawWeathers(options, STARTS_AT, clock.now);
  const { braze, iterable, hubspot } = weathers;
  const relay = await open({
    clock,
    weather: { braze: braze.draw, iterable: iterable.draw, hubspot: hubspot.draw },
    refuses: { braze: braze.refuses, iterable: iterable.refuses, hubspot: hubspot.refuses },
    readsBack: !without.includes('read-back'),
    random: makeRandom(seed, 7_000_000_000).next,
  });
  const judge = openJudge(truth, relay, { weathers, options });
  const known = { userIds: [...userOf.values()], messages: [] };
  try {
    return await playStage({ options, clock, now: clock.now, relay, world, weathers, judge, truth, ...known });
  } finally {
    await relay.close();
  }
};
