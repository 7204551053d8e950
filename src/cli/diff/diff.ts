import { instant } from '../../domain/instant.ts';
import { type ObserveDiff, observeDiff } from '../../report/observe-diff.ts';
import type { CliDoors } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { clean, say, sayJson } from '../terminal.ts';
import { sayDiff } from './diff-text.ts';

interface DiffOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  /** How many rows to list. */
  readonly people: number;
}

/** A spreadsheet takes what begins so for a formula. */
const FORMULA = /^[=+\-@]/;

const cell = (text: string): string => {
  const safe = FORMULA.test(text) ? `'${clean(text)}` : clean(text);
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const sayCsv = ({ people }: ObserveDiff): void => {
  say('tool,user_id,what,dunning_status,dunning_stage,attributes');
  for (const { tool, userId, enters, status, stage, attributes } of people) {
    const what = enters ? 'enters' : 'put_right';
    say([tool, userId, what, status ?? '', stage ?? '', attributes.join(' ')].map(cell).join(','));
  }
};

/** `recoup diff`: what a switch to enforce would send beside what happened. It changes nothing. */
export const runDiff = async (doors: CliDoors, { json, csv, people }: DiffOptions): Promise<number> => {
  const policy = doors.loadPolicy();
  const store = await doors.openStore();
  try {
    const diff = observeDiff(await store.observed(), instant(Date.now()));
    if (json === true) sayJson(diff);
    else if (csv === true) sayCsv(diff);
    else sayDiff(diff, policy, people);
    return EXIT.done;
  } finally {
    await store.close();
  }
};
