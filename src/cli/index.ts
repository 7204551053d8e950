import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Instant, instant } from '../domain/instant.ts';
import { LIFECYCLE_SUMMARIES, LIFECYCLES } from '../simulate/lifecycle-names.ts';
import { type Action, type Enqueue, examples, withJson } from './command-help.ts';
import { addDestinations } from './destinations/add-destinations.ts';
import type { CliDoors } from './doors.ts';
import { EXIT, reportFailure } from './failure.ts';
import { parseInstant } from './parse-instant.ts';
import { parseSince, type Since } from './parse-since.ts';
import { endWithReader } from './terminal.ts';
import { wrap } from './wrap.ts';

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };

const collectSeqs = (text: string, before: readonly number[] = []): readonly number[] => [
  ...before,
  wholeNumber(1, Number.MAX_SAFE_INTEGER)(text),
];

/** Those of BSD's sysexits, which supervisors understand. */
const START_EXIT_CODES = `
Exit codes: 0 told to stop, 1 told twice, 70 a fault that Recoup does not know
(start it again), 74 the disk fails, 75 may work later (the store or the port is
in use), 78 a setting or the store needs a person.`;

const addStart = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('start'))
    .description('run the relay: receive webhooks, decide, tell Segment and the tools')
    .option('--live', 'show what comes in (-->) and goes out (<--); on by itself in a terminal')
    .option('--no-live', 'do not')
    .addHelpText('after', examples('start', 'start --live', 'start --json'))
    .addHelpText('after', START_EXIT_CODES)
    .action((options) => enqueue(async () => (await import('./start.ts')).runStart(doors, options)));
};

const addDemo = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('demo'))
    .description('play a seeded book of customers through the real pipeline in seconds; nothing leaves this machine')
    .option('--customers <n>', 'how many customers', wholeNumber(1, 20_000), 300)
    .option('--days <n>', 'how many virtual days', wholeNumber(1, 400), 60)
    .option('--seed <n>', 'the same seed tells the same story', wholeNumber(0, 4_294_967_295), 1)
    .option('--profile <user>', 'end on what is known of this customer')
    .option('--keep', 'keep the HTTP door open on the data until Ctrl+C')
    .option('--port <n>', 'port of that door; 0: any free one', wholeNumber(0, 65_535), 8484)
    .addHelpText('after', examples('demo', 'demo --customers 1000 --days 90 --seed 7', 'demo --json'))
    .action((options) => enqueue(async () => (await import('./demo/demo.ts')).runDemo(doors, options)));
};

const toEmail = (text: string): string => {
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return text;
  throw new InvalidArgumentError('expected an address such as ada@example.com');
};

const addTrigger = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const told = LIFECYCLES.flatMap((name) =>
    wrap(LIFECYCLE_SUMMARIES[name], 57).map((line, i) => `  ${(i === 0 ? name : '').padEnd(19)} ${line}`),
  ).join('\n');
  withJson(program.command('trigger'))
    .description('send the correctly signed webhooks of a lifecycle to a running relay, in test mode')
    .addArgument(new Argument('<lifecycle>', 'what happens').choices(LIFECYCLES))
    .addOption(
      new Option('--shape <shape>', "shape of Stripe's objects")
        .choices(['legacy', 'basil', 'endive'])
        .default('basil'),
    )
    .option('--url <url>', 'where the relay listens (default: HOST and PORT, else http://127.0.0.1:8484)')
    .option('--secret <whsec>', 'signing secret (default: STRIPE_WEBHOOK_SECRET)')
    .option(
      '--user <id>',
      'whom it happens to (default: a new user); the same again is another billing customer of theirs',
    )
    .option('--email <address>', "the customer's address, which a CRM needs to make a contact", toEmail)
    .option('--live', 'send live mode: reaches Segment if the relay enforces')
    .addHelpText('after', `\nLifecycles:\n${told}`)
    .addHelpText(
      'after',
      examples(
        'trigger renewal-failed',
        'trigger recovered-by-retry --user ada --shape legacy',
        'trigger renewal-failed --email ada@example.com',
      ),
    )
    .action((name, options) => enqueue(async () => (await import('./trigger.ts')).runTrigger(doors, name, options)));
};

const addProfile = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('profile'))
    .description('what is known of a person, what Segment and the tools were told, and what comes next')
    .argument('<id>', 'user id, billing customer id (cus_…) or anonymous id')
    .addHelpText('after', examples('profile user_42', 'profile cus_QxT5m2 --json'))
    .action((id, options) => enqueue(async () => (await import('./profile.ts')).runProfile(doors, id, options)));
};

const toInstant = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (parsed.ok) return parsed.at;
  throw new InvalidArgumentError(parsed.error);
};

const addExplain = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('explain'))
    .description(
      'how a person stands, or stood at an instant, and why: stage, and every audience with what it looked at',
    )
    .argument('<user>', 'user id, billing customer id (cus_…) or anonymous id')
    .option('--audience <key>', 'this audience only')
    .option('--at <instant>', 'what was known then, by the rules of then (ISO 8601 with a zone, or a day)', toInstant)
    .option('--hindsight', 'by when things happened, not by when they were heard of')
    .addHelpText(
      'after',
      examples(
        'explain user_42',
        'explain user_42 --audience dunning_retrying',
        'explain user_42 --at 2026-05-07T08:30:00Z',
        'explain user_42 --at 2026-05-07 --hindsight --json',
      ),
    )
    .action((user, options) => enqueue(async () => (await import('./explain.ts')).runExplain(doors, user, options)));
};

const addAudiences = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program.command('audiences').description('who is meant to be in which audience');
  withJson(group.command('list'))
    .description('list the audiences in words, as they are defined in audiences/')
    .addHelpText('after', examples('audiences list', 'audiences list --json'))
    .action((options) => enqueue(async () => (await import('./audiences.ts')).listAudiences(doors, options)));
};

/** `95%` or `95` as a share. */
const percentage = (text: string): number => {
  const value = Number(text.replace(/%$/, ''));
  if (!/^\d{1,3}(\.\d+)?%?$/.test(text) || value > 100) {
    throw new InvalidArgumentError('Expected a percentage from 0 to 100, e.g. 95%.');
  }
  return value / 100;
};

const addDoctor = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = withJson(program.command('doctor'))
    .description('look at everything around the relay (Stripe, clock, keys, policy, store) and say what to mend')
    .addHelpText('after', examples('doctor', 'doctor --json', 'doctor identity'))
    .addHelpText(
      'after',
      '\nNothing is changed anywhere.\nExit codes: 0 no problem, 1 problems, 78 a setting is not valid.',
    )
    .action((options) => enqueue(async () => (await import('./doctor/doctor.ts')).runDoctor(doors, options)));
  withJson(group.command('identity'))
    .description('how many billing customers thread to a user id, what is at stake, and how to thread the others')
    .option('--fail-under <share>', 'end with code 1 if fewer thread, and with 0 otherwise', percentage)
    .addHelpText('after', examples('doctor identity', 'doctor identity --fail-under 95%'))
    .action((_, command: Command) =>
      // The group has --json as well, and takes it for its own.
      enqueue(async () =>
        (await import('./doctor/doctor-identity.ts')).runDoctorIdentity(doors, command.optsWithGlobals()),
      ),
    );
};

const toSince = (text: string): Since => {
  const parsed = parseSince(text, instant(Date.now()));
  if (parsed.ok) return parsed.since;
  throw new InvalidArgumentError(parsed.error);
};

const toMerchant = (text: string): string => {
  if (/^acct_\w+$/.test(text)) return text;
  throw new InvalidArgumentError('Expected the id of a connected account: acct_….');
};

const addBackfill = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program.command('backfill').description("read a billing provider's past into the store");
  withJson(group.command('stripe'))
    .description('read what Stripe holds: customers, cards, subscriptions, unpaid invoices with their attempts, events')
    .requiredOption('--since <when>', 'how far back: a duration (90d), a day or an instant', toSince)
    .addOption(
      new Option('--emit <what>', 'what Segment and the tools may hear of the past: only state, open episodes, all')
        .choices(['none', 'open', 'all'])
        .default('none'),
    )
    .option('--merchant <acct>', 'read this connected account', toMerchant)
    .option('--again', 'begin anew, although it was begun or finished before')
    .addHelpText('after', examples('backfill stripe --since 90d', 'backfill stripe --since 2026-01-01 --emit open'))
    .addHelpText('after', BACKFILL_HELP)
    .action((options) => enqueue(async () => (await import('./backfill/backfill.ts')).runBackfill(doors, options)));
};

/** Besides 0 and 2, those of BSD's sysexits. */
const BACKFILL_HELP = `
It only stores; the relay decides, at once if it runs, else when it starts.
Stopped or killed, the same command goes on where it was. What came as a
webhook, or was read before, is stored once and keeps how it came.
Exit codes: 0 all is read, 1 it was finished before (see --again), 75 not now or
interrupted (the same command goes on), 78 a setting, the key or the store needs
a person.`;

const addDeadLetters = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program.command('dead-letters').description('what could not be understood, decided or delivered');
  withJson(group.command('list'))
    .description('list them, the most money at stake first')
    .option('--replayed', 'also those that were already replayed')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 10_000), 100)
    .addHelpText('after', examples('dead-letters list', 'dead-letters list --json'))
    .action((options) => enqueue(async () => (await import('./dead-letters.ts')).listDeadLetters(doors, options)));
  withJson(group.command('replay'))
    .description('put them back in line')
    .argument('[seq...]', 'numbers as listed', collectSeqs)
    .option('--all', 'all that were not replayed yet')
    .addHelpText('after', examples('dead-letters replay 12 15', 'dead-letters replay --all'))
    .action((seqs, options) =>
      enqueue(async () => (await import('./dead-letters.ts')).replayDeadLetters(doors, seqs ?? [], options)),
    );
};

const collectTools = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

const addErase = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('erase'))
    .description('forget a person: every row, every byte, and in Segment and the tools; later webhooks are dropped')
    .argument('[id]', 'user id, billing customer id (cus_…), anonymous id or email address')
    .option('--yes', 'do not ask')
    .option('--former', 'users whom the accounts named before are the same person')
    .option('--pending', 'try again what an earlier erasure could not delete')
    .option('--ids', 'show the ids that are still to be deleted elsewhere')
    .option('--by-hand <tool>', 'people have deleted there what was left: forget those ids', collectTools)
    .addHelpText(
      'after',
      examples('erase user_42', 'erase cus_QxT5m2 --yes --json', 'erase --pending', 'erase --by-hand segment'),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 all is gone, 1 something is left for people to do, 2 not\nunderstood as typed.',
    )
    .action((id, options) => enqueue(async () => (await import('./erase/erase.ts')).runErase(doors, id, options)));
};

const COMMANDS = [
  addStart,
  addDemo,
  addTrigger,
  addProfile,
  addExplain,
  addAudiences,
  addDestinations,
  addDeadLetters,
  addErase,
  addBackfill,
  addDoctor,
];

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
