import type { Command } from 'commander';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';
import { wholeNumber } from '../whole-number.ts';

const WHAT_THEY_DO = `
The brake engages by itself when too large a share of the known people would
enter messaging at once (policy.yaml, brakes). Entries wait until it is released;
exits, events and the state of accounts go on.`;

const addBrakesGroup = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program
    .command('brakes')
    .description('what holds back entries into messaging when too much happens at once');
  withJson(group.command('status'))
    .description('is the brake engaged, since when, and who waits')
    .option('--people <n>', 'how many of them to list; 20, with --json 10000', wholeNumber(0, 10_000))
    .addHelpText('after', examples('brakes status', 'brakes status --people 200', 'brakes status --json'))
    .addHelpText('after', WHAT_THEY_DO)
    .action((options) => enqueue(async () => (await import('../brakes/brakes.ts')).brakesStatus(doors, options)));
  withJson(group.command('release'))
    .description('let entries go again: who waits is decided anew and enters if it is still true')
    .requiredOption('--reason <text>', 'why it may go on, for the record')
    .option('--actor <who>', 'who decided it; the user of this machine by default')
    .addHelpText('after', examples('brakes release --reason "checked: a real outage of the card network"'))
    .action((options) => enqueue(async () => (await import('../brakes/brakes.ts')).brakesRelease(doors, options)));
};

const addDiff = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('diff'))
    .description('what a switch from observe to enforce would send, beside what happened while Recoup observed')
    .option('--csv', 'one line per person and tool')
    .option('--people <n>', 'how many rows of people to list', wholeNumber(0, 1_000_000), 20)
    .addHelpText('after', examples('diff', 'diff --people 100', 'diff --csv > people.csv', 'diff --json'))
    .addHelpText('after', '\nNothing is changed anywhere, and nothing leaves.')
    .action((options) => enqueue(async () => (await import('../diff/diff.ts')).runDiff(doors, options)));
};

/** `recoup brakes|diff`: what an operator looks at before and after a switch to enforce. */
export const addBrakes = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  addBrakesGroup(program, doors, enqueue);
  addDiff(program, doors, enqueue);
};
