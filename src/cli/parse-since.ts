import { parseDuration } from '../config/duration.ts';
import { type Instant, plus } from '../domain/instant.ts';
import { parseInstant } from './parse-instant.ts';
import { clean } from './terminal.ts';

/** How far back, as it was typed and as an instant. */
export interface Since {
  readonly text: string;
  readonly at: Instant;
}

type Parsed = { readonly ok: true; readonly since: Since } | { readonly ok: false; readonly error: string };

/** Reads `90d`, a day or an instant with a zone; it must be gone by. The error is one line for a person. */
export const parseSince = (given: string, now: Instant): Parsed => {
  const text = given.trim();
  const durationMs = parseDuration(text);
  if (durationMs !== null && durationMs > 0) return { ok: true, since: { text, at: plus(now, -durationMs) } };
  if (!/^\d{4}-/.test(text)) {
    return { ok: false, error: `Expected a duration such as 90d, or a day such as 2026-01-01, not ${clean(given)}.` };
  }
  const parsed = parseInstant(text);
  if (!parsed.ok) return parsed;
  return parsed.at < now
    ? { ok: true, since: { text, at: parsed.at } }
    : { ok: false, error: `${clean(text)} lies ahead; only what has been can be looked at.` };
};
