import type { SegmentCall, StoreCounts } from '../../pipeline/ports.ts';
import type { Model } from '../../simulate/model.ts';
import type { TimeMachineResult } from '../../simulate/time-machine.ts';
import type { AudienceSeries } from './demo-audiences.ts';
import type { DemoTask, OtherOutcome } from './demo-others.ts';
import type { DemoOutcome } from './demo-outcome.ts';
import type { ToolOutcome } from './demo-tools.ts';

export interface DemoOptions {
  readonly customers: number;
  readonly days: number;
  readonly seed: number;
  readonly profile?: string;
  readonly keep?: boolean;
  readonly port: number;
  readonly json?: boolean;
}

/** All that the demo's last page is made of. */
export interface DemoRun {
  readonly options: DemoOptions;
  readonly model: Model;
  readonly played: TimeMachineResult;
  readonly counts: StoreCounts;
  readonly calls: readonly SegmentCall[];
  readonly outcome: DemoOutcome;
  readonly audiences: AudienceSeries;
  readonly braze: ToolOutcome;
  readonly others: readonly OtherOutcome[];
  readonly task: DemoTask | null;
  readonly tookMs: number;
}
