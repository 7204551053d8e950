import type { Mode } from '../domain/ids.ts';
import type { Channel } from './commitments.ts';

export interface LeavingOptions {
  /** Where calls go; null: nothing leaves. */
  readonly segment: object | null;
  /** Whether what happens in test mode leaves, too. */
  readonly deliverTestMode: boolean;
}

/** Whether anything of a person of this mode may leave. */
export const leaves = ({ deliverTestMode }: Pick<LeavingOptions, 'deliverTestMode'>, mode: Mode): boolean =>
  mode === 'live' || deliverTestMode;

/** Where calls of a mode go now: the loop and the guard must not differ about it. */
export const makeChannelFor =
  (options: LeavingOptions) =>
  (mode: Mode): Channel =>
    options.segment !== null && leaves(options, mode) ? 'segment' : 'recorder';
