import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import {
  actorSchema,
  holdIdSchema,
  reasonSchema,
  requestIdSchema,
} from '../../interventions/operator/operator-body.ts';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';
import { toInstant } from '../to-instant.ts';
import type { HoldOptions } from './run-hold.ts';

const toDuration = (text: string): number => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new InvalidArgumentError('Expected a duration such as 7d, 12h or 30m.');
};

const checkedBy =
  (schema: typeof actorSchema, expected: string) =>
  (text: string): string => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(expected);
  };

const toHoldId = checkedBy(holdIdSchema, 'Expected 1 to 64 letters, digits, dots, dashes or underscores.');
const WHO = 'user id, billing customer id (cus_…: this account only) or anonymous id';

/** What every one of them takes; names and reasons stay in the store. */
const withWords = (command: Command): Command =>
  withJson(command.argument('<id>', WHO))
    .option(
      '--reason <text>',
      'why, for people: kept here and told nowhere',
      checkedBy(reasonSchema, '1 to 1000 characters.'),
    )
    .option(
      '--actor <name>',
      'who says so (default: the user of this machine)',
      checkedBy(actorSchema, '1 to 200 characters.'),
    )
    .option(
      '--request-id <id>',
      'the same again changes nothing (default: a new one)',
      checkedBy(requestIdSchema, 'Expected 1 to 128 printable characters without spaces.'),
    );

const CODES = `
It is stored before the command ends; a running relay tells Segment and the
tools at once, else the next start does.
Exit codes: 0 stored, 1 it could not be done, 2 not understood as typed.`;

const addHold = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withWords(program.command('hold'))
    .description('send a customer no dunning message for a while, whatever becomes of the payment')
    .option('--for <duration>', 'how long: 7d, 12h, 30m (default: 7d)', toDuration)
    .option('--until <instant>', 'until when (ISO 8601 with a zone, or a day)', toInstant)
    .option('--hold-id <name>', 'a hold of its own beside others (default: hold)', toHoldId)
    .addHelpText(
      'after',
      examples('hold user_42 --reason "refund agreed by phone"', 'hold cus_QxT5m2 --for 14d --json'),
    )
    .addHelpText('after', CODES)
    .action((id, options: HoldOptions) =>
      enqueue(async () => (await import('./run-hold.ts')).runHold(doors, 'hold', id, options)),
    );
};

const addResume = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withWords(program.command('resume'))
    .description('end a hold or an exclusion; nothing that was announced before is announced again')
    .option(
      '--hold-id <name>',
      'which one: a name, exclusion, all, or a campaign of another tool (default: hold)',
      toHoldId,
    )
    .addHelpText('after', examples('resume user_42', 'resume user_42 --hold-id exclusion'))
    .addHelpText('after', CODES)
    .action((id, options: HoldOptions) =>
      enqueue(async () => (await import('./run-hold.ts')).runHold(doors, 'resume', id, options)),
    );
};

const addExclude = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withWords(program.command('exclude'))
    .description('never send a customer a dunning message, until this is ended by resume --hold-id exclusion')
    .option('--for <duration>', 'only so long: 90d', toDuration)
    .option('--until <instant>', 'only until then (ISO 8601 with a zone, or a day)', toInstant)
    .option('--hold-id <name>', 'an exclusion of its own beside others (default: exclusion)', toHoldId)
    .addHelpText('after', examples('exclude user_42 --reason "pays by invoice"', 'exclude user_42 --until 2027-01-01'))
    .addHelpText('after', CODES)
    .action((id, options: HoldOptions) =>
      enqueue(async () => (await import('./run-hold.ts')).runHold(doors, 'exclude', id, options)),
    );
};

const addMarkRecovered = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withWords(program.command('mark-recovered'))
    .description('what is owed now was paid by a way that the billing provider does not see: end the dunning')
    .option('--episode <dun_…>', 'this episode only')
    .addHelpText('after', examples('mark-recovered user_42 --reason "bank transfer of May 7"'))
    .addHelpText('after', `\nIf the billing provider says something of the money later, its word counts.\n${CODES}`)
    .action((id, options: HoldOptions) =>
      enqueue(async () => (await import('./run-hold.ts')).runHold(doors, 'mark_recovered', id, options)),
    );
};

/** `recoup hold|resume|exclude|mark-recovered`: what a person says of a customer. */
export const addHolds = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  addHold(program, doors, enqueue);
  addResume(program, doors, enqueue);
  addExclude(program, doors, enqueue);
  addMarkRecovered(program, doors, enqueue);
};
