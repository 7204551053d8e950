import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { LIFECYCLE_SUMMARIES, LIFECYCLES } from '../../simulate/lifecycle-names.ts';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';
import { wholeNumber } from '../whole-number.ts';
import { wrap } from '../wrap.ts';
import { addSimulate } from './add-simulate.ts';

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
    .action((options) => enqueue(async () => (await import('../start.ts')).runStart(doors, options)));
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
    .action((options) => enqueue(async () => (await import('../demo/demo.ts')).runDemo(doors, options)));
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
    .action((name, options) => enqueue(async () => (await import('../trigger.ts')).runTrigger(doors, name, options)));
};

/** `recoup start|demo|simulate|trigger`: the relay, and what makes it see something. */
export const addRelay = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  addStart(program, doors, enqueue);
  addDemo(program, doors, enqueue);
  addSimulate(program, doors, enqueue);
  addTrigger(program, doors, enqueue);
};
