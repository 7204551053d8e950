import type { Command } from 'commander';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';

/** `recoup destinations check|plan|apply`. */
export const addDestinations = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program.command('destinations').description('the tools that are written directly');
  withJson(group.command('check'))
    .description('ask each tool that has credentials whether they are good, and what it holds of a person')
    .option('--user <id>', 'compare what each tool holds of this person with what it should')
    .addHelpText('after', examples('destinations check', 'destinations check --user user_42'))
    .addHelpText('after', '\nNothing is changed anywhere. Exit code 1: credentials were refused, or something differs.')
    .action((options) => enqueue(async () => (await import('./destinations.ts')).checkDestinations(doors, options)));
  withJson(group.command('plan'))
    .description('show what each tool has, what it lacks (+) and what is in conflict (!); nothing is changed')
    .option('--tool <key>', 'this tool only')
    .addHelpText('after', examples('destinations plan', 'destinations plan --tool hubspot-companies --json'))
    .addHelpText('after', '\nExit code 1: something is missing, in conflict or not known.')
    .action((options) =>
      enqueue(async () => (await import('./destinations-plan.ts')).planDestinations(doors, options)),
    );
  withJson(group.command('apply'))
    .description('make in each tool what it lacks: properties, fields, external ids; nothing that is there is changed')
    .option('--tool <key>', 'this tool only')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('destinations apply', 'destinations apply --tool salesforce --yes --json'))
    .addHelpText(
      'after',
      '\nIt may be run again at any time. MODE=observe does not hold it back.\nExit codes: 0 nothing is left to make, 1 something is, 2 nobody can be asked.',
    )
    .action((options) =>
      enqueue(async () => (await import('./destinations-apply.ts')).applyDestinations(doors, options)),
    );
};
