import type { SuppressionReport } from '../../report/suppression-report.ts';
import type { SimulatedToolName } from '../../simulate/world/simulated-relay.ts';
import type { SimulationResult } from '../../simulate/world/simulation.ts';
import type { Layer } from '../../simulate/world/simulation-options.ts';

export interface SimulateOptions {
  readonly customers: number;
  readonly days: number;
  readonly seed: number;
  readonly without: readonly Layer[];
  /** How late layers work, in ms. */
  readonly delay: Readonly<Partial<Record<Layer, number>>>;
  readonly outage: readonly { readonly tool: SimulatedToolName; readonly hours: number }[];
  readonly chaos?: boolean;
  readonly calm?: boolean;
  readonly json?: boolean;
}

/** All that the last page is made of. */
export interface SimulateRun {
  readonly options: SimulateOptions;
  readonly result: SimulationResult;
  /** What the relay itself measured. */
  readonly ledger: SuppressionReport;
  readonly tookMs: number;
}
