import type { Command } from 'commander';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';
import { toInstant } from '../to-instant.ts';

const addProfile = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('profile'))
    .description('what is known of a person, what Segment and the tools were told, and what comes next')
    .argument('<id>', 'user id, billing customer id (cus_…) or anonymous id')
    .addHelpText('after', examples('profile user_42', 'profile cus_QxT5m2 --json'))
    .action((id, options) => enqueue(async () => (await import('../profile.ts')).runProfile(doors, id, options)));
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
    .action((user, options) => enqueue(async () => (await import('../explain.ts')).runExplain(doors, user, options)));
};

const addAudiences = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  const group = program.command('audiences').description('who is meant to be in which audience');
  withJson(group.command('list'))
    .description('list the audiences in words, as they are defined in audiences/')
    .addHelpText('after', examples('audiences list', 'audiences list --json'))
    .action((options) => enqueue(async () => (await import('../audiences.ts')).listAudiences(doors, options)));
};

/** `recoup profile|explain|audiences`: how people stand, and why. */
export const addPeople = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  addProfile(program, doors, enqueue);
  addExplain(program, doors, enqueue);
  addAudiences(program, doors, enqueue);
};
