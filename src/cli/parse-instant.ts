import { type Instant, instant } from '../domain/instant.ts';
import { clean } from './terminal.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/i;

/** `new Date` turns February 30 into March; a day that does not exist is a mistake here. */
const isRealDay = (text: string): boolean => {
  const midnight = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text.slice(0, 10));
};

const EXPECTED = 'Expected an instant such as 2026-05-07T08:30:00Z or 2026-05-07T10:30+02:00, or a day (midnight UTC)';

type Parsed = { readonly ok: true; readonly at: Instant } | { readonly ok: false; readonly error: string };

/** Reads ISO 8601 with a zone, or a day, which is its midnight UTC. The error is one line for a person. */
export const parseInstant = (given: string): Parsed => {
  const text = given.trim();
  const moment = MOMENT.exec(text);
  if (!DAY.test(text) && moment === null) return { ok: false, error: `${EXPECTED}, not ${clean(given)}.` };
  if (moment !== null && moment[3] === undefined) {
    return {
      ok: false,
      error: `${clean(text)} has no time zone. Write ${clean(text)}Z for UTC, or add an offset such as +02:00.`,
    };
  }
  const ms = isRealDay(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  return Number.isNaN(ms)
    ? { ok: false, error: `${clean(text)} does not exist in the calendar. ${EXPECTED}.` }
    : { ok: true, at: instant(ms) };
};
