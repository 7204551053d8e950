import { type Command, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../../config/nearest.ts';
import { TOOL_KEYS } from '../../config/tool-access.ts';
import { instant } from '../../domain/instant.ts';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';
import { parseSince, type Since } from '../parse-since.ts';

const toSince = (text: string): Since => {
  const parsed = parseSince(text, instant(Date.now()));
  if (parsed.ok) return parsed.since;
  throw new InvalidArgumentError(parsed.error);
};

const NAMES: readonly string[] = ['segment', ...TOOL_KEYS];

/** A name that no tool bears would be a report without leaks, and a script that never rings. */
const toTool = (text: string): string => {
  if (NAMES.includes(text)) return text;
  const near = nearest(text, NAMES);
  throw new InvalidArgumentError(near === null ? `Expected one of ${NAMES.join(', ')}.` : `Did you mean ${near}?`);
};

const withQuestion = (command: Command): Command =>
  withJson(command)
    .addOption(
      new Option('--since <when>', 'how far back: a duration (7d, 12h), a day or an instant')
        .argParser(toSince)
        .default(toSince('7d'), '7d'),
    )
    .option('--tool <name>', 'of this tool alone (segment, braze, hubspot-tasks, …)', toTool)
    .option('--csv', 'print the table as comma-separated values');

/** `recoup report`: what happened, in numbers. */
export const addReport = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program.command('report').description('how fast and how surely: numbers of what happened');
  withQuestion(group.command('suppression'))
    .description('from "they paid" to "no tool writes to them": seconds per tool and layer, and who is still open')
    .addHelpText('after', examples('report suppression', 'report suppression --since 24h --tool braze --json'))
    .addHelpText('after', '\nExit codes: 0 nobody is open for longer than 120 s, 1 somebody is.')
    .action((options) =>
      enqueue(async () => (await import('./report-suppression.ts')).reportSuppression(doors, options)),
    );
  withQuestion(group.command('latency'))
    .description('how long webhooks waited for a decision, and decisions for Segment and each tool')
    .addHelpText('after', examples('report latency', 'report latency --since 1h --csv'))
    .action((options) => enqueue(async () => (await import('./report-latency.ts')).reportLatency(doors, options)));
};
