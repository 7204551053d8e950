import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';
import { makeRandom } from '../random.ts';
import { SIMULATED_TOOLS, type SimulatedToolName } from '../world/simulated-relay.ts';
import type { SimulationOptions } from '../world/simulation-options.ts';
import { drawOutages, makeWeather, OUTAGE_HOURS, type Outage, type ToolWeather } from './weather.ts';

/** Share of the requests that fail, as measured over a year of one vendor's API. */
const FAILING = 0.066;
/** Nothing new goes wrong in the last days: by then every tool must hold what is true. */
const SETTLING_MS = 2 * DAY_MS;

interface Span {
  readonly startsAt: number;
  readonly endsAt: number;
}

const drawAsked = (
  options: SimulationOptions,
  tool: SimulatedToolName,
  { startsAt, endsAt }: Span,
): readonly Outage[] => {
  const random = makeRandom(options.seed, 5_000_000_000 + SIMULATED_TOOLS.indexOf(tool));
  const asked = options.outages
    .filter((outage) => outage.tool === tool)
    .map(({ hours }) => {
      const from = Math.floor(startsAt + random.next() * Math.max(0, endsAt - startsAt - hours * HOUR_MS));
      return { from, until: from + hours * HOUR_MS };
    });
  if (options.weather !== 'chaos') return asked;
  const lengths = options.chaos?.outageHours?.[tool] ?? OUTAGE_HOURS;
  return [...asked, ...drawOutages(random, { startsAt, endsAt }, lengths)];
};

/** What goes wrong at each tool in a run that starts at `startsAt`. */
export const drawWeathers = (
  options: SimulationOptions,
  startsAt: number,
  now: () => number,
): Record<SimulatedToolName, ToolWeather> => {
  const calmFrom = startsAt + options.days * DAY_MS - SETTLING_MS;
  const [braze, iterable, hubspot] = SIMULATED_TOOLS.map((tool, stream) =>
    makeWeather({
      seed: options.seed,
      stream,
      failing: options.weather === 'chaos' ? (options.chaos?.failing ?? FAILING) : 0,
      kind: options.chaos?.kind,
      outages: drawAsked(options, tool, { startsAt, endsAt: calmFrom }),
      calmFrom,
      now,
    }),
  ) as [ToolWeather, ToolWeather, ToolWeather];
  return { braze, iterable, hubspot };
};
