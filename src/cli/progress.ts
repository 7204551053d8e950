import { BLOCKS, PLAIN } from './plots.ts';
import { columns, isTerminal, paint } from './terminal.ts';
import { hasBlocks } from './unicode.ts';

export interface Progress {
  /** Moves the bar by `steps`, one by default. */
  readonly advance: (message: string, steps?: number) => void;
  /** Puts `message` in its place, for good. */
  readonly stop: (message: string) => void;
}

const SILENT: Progress = { advance: () => {}, stop: () => {} };
const LONGEST_BAR = 40;
const SHORTEST_BAR = 8;
/** The terminal's last column stays free: some break the line as soon as it is written to. */
const GAPS = 2;
const CLEAR_LINE = '\r\u001b[2K';

const drawBar = (share: number, width: number): string => {
  const { full, rest } = (hasBlocks(process.env, true) ? BLOCKS : PLAIN).bar;
  const filled = Math.round(Math.min(1, share) * width);
  return paint('cyan', full.repeat(filled)) + paint('dim', rest.repeat(width - filled));
};

/** The message is what has to be read: it takes what it needs of the line, and the bar what is left. */
const drawLine = (share: number, message: string): string => {
  const room = columns() - GAPS;
  const width = Math.min(LONGEST_BAR, Math.max(SHORTEST_BAR, room - message.length));
  return `${CLEAR_LINE}${drawBar(share, width)} ${message.slice(0, Math.max(0, room - width))}`;
};

/**
 * A bar that moves while work is long; silent where nobody watches. It takes no input, so Ctrl+C stays a signal.
 * @param steps how many times `advance` will be called, or what its steps add up to.
 * @param first what stands beside it until then.
 */
export const makeProgress = (steps: number, json: boolean, first = 'day 0'): Progress => {
  if (json || !isTerminal()) return SILENT;
  let done = 0;
  const show = (message: string): void => void process.stdout.write(drawLine(done / Math.max(1, steps), message));
  show(first);
  return {
    advance: (message, by = 1) => {
      done += by;
      show(message);
    },
    stop: (message) => void process.stdout.write(`${CLEAR_LINE}${message}\n`),
  };
};
