import type { Instant } from '../domain/instant.ts';
import type { LatencyStep, SuppressionStore } from '../pipeline/suppressions/suppression-ports.ts';
import { type Durations, type Figures, makeDurations } from './durations.ts';
import { readPages } from './read-pages.ts';

/** How long one step took of one provider, or of Segment or a tool by channel. */
export interface StepLatency extends Figures {
  readonly step: LatencyStep;
  readonly name: string;
  readonly channel: 'live' | 'recorder';
}

interface LatencyReport {
  readonly since: Instant;
  readonly now: Instant;
  readonly steps: readonly StepLatency[];
}

const STEPS: readonly LatencyStep[] = ['decide', 'segment', 'tool'];

const readStep = async (
  store: Pick<SuppressionStore, 'latencies'>,
  step: LatencyStep,
  since: Instant,
): Promise<readonly StepLatency[]> => {
  const kept = new Map<string, Durations>();
  const about = new Map<string, Pick<StepLatency, 'step' | 'name' | 'channel'>>();
  await readPages(
    (page) => store.latencies(step, page),
    since,
    ({ name, channel, ms }) => {
      const key = `${channel} ${name}`;
      const durations = kept.get(key) ?? makeDurations();
      durations.add(ms);
      kept.set(key, durations);
      about.set(key, { step, name, channel });
    },
  );
  return [...about]
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([key, named]) => {
      const figures = kept.get(key)?.figures() ?? null;
      return figures === null ? [] : [{ ...named, ...figures }];
    });
};

/**
 * How long every webhook waited for its decision, every decided call for Segment's word, and every change of state for a
 * tool's: what is still under way is not among them.
 */
export const latencyReport = async (
  store: Pick<SuppressionStore, 'latencies'>,
  { since, now, tool }: { readonly since: Instant; readonly now: Instant; readonly tool?: string },
): Promise<LatencyReport> => {
  const steps = [];
  for (const step of STEPS) steps.push(...(await readStep(store, step, since)));
  return {
    since,
    now,
    steps: steps.filter(({ step, name }) => tool === undefined || step === 'decide' || name === tool),
  };
};
