import type { Happening } from '../domain/happening.ts';
import { SECOND_MS, toIso } from '../domain/instant.ts';
import { clean, paint, say } from './terminal.ts';

/** A person reads no more than this of one second; the rest is counted. */
const LINES_PER_SECOND = 20;
const PARTY_CHARS = 8;
/** Ids are shorter, most of them; a longer one is cut in its middle so that the columns stay where they are. */
const WHO_CHARS = 24;
const WHAT_CHARS = 38;

const inColumn = (text: string, chars: number): string => {
  if (text.length <= chars) return text.padEnd(chars);
  const tail = Math.floor((chars - 1) / 2);
  return `${text.slice(0, chars - 1 - tail)}…${text.slice(-tail)}`;
};

const ENDINGS = { done: null, kept: 'recorded, not sent', trouble: null } as const;

const arrow = ({ direction, end }: Happening): string => {
  if (end === 'trouble') return paint('red', direction === 'in' ? '-->' : '<--');
  if (end === 'kept') return paint('dim', '<--');
  return paint(direction === 'in' ? 'cyan' : 'green', direction === 'in' ? '-->' : '<--');
};

/** One line of the live log, e.g. `12:03:04.120 --> stripe   cus_QxT5m2   invoice.payment_failed`. UTC. */
export const liveLine = (happening: Happening): string => {
  const { at, party, who, what, end, note } = happening;
  const ending = [ENDINGS[end], note].filter((part) => part !== null).join('; ');
  const shown = clean(what);
  const told =
    ending === '' ? shown : `${shown.padEnd(WHAT_CHARS)} ${paint(end === 'trouble' ? 'red' : 'dim', clean(ending))}`;
  return [
    paint('dim', toIso(at).slice(11, 23)),
    arrow(happening),
    inColumn(clean(party), PARTY_CHARS),
    inColumn(clean(who ?? '–'), WHO_CHARS),
    told,
  ].join(' ');
};

export interface LiveLog {
  /** Shows them, as far as a person can follow. `omitted`: how many more there were. */
  readonly show: (happenings: readonly Happening[], omitted?: number) => void;
  /** Says how many were left out and not told yet. */
  readonly flush: () => void;
}

/** Prints what comes in and goes out, calm under load: what exceeds the rate is counted and told once a second. */
export const makeLiveLog = (now: () => number, print: (line: string) => void = say): LiveLog => {
  let second = 0;
  let shown = 0;
  let left = 0;
  let timer: NodeJS.Timeout | null = null;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (left > 0) print(paint('dim', `             … ${left.toLocaleString('en-US')} more`));
    left = 0;
  };
  const turn = (): void => {
    const current = Math.floor(now() / SECOND_MS);
    if (current === second) return;
    flush();
    second = current;
    shown = 0;
  };
  const leaveOut = (count: number): void => {
    left += count;
    timer ??= setTimeout(flush, SECOND_MS).unref();
  };

  return {
    show: (happenings, omitted = 0) => {
      turn();
      const room = happenings.slice(0, Math.max(0, LINES_PER_SECOND - shown));
      for (const happening of room) print(liveLine(happening));
      shown += room.length;
      const rest = omitted + happenings.length - room.length;
      if (rest > 0) leaveOut(rest);
    },
    flush,
  };
};
