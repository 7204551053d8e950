import * as z from 'zod';
import { DAY_MS, type Instant, instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { ARRIVAL_MS } from '../../domain/policy.ts';
import type { ApiPage } from './api-ports.ts';
import { parseText } from './json.ts';

/** Searched again each time: what the provider's list shows late is older than what was seen there. */
const OVERLAP_MS = 10 * MINUTE_MS;
/** The provider keeps its events for 30 days. */
const EVENTS_KEPT_MS = 30 * DAY_MS;

const PROGRESS = z.object({
  from: z.number().transform(instant),
  window: z.object({ to: z.number().transform(instant), after: z.string().nullable() }).nullable(),
});

/**
 * How far one part of a list of events was searched: nothing before `from` is left to search, and of the window up to
 * `to`, newest first, nothing before the event `after`. No window: none is begun.
 */
export type SearchProgress = z.infer<typeof PROGRESS>;

/** @throws ZodError for what no searcher wrote */
export const parseProgress = (json: string | null): SearchProgress | null =>
  json === null ? null : PROGRESS.parse(JSON.parse(json));

export interface SearchWindow {
  readonly from: Instant;
  readonly to: Instant;
  readonly after: string | null;
}

/** What to search next; null while nothing is old enough to have been missed. */
export const windowOf = ({ from, window }: SearchProgress, now: Instant): SearchWindow | null => {
  const oldest = plus(now, -EVENTS_KEPT_MS);
  const since = from > oldest ? from : oldest;
  if (window !== null && window.to > since) return { from: since, ...window };
  const to = plus(now, -ARRIVAL_MS);
  return to > since ? { from: since, to, after: null } : null;
};

/** Where the search goes on after a page of the window that ends at `to`. */
export const afterPage = ({ from }: SearchProgress, to: Instant, { objects, hasMore }: ApiPage): SearchProgress => {
  const last = parseText(objects.at(-1)?.id);
  if (hasMore && last !== null) return { from, window: { to, after: last } };
  const next = plus(to, -OVERLAP_MS);
  return { from: next > from ? next : from, window: null };
};
