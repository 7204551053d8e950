import { type Instant, SECOND_MS, toIso } from '../../domain/instant.ts';
import type { PageReport } from '../../pipeline/api/backfill-part.ts';
import type { BackfillPart } from '../../pipeline/api/backfill-plan.ts';
import { makeProgress, type Progress } from '../progress.ts';
import { isTerminal, say } from '../terminal.ts';

export interface BackfillReporter {
  readonly page: (report: PageReport) => void;
  readonly wait: (until: Instant, reason: string) => void;
  /** Closes what is still open. */
  readonly end: () => void;
}

/** A bar's whole length. */
const WHOLE = 100;
/** Shorter waits are not worth a word. */
const WORTH_TELLING_MS = 5 * SECOND_MS;

/** How much of its time a part has gone through, of `WHOLE`; 0 for a list of no known end. */
const shareOf = ({ createdFrom }: BackfillPart, created: number | null, startedAt: Instant): number => {
  const from = startedAt / SECOND_MS;
  if (createdFrom === null || created === null || from <= createdFrom) return 0;
  return Math.min(WHOLE, Math.max(0, Math.floor(((from - created) / (from - createdFrom)) * WHOLE)));
};

const counted = (read: number): string => read.toLocaleString('en-US');

const placeOf = ({ part, read, created }: PageReport): string => {
  const day = created === null ? '' : `, back to ${new Date(created * SECOND_MS).toISOString().slice(0, 10)}`;
  return `${part.title}: ${counted(read)} read${day}`;
};

/** A bar for each part in a terminal, a line for each part in a pipe, nothing for a program. */
export const makeBackfillReporter = (startedAt: Instant, now: () => Instant, json: boolean): BackfillReporter => {
  let bar: Progress | null = null;
  let shown = 0;
  let newInPart = 0;
  let last = '';

  const finishPart = ({ part, read }: PageReport): void => {
    const line = `${part.title}: ${counted(read)} read, ${counted(newInPart)} stored now`;
    bar?.stop(line);
    if (!json && !isTerminal()) say(line);
    bar = null;
    shown = 0;
    newInPart = 0;
  };

  const page = (report: PageReport): void => {
    newInPart += report.stored;
    bar ??= makeProgress(WHOLE, json, report.part.title);
    const share = shareOf(report.part, report.created, startedAt);
    last = placeOf(report);
    bar.advance(last, Math.max(0, share - shown));
    shown = Math.max(shown, share);
    if (report.done) finishPart(report);
  };

  return {
    page,
    wait: (until, reason) => {
      if (json || until - now() < WORTH_TELLING_MS) return;
      const line = `waiting until ${toIso(until)}: ${reason}`;
      if (bar === null) say(line);
      else bar.advance(line, 0);
    },
    end: () => {
      bar?.stop(last);
      bar = null;
    },
  };
};
