import { type Command, InvalidArgumentError, Option } from 'commander';
import { instant } from '../../domain/instant.ts';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';
import { parseSince, type Since } from '../parse-since.ts';
import { wholeNumber } from '../whole-number.ts';

const collectSeqs = (text: string, before: readonly number[] = []): readonly number[] => [
  ...before,
  wholeNumber(1, Number.MAX_SAFE_INTEGER)(text),
];

const addDeadLetters = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program.command('dead-letters').description('what could not be understood, decided or delivered');
  withJson(group.command('list'))
    .description('list them, the most money at stake first')
    .option('--replayed', 'also those that were already replayed')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 10_000), 100)
    .addHelpText('after', examples('dead-letters list', 'dead-letters list --json'))
    .action((options) => enqueue(async () => (await import('../dead-letters.ts')).listDeadLetters(doors, options)));
  withJson(group.command('replay'))
    .description('put them back in line')
    .argument('[seq...]', 'numbers as listed', collectSeqs)
    .option('--all', 'all that were not replayed yet')
    .addHelpText('after', examples('dead-letters replay 12 15', 'dead-letters replay --all'))
    .action((seqs, options) =>
      enqueue(async () => (await import('../dead-letters.ts')).replayDeadLetters(doors, seqs ?? [], options)),
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
    .action((id, options) => enqueue(async () => (await import('../erase/erase.ts')).runErase(doors, id, options)));
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
    .action((options) => enqueue(async () => (await import('../backfill/backfill.ts')).runBackfill(doors, options)));
};

/** Besides 0 and 2, those of BSD's sysexits. */
const BACKFILL_HELP = `
It only stores; the relay decides, at once if it runs, else when it starts.
Stopped or killed, the same command goes on where it was. What came as a
webhook, or was read before, is stored once and keeps how it came.
Exit codes: 0 all is read, 1 it was finished before (see --again), 75 not now or
interrupted (the same command goes on), 78 a setting, the key or the store needs
a person.`;

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
    .action((options) => enqueue(async () => (await import('../doctor/doctor.ts')).runDoctor(doors, options)));
  withJson(group.command('identity'))
    .description('how many billing customers thread to a user id, what is at stake, and how to thread the others')
    .option('--fail-under <share>', 'end with code 1 if fewer thread, and with 0 otherwise', percentage)
    .addHelpText('after', examples('doctor identity', 'doctor identity --fail-under 95%'))
    .action((_, command: Command) =>
      // The group has --json as well, and takes it for its own.
      enqueue(async () =>
        (await import('../doctor/doctor-identity.ts')).runDoctorIdentity(doors, command.optsWithGlobals()),
      ),
    );
};

/** `recoup dead-letters|erase|backfill|doctor`: what an operator does with a relay and its store. */
export const addUpkeep = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  addDeadLetters(program, doors, enqueue);
  addErase(program, doors, enqueue);
  addBackfill(program, doors, enqueue);
  addDoctor(program, doors, enqueue);
};
