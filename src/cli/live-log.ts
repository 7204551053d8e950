import type { Happening } from '../domain/happening.ts';
import { SECOND_MS, toIso } from '../domain/instant.ts';
import { clean, columns, isTerminal, paint, say } from './terminal.ts';

/** A person reads no more than this of one second; the rest is counted. */
const LINES_PER_SECOND = 20;
/** `salesforce`, and from so many columns on `salesforce-accounts`. */
const PARTY_CHARS = { few: 10, all: 19, allFrom: 140 } as const;
/** Below these columns the time loses its milliseconds and ids are cut shorter, so that what happened stays in sight. */
const ROOMY_COLUMNS = 100;

const ARROWS = { in: '-->', out: '<--', kept: '<··' } as const;

/** What the arrows mean, above the first line. */
const LEGEND = `${ARROWS.in} came in   ${ARROWS.out} went out   ${ARROWS.kept} recorded, or not known there   times are UTC`;

/** Padded or, by its middle, cut to `chars`, so that the columns stay where they are. */
const inColumn = (text: string, chars: number): string => {
  if (text.length <= chars) return text.padEnd(chars);
  const tail = Math.floor((chars - 1) / 2);
  return `${text.slice(0, chars - 1 - tail)}…${text.slice(-tail)}`;
};

const cut = (text: string, chars: number): string => (text.length <= chars ? text : `${text.slice(0, chars - 1)}…`);

const arrow = ({ direction, end }: Happening): string => {
  const shape = end === 'kept' ? ARROWS.kept : ARROWS[direction];
  if (end === 'trouble') return paint('red', shape);
  return paint(end === 'kept' ? 'dim' : direction === 'in' ? 'cyan' : 'green', shape);
};

/**
 * One line of the live log, e.g. `12:03:04.120 --> stripe     cus_QxT5m2   invoice.payment_failed`. UTC.
 * @param width columns that it may take.
 */
export const liveLine = (happening: Happening, width: number): string => {
  const { at, party, who, what, end, note } = happening;
  const isRoomy = width >= ROOMY_COLUMNS;
  const time = toIso(at).slice(11, isRoomy ? 23 : 19);
  const whoChars = isRoomy ? 24 : 16;
  const partyChars = width >= PARTY_CHARS.allFrom ? PARTY_CHARS.all : PARTY_CHARS.few;
  const used = time.length + partyChars + whoChars + 7;
  const told = clean(note === null ? what : `${what}  ${note}`);
  const shown = cut(told, Math.max(20, width - used));
  return [
    paint('dim', time),
    arrow(happening),
    inColumn(clean(party), partyChars),
    inColumn(clean(who ?? '–'), whoChars),
    end === 'trouble' ? paint('red', shown) : shown,
  ].join(' ');
};

/** A file has room for everything. */
const lineColumns = (): number => (isTerminal() ? columns() : 240);

export interface LiveLog {
  /** Shows them, as far as a person can follow. `omitted`: how many more there were. */
  readonly show: (happenings: readonly Happening[], omitted?: number) => void;
  /** Says how many were left out and not told yet. */
  readonly flush: () => void;
}

/** Prints what comes in and goes out, calm under load: what exceeds the rate is counted and told once a second. */
export const makeLiveLog = (now: () => number, print: (line: string) => void = say): LiveLog => {
  let isBegun = false;
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
      if (!isBegun) print(paint('dim', LEGEND));
      isBegun = true;
      turn();
      const room = happenings.slice(0, Math.max(0, LINES_PER_SECOND - shown));
      for (const happening of room) print(liveLine(happening, lineColumns()));
      shown += room.length;
      const rest = omitted + happenings.length - room.length;
      if (rest > 0) leaveOut(rest);
    },
    flush,
  };
};
