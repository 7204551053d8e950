import { Command, CommanderError } from 'commander';
import { type Action, type Enqueue, examples } from './command-help.ts';
import { addBrakes } from './commands/add-brakes.ts';
import { addPeople } from './commands/add-people.ts';
import { addRelay } from './commands/add-relay.ts';
import { addUpkeep } from './commands/add-upkeep.ts';
import { addDestinations } from './destinations/add-destinations.ts';
import type { CliDoors } from './doors.ts';
import { EXIT, reportFailure } from './failure.ts';
import { addHolds } from './holds/add-holds.ts';
import { addReport } from './report/add-report.ts';
import { endWithReader } from './terminal.ts';

/** In the order in which `--help` lists them. */
const COMMANDS = [addRelay, addPeople, addHolds, addDestinations, addBrakes, addReport, addUpkeep];

const toProgram = (doors: CliDoors, enqueue: Enqueue): Command => {
  const program = new Command('recoup')
    .description(
      'Billing webhooks in; typed Segment events, live traits and audiences out, in Segment and in the tools.',
    )
    .version(doors.version, '-V, --version')
    .exitOverride()
    .showHelpAfterError('(add --help for what is expected)')
    .addHelpText('after', examples('demo', 'start', 'trigger renewal-failed', 'explain user_42'))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 could not be done, 2 not understood as typed. More of\nthem: start --help.',
    );
  for (const add of COMMANDS) add(program, doors, enqueue);
  return program;
};

/**
 * Runs one command.
 * @param argv what was typed after the program's name.
 * @returns the exit code: 0 done, 1 could not be done, 2 not understood as typed.
 */
export const runCli = async (argv: readonly string[], doors: CliDoors): Promise<number> => {
  const actions: Action[] = [];
  const json = argv.includes('--json');
  // The relay outlives its reader: webhooks matter more than a log that nobody follows.
  if (argv[0] !== 'start') endWithReader();
  try {
    await toProgram(doors, (action) => actions.push(action)).parseAsync(argv, { from: 'user' });
    let exitCode: number = EXIT.done;
    for (const action of actions) exitCode = await action();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return reportFailure(error, json);
  }
};
