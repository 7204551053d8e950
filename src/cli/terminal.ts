import { stripVTControlCharacters, styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours `text` where the output is a terminal that wants them (`NO_COLOR`, `FORCE_COLOR`, a pipe). */
export const paint = (format: Format, text: string): string =>
  styleText(format, text, { stream: process.stdout, validateStream: true });

/** Prints one line, or an empty one. */
export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

/** Prints `value` as indented JSON: all that a command with `--json` prints. */
export const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

/** Prints one line for a person where it does not disturb who reads the output. */
export const complain = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Ends quietly when whoever reads the output has seen enough (`recoup demo | head`). */
export const endWithReader = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
};

/** Is there a person who can watch a bar move; a terminal without a width would break it into single characters. */
export const isTerminal = (): boolean => process.stdout.isTTY === true && process.stdout.columns >= 60;

/** Columns of the terminal, for what is drawn to fit; 80 where nobody watches. */
export const columns = (): number => (process.stdout.isTTY ? (process.stdout.columns ?? 80) : 80);

/** Text from a webhook or an argument, without what would move the cursor, colour the screen or break the line. */
export const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ');

/** A heading with room above it. */
export const heading = (text: string): void => {
  say();
  say(paint('bold', text));
};

/** Rows as aligned columns; `rightAligned` columns count from 0. Cells must be clean and unpainted. */
export const alignRows = (
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[] = [],
): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const pad = (cell: string, i: number): string =>
    rightAligned.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
};
