import { type Instant, MINUTE_MS } from '../domain/instant.ts';
import type { OpenLeak, Suppression, SuppressionStore } from '../pipeline/suppressions/suppression-ports.ts';
import type { ToolChannel } from '../pipeline/tools/tool-ports.ts';
import { type Durations, type Figures, makeDurations } from './durations.ts';
import { type Leak, toLeak } from './leak.ts';
import { readPages } from './read-pages.ts';

/** Longest that a suppression should take, from the webhook to the tool's word. */
const TARGET_MS = MINUTE_MS;

const LAYERS = ['decided', 'state', 'exit', 'acknowledged', 'verified'] as const;
type Layer = (typeof LAYERS)[number];

/** Upper bounds of the plot in ms, each about three times the one before. */
export const PLOT_BOUNDS_MS = [300, 1_000, 3_000, 10_000, 30_000, 60_000, 300_000, 3_600_000, Infinity] as const;

export interface ToolSuppression {
  readonly tool: string;
  readonly channel: ToolChannel;
  /** Suppressions that began, without those of whom the tool had heard nothing. */
  readonly count: number;
  readonly neverReached: number;
  /** Dunning went on before the tool had acknowledged. */
  readonly overtaken: number;
  /** Null: none got so far. All from the receipt of the webhook. */
  readonly layers: Readonly<Record<Layer, Figures | null>>;
  /** Of those that were not overtaken, how many were acknowledged within the target; null: there were none. */
  readonly shareOnTime: number | null;
  /** How many took at most as long as each bound of the plot, and longer than the one before. */
  readonly plot: readonly number[];
  readonly openLeaks: number;
}

export interface SuppressionReport {
  readonly since: Instant;
  readonly now: Instant;
  readonly targetMs: number;
  readonly tools: readonly ToolSuppression[];
  /** Of live tools, oldest first. */
  readonly leaks: readonly Leak[];
  /** All that are open, also those not listed. */
  readonly openLeaks: number;
  /** Of the live ones, by age in ms: under the target, under two minutes, an hour, a day, older. */
  readonly leakAges: readonly { readonly underMs: number | null; readonly count: number }[];
}

interface SuppressionQuestion {
  readonly since: Instant;
  readonly now: Instant;
  /** All unless named. */
  readonly tool?: string;
}

/** Enough to act on; whoever has more has one cause. */
const MOST_LEAKS = 10_000;
const AGES_MS = [TARGET_MS, 2 * MINUTE_MS, 60 * MINUTE_MS, 24 * 60 * MINUTE_MS] as const;

const instantOf: Readonly<Record<Layer, (line: Suppression) => Instant | null>> = {
  decided: ({ decidedAt }) => decidedAt,
  state: ({ stateAt }) => stateAt,
  exit: ({ exitAt }) => exitAt,
  acknowledged: ({ acknowledgedAt }) => acknowledgedAt,
  verified: ({ verifiedAt }) => verifiedAt,
};

interface Tally {
  readonly tool: string;
  readonly channel: ToolChannel;
  readonly layers: Readonly<Record<Layer, Durations>>;
  count: number;
  neverReached: number;
  overtaken: number;
}

const makeTally = (tool: string, channel: ToolChannel): Tally => ({
  tool,
  channel,
  layers: {
    decided: makeDurations(),
    state: makeDurations(),
    exit: makeDurations(),
    acknowledged: makeDurations(),
    verified: makeDurations(),
  },
  count: 0,
  neverReached: 0,
  overtaken: 0,
});

const take = (tally: Tally, line: Suppression): void => {
  if (line.neverReached) {
    tally.neverReached += 1;
    return;
  }
  tally.count += 1;
  if (line.overtakenAt !== null) tally.overtaken += 1;
  for (const layer of LAYERS) {
    const at = instantOf[layer](line);
    if (at !== null) tally.layers[layer].add(at - line.receivedAt);
  }
};

const toPlot = ({ layers }: Tally): readonly number[] =>
  PLOT_BOUNDS_MS.map((bound, index) => {
    const before = PLOT_BOUNDS_MS[index - 1];
    return layers.acknowledged.within(bound) - (before === undefined ? 0 : layers.acknowledged.within(before));
  });

const toTool = (tally: Tally, openLeaks: number): ToolSuppression => {
  const { tool, channel, layers, count, neverReached, overtaken } = tally;
  const meant = count - overtaken;
  return {
    tool,
    channel,
    count,
    neverReached,
    overtaken,
    layers: {
      decided: layers.decided.figures(),
      state: layers.state.figures(),
      exit: layers.exit.figures(),
      acknowledged: layers.acknowledged.figures(),
      verified: layers.verified.figures(),
    },
    shareOnTime: meant === 0 ? null : layers.acknowledged.within(TARGET_MS) / meant,
    plot: toPlot(tally),
    openLeaks,
  };
};

const toAges = (leaks: readonly OpenLeak[], now: Instant): SuppressionReport['leakAges'] => {
  const ages = leaks.map(({ receivedAt }) => now - receivedAt);
  const bounds = [...AGES_MS, Infinity];
  return bounds.map((bound, index) => ({
    underMs: bound === Infinity ? null : bound,
    count: ages.filter((age) => age < bound && age >= (bounds[index - 1] ?? -Infinity)).length,
  }));
};

/** Live tools first, then their recorders. */
const byName = (a: Tally, b: Tally): number => a.channel.localeCompare(b.channel) || a.tool.localeCompare(b.tool);

/** How fast dunning was suppressed since then, tool by tool and layer by layer, and where it is not yet. */
export const suppressionReport = async (
  store: Pick<SuppressionStore, 'suppressions' | 'openLeaks' | 'suppressionCounts'>,
  { since, now, tool: only }: SuppressionQuestion,
): Promise<SuppressionReport> => {
  const tallies = new Map<string, Tally>();
  const tallyOf = (tool: string, channel: ToolChannel): Tally => {
    const key = `${channel} ${tool}`;
    const tally = tallies.get(key) ?? makeTally(tool, channel);
    tallies.set(key, tally);
    return tally;
  };
  const isAsked = (tool: string): boolean => only === undefined || tool === only;
  await readPages(store.suppressions, since, (line) => {
    if (isAsked(line.tool)) take(tallyOf(line.tool, line.channel), line);
  });
  const { leaks: counts, pauses } = await store.suppressionCounts();
  const open = counts.filter(({ tool }) => isAsked(tool));
  for (const { tool, channel } of open) tallyOf(tool, channel);
  const openOf = (tally: Tally): number =>
    open.find(({ tool, channel }) => tool === tally.tool && channel === tally.channel)?.open ?? 0;
  const leaks = (await store.openLeaks(MOST_LEAKS)).filter(({ tool, channel }) => channel === 'live' && isAsked(tool));
  return {
    since,
    now,
    targetMs: TARGET_MS,
    tools: [...tallies.values()].sort(byName).map((tally) => toTool(tally, openOf(tally))),
    leaks: leaks.map((leak) => toLeak(leak, pauses, now)),
    openLeaks: open.filter(({ channel }) => channel === 'live').reduce((sum, each) => sum + each.open, 0),
    leakAges: toAges(leaks, now),
  };
};
