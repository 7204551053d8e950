import { isTerminal } from './terminal.ts';

export interface Progress {
  readonly advance: (message: string) => void;
  readonly stop: (message: string) => void;
}

const SILENT: Progress = { advance: () => {}, stop: () => {} };

/**
 * A bar that moves while work is long; silent where nobody watches.
 * @param steps how many times `advance` will be called.
 */
export const makeProgress = async (steps: number, json: boolean): Promise<Progress> => {
  if (json || !isTerminal()) return SILENT;
  const { progress } = await import('@clack/prompts');
  const bar = progress({ style: 'block', max: steps, size: 40 });
  bar.start('day 0');
  return { advance: (message) => bar.advance(1, message), stop: (message) => bar.stop(message) };
};
