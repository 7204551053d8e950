import type { Command } from 'commander';
import { COMMAND } from './command-line.ts';

/** Runs a command and answers its exit code. */
export type Action = () => Promise<number>;
/** Runs the action once everything that was typed has been understood. */
export type Enqueue = (action: Action) => void;

/** The end of a command's help: what to type, each line without the program's name. */
export const examples = (...lines: readonly string[]): string =>
  ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  $ ${COMMAND} ${line}`)].join('\n');

/** A command that can answer a program. */
export const withJson = (command: Command): Command =>
  command.option('--json', 'print one JSON document and nothing else');
