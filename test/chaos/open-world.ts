import { openSimulatedRelay } from '../../src/main-simulate.ts';
import { OUTAGE_HOURS } from '../../src/simulate/chaos/weather.ts';
import { SIMULATED_TOOLS } from '../../src/simulate/world/simulated-relay.ts';
import { runSimulation, type SimulationResult } from '../../src/simulate/world/simulation.ts';
import type { Layer, SimulationOptions } from '../../src/simulate/world/simulation-options.ts';
import { readShippedPolicy } from '../shipped-policy.ts';

const SHORT = [5];

/** A small business in bad weather: most of its cards fail, and every tool is down for a while. */
const SMALL: SimulationOptions = {
  days: 30,
  customers: 50,
  seed: 1,
  without: [],
  outages: [],
  weather: 'chaos',
  failing: 0.6,
  chaos: { outageHours: { braze: SHORT, iterable: SHORT, hubspot: SHORT } },
};

/** Plays a business with the policy that Recoup comes with. */
export const playWorld = (options: Partial<SimulationOptions>): Promise<SimulationResult> =>
  runSimulation((relay) => openSimulatedRelay(readShippedPolicy(), relay), {
    ...SMALL,
    ...options,
    chaos: { ...SMALL.chaos, ...options.chaos },
  });

/** The population and the weather of the proof: minutes each. */
export const playLarge = (without: readonly Layer[]): Promise<SimulationResult> =>
  runSimulation((relay) => openSimulatedRelay(readShippedPolicy(), relay), {
    days: 60,
    customers: 10_000,
    seed: 7,
    without,
    outages: [],
    weather: 'chaos',
  });

/** By the seed, one of the tools is down for one of the three lengths; the others for the shortest. */
export const outagesFor = (seed: number): NonNullable<SimulationOptions['chaos']> => {
  const long = [OUTAGE_HOURS[seed % OUTAGE_HOURS.length] ?? 0];
  const turn = Math.floor(seed / OUTAGE_HOURS.length) % SIMULATED_TOOLS.length;
  const hoursOf = (tool: number): readonly number[] => (tool === turn ? long : SHORT);
  return { outageHours: { braze: hoursOf(0), iterable: hoursOf(1), hubspot: hoursOf(2) } };
};

/** Messages to people who were suppressed while a layer worked. */
export const violationsOf = ({ verdict }: SimulationResult) => verdict.wrong.filter(({ isExcused }) => !isExcused);
