import { userInfo } from 'node:os';
import { type Instant, instant, toIso } from '../../domain/instant.ts';
import type { BrakeStatus, BrakeStop, HeldPerson } from '../../pipeline/brakes/brake-ports.ts';
import { releaseText, stopText } from '../../pipeline/brakes/brake-watch.ts';
import type { CliDoors } from '../doors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { distance } from '../instant-text.ts';
import { alignRows, clean, heading, paint, say, sayJson } from '../terminal.ts';

const pastLine = ({ engagedAt, entered, known, releasedAt, actor, reason }: BrakeStop): string =>
  `  ${toIso(engagedAt)}  ${entered} of ${known}; released ${releasedAt === null ? '' : toIso(releasedAt)} by ${clean(actor ?? '')}: ${clean(reason ?? '')}`;

const statusLines = (status: BrakeStatus): readonly string[] => {
  const { stop, held, past } = status;
  return [
    ...(stop === null ? ['The brake is off: entries into messaging go.'] : [stopText(stop), releaseText(status)]),
    ...(held.person === 0 ? [] : [`${held.person} wait for room of their own: too many entries within 24 hours.`]),
    ...(past.length === 0 ? [] : ['Before:', ...past.map(pastLine)]),
  ];
};

const WAITS_FOR: Readonly<Record<HeldPerson['cause'], string>> = { share: 'a release', person: 'room of their own' };

const nameOf = ({ userId, customer, mode }: HeldPerson): string =>
  clean(userId ?? customer ?? 'nobody named') + (mode === 'test' ? ' (test mode)' : '');

const sayPeople = (people: readonly HeldPerson[], { share, person }: BrakeStatus['held'], now: Instant): void => {
  if (people.length === 0) return;
  const all = share + person;
  heading(`Who waits (${people.length} of ${all}${people.length < all ? '; more: --people <n>' : ''})`);
  const rows = people.map((each) => [
    `  ${nameOf(each)}`,
    clean(each.stage ?? ''),
    WAITS_FOR[each.cause],
    `${toIso(each.since).slice(0, 16).replace('T', ' ')}, ${distance(each.since, now)}`,
  ]);
  const [head = '', ...lines] = alignRows([['  who', 'stage', 'waits for', 'since (UTC)'], ...rows]);
  say(paint('dim', head));
  for (const line of lines) say(line);
};

interface StatusOptions {
  readonly json?: boolean;
  /** How many of those who wait to list at most. */
  readonly people?: number;
}

/** How many are listed unless said otherwise: what fits on a screen, and for programs all but after an accident. */
const LISTED = { text: 20, json: 10_000 } as const;

/** `recoup brakes status`: whether entries are held back, since when and why, and who waits; 0 either way. */
export const brakesStatus = async (doors: CliDoors, { json, people }: StatusOptions): Promise<number> => {
  const store = await doors.openStore();
  try {
    const status = await store.brakeStatus();
    const waiting = await store.heldPeople(people ?? (json === true ? LISTED.json : LISTED.text));
    if (json === true) sayJson({ ...status, people: waiting });
    else {
      for (const line of statusLines(status)) say(line);
      sayPeople(waiting, status.held, instant(Date.now()));
    }
    return EXIT.done;
  } finally {
    await store.close();
  }
};

interface ReleaseOptions {
  readonly json?: boolean;
  readonly actor?: string;
  readonly reason: string;
}

const LONGEST = 500;

/** `recoup brakes release`: lets entries go again; 1 where no brake was engaged. */
export const brakesRelease = async (doors: CliDoors, options: ReleaseOptions): Promise<number> => {
  const actor = (options.actor ?? userInfo().username).trim();
  const reason = options.reason.trim();
  if (reason === '' || actor === '' || reason.length > LONGEST || actor.length > LONGEST)
    throw new CommandFailure(`Say who releases it and why, each in at most ${LONGEST} characters.`, EXIT.usage);
  const store = await doors.openStore();
  try {
    const due = await store.releaseBrake({ actor, reason }, instant(Date.now()));
    if (options.json === true) sayJson({ released: due !== null, due: due ?? 0 });
    else if (due === null) say('The brake is off: there is nothing to release.');
    else say(`Released. ${due} ${due === 1 ? 'person is' : 'people are'} decided again and enter if it is still true.`);
    return due === null ? EXIT.failed : EXIT.done;
  } finally {
    await store.close();
  }
};
