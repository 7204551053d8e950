import { type SuppressionReport, suppressionReport } from '../../report/suppression-report.ts';
import { runSimulation, type SimulationResult } from '../../simulate/world/simulation.ts';
import type { CliDoors } from '../doors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { makeProgress } from '../progress.ts';
import { sayJson } from '../terminal.ts';
import type { SimulateOptions, SimulateRun } from './simulate-run.ts';
import { showSimulation } from './simulate-text.ts';

const weatherOf = ({ chaos, calm }: SimulateOptions): 'calm' | 'usual' | 'chaos' => {
  if (chaos === true && calm === true) throw new CommandFailure('--chaos and --calm contradict each other.');
  if (chaos === true) return 'chaos';
  return calm === true ? 'calm' : 'usual';
};

const toJson = ({ options, result, ledger, tookMs }: SimulateRun) => {
  const { verdict, ...rest } = result;
  const { rightly, served, wrong, missed, leaks } = verdict;
  return {
    seed: options.seed,
    customers: options.customers,
    days: options.days,
    weather: weatherOf(options),
    without: options.without,
    delays: options.delay,
    ...rest,
    judged: {
      rightly,
      toSuppressed: wrong.length,
      violations: wrong.filter(({ isExcused }) => !isExcused),
      served,
      missed,
      leaks,
    },
    ledger,
    tookMs,
  };
};

/** Whether a promise was broken: what a layer was left out for is no fault of the others. */
const isBroken = ({ verdict, differences }: SimulationResult, { without }: SimulateOptions): boolean =>
  verdict.wrong.some(({ isExcused }) => !isExcused) || (differences.length > 0 && !without.includes('read-back'));

/** `recoup simulate`: a seeded business, the real relay and tools that really send, on a virtual clock. */
export const runSimulate = async (doors: CliDoors, options: SimulateOptions): Promise<number> => {
  const startedAt = performance.now();
  const { days, customers, seed, without, delay: delays, outage: outages } = options;
  const weather = weatherOf(options);
  const progress = makeProgress(days, options.json === true);
  const reports: SuppressionReport[] = [];
  const onDay = (day: number): void => progress.advance(`day ${day} of ${days}`);
  const onEnd: Parameters<typeof runSimulation>[1]['onEnd'] = async ({ store }, window) => {
    reports.push(await suppressionReport(store, window));
  };
  try {
    const asked = { days, customers, seed, without, delays, outages, weather, onDay, onEnd };
    const result = await runSimulation(doors.openSimulatedRelay, asked);
    progress.stop(`${days} days played`);
    const [ledger] = reports;
    if (ledger === undefined) throw new Error('The simulation ended without a report');
    const run: SimulateRun = { options, result, ledger, tookMs: Math.round(performance.now() - startedAt) };
    if (options.json === true) sayJson(toJson(run));
    else showSimulation(run);
    return isBroken(result, options) ? EXIT.failed : EXIT.done;
  } catch (error) {
    progress.stop('stopped');
    throw error;
  }
};
