import { SECOND_MS, toIso } from '../../domain/instant.ts';
import { counted } from '../../domain/words.ts';
import type { BackfillEnd } from '../../pipeline/api/backfill.ts';
import type { Begun } from '../../pipeline/api/backfill-begin.ts';
import type { PageReport } from '../../pipeline/api/backfill-part.ts';
import { releaseText, stopText } from '../../pipeline/brakes/brake-watch.ts';
import type { StoreCounts } from '../../pipeline/ports.ts';
import { COMMAND } from '../command-line.ts';
import { clean, complain, heading, say } from '../terminal.ts';

/** What one run did. */
export interface BackfillTally {
  /** As the command would be typed again. */
  readonly command: string;
  readonly merchant: string;
  readonly mode: 'live' | 'test';
  /** Null where it did not begin. */
  readonly begun: Begun | null;
  /** By part, of this run but for `read`, which counts from the first run on. */
  readonly parts: readonly PageReport[];
  /** Objects read in this run. */
  readonly read: number;
  readonly tookMs: number;
  /** Deliveries of all kinds that the relay has not decided. */
  readonly undecided: number;
  /** Of these, those whose customer is not known. */
  readonly unresolved: number;
  readonly brake: StoreCounts['brake'];
}

const sum = (parts: readonly PageReport[], of: 'stored' | 'notUnderstood'): number =>
  parts.reduce((total, part) => total + part[of], 0);

const perSecond = ({ read, tookMs }: BackfillTally): number => Math.round((read / Math.max(1, tookMs)) * SECOND_MS);

/** All of it for a program. */
export const toBackfillJson = (end: BackfillEnd, tally: BackfillTally): unknown => ({
  result: end.result,
  reason: 'reason' in end ? end.reason : null,
  mode: tally.mode,
  merchant: tally.merchant,
  since: tally.begun === null ? null : toIso(tally.begun.since),
  emit: tally.begun?.emit ?? null,
  read: tally.read,
  stored: sum(tally.parts, 'stored'),
  notUnderstood: sum(tally.parts, 'notUnderstood'),
  undecided: tally.undecided,
  brakeEngaged: tally.brake.stop !== null,
  unresolved: tally.unresolved,
  tookMs: tally.tookMs,
  perSecond: perSecond(tally),
  parts: tally.parts.map(({ part, read, stored, done }) => ({ name: part.name, read, stored, done })),
});

const n = (count: number): string => count.toLocaleString('en-US');

const sayWhatIsLeft = ({ undecided, unresolved, parts }: BackfillTally): void => {
  const wrong = sum(parts, 'notUnderstood');
  if (wrong > 0) say(`${n(wrong)} could not be understood: ${COMMAND} dead-letters list`);
  if (unresolved > 0) say(`Of a customer who is not known yet: ${n(unresolved)}. They wait until it is.`);
  if (undecided === 0) say('Nothing waits to be decided.');
  else say(`Waiting for the relay to decide, at once or when it starts next (npm start): ${n(undecided)}.`);
};

/** Whoever is found in dunning enters messaging, whatever `--emit` says of the events. */
const sayBrake = ({ undecided, brake }: BackfillTally): void => {
  if (brake.stop !== null) say(`${stopText(brake.stop)} ${releaseText(brake)}`);
  else if (undecided > 0)
    say(
      `Who is in dunning by these enters messaging. Too many at once, and the brake holds entries back until you release it: ${COMMAND} brakes status`,
    );
};

const sayTotals = (tally: BackfillTally): void => {
  const seconds = Math.max(1, Math.round(tally.tookMs / SECOND_MS));
  heading('In this run');
  say(`${counted(tally.read, 'object')} read in ${n(seconds)} s (${n(perSecond(tally))} per second).`);
  say(`New, with the cards and charges that came along: ${n(sum(tally.parts, 'stored'))}.`);
  say('What was there already is not stored twice.');
  sayWhatIsLeft(tally);
  sayBrake(tally);
};

const goOn = ({ command }: BackfillTally): string => `To go on where it was: ${clean(command)}`;

/** The summary for a person. What went wrong goes to the error output. */
export const sayBackfill = (end: BackfillEnd, tally: BackfillTally): void => {
  switch (end.result) {
    case 'finished':
      complain(
        `This backfill is finished (begun ${toIso(end.begun.startedAt)}). To read everything once more: ${clean(tally.command)} --again`,
      );
      complain('What is stored already keeps what it may say: --emit holds for what is new then.');
      return;
    case 'other_emit':
      complain(
        `This backfill is under way with --emit ${end.begun.emit}. Go on with that, or add --again to begin anew.`,
      );
      return;
    case 'done':
      sayTotals(tally);
      return;
    case 'interrupted':
      sayTotals(tally);
      say(`Stopped. ${goOn(tally)}`);
      return;
    case 'later':
      sayTotals(tally);
      complain(`Not now: ${end.reason}. ${goOn(tally)}`);
      return;
    case 'stopped':
      sayTotals(tally);
      complain(`Cannot go on: ${end.reason} ${goOn(tally)}`);
  }
};
