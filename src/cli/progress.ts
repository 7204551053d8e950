import { isTerminal } from './terminal.ts';

export interface Progress {
  /** Moves the bar by `steps`, one by default. */
  readonly advance: (message: string, steps?: number) => void;
  readonly stop: (message: string) => void;
}

const SILENT: Progress = { advance: () => {}, stop: () => {} };

/**
 * A bar that moves while work is long; silent where nobody watches.
 * @param steps how many times `advance` will be called, or what its steps add up to.
 * @param first what stands beside it until then.
 */
export const makeProgress = async (steps: number, json: boolean, first = 'day 0'): Promise<Progress> => {
  if (json || !isTerminal()) return SILENT;
  const { progress } = await import('@clack/prompts');
  const bar = progress({ style: 'block', max: steps, size: 40 });
  bar.start(first);
  return { advance: (message, by = 1) => bar.advance(by, message), stop: (message) => bar.stop(message) };
};
