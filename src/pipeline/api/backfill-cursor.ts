import type { BackfillPart } from './backfill-plan.ts';
import { idOf } from './backfill-snapshots.ts';
import { type Json, parseObject } from './json.ts';

/** Where a part goes on: behind this object, the newest first. */
export interface Place {
  /** The last object that was stored; null at the beginning, or where it is gone: then `created` alone tells the place. */
  readonly after: string | null;
  /** Unix seconds of it; null before the first. */
  readonly created: number | null;
}

export const BEGINNING: Place = { after: null, created: null };

/** Reads what `toCursor` wrote; anything else begins anew, which stores nothing twice. */
export const parseCursor = (cursor: string): Place => {
  const place = parseObject(parseJson(cursor));
  if (place === null) return BEGINNING;
  return { after: idOf(place.after), created: typeof place.created === 'number' ? place.created : null };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

export const toCursor = (place: Place): string => JSON.stringify(place);

/** The place behind a page; of an empty one the same as before. */
export const behind = (objects: readonly Json[], before: Place): Place => {
  const last = objects.at(-1);
  if (last === undefined) return before;
  return { after: idOf(last), created: typeof last.created === 'number' ? last.created : before.created };
};

/** The largest page that Stripe gives. */
const PAGE = 100;

/** The query of the page behind `place`. The object that it names may be gone by now: its second is read again then. */
export const pageQuery = ({ query, createdFrom, createdTo }: BackfillPart, place: Place): BackfillPart['query'] => {
  const resumesByTime = place.after === null && place.created !== null;
  const to = resumesByTime ? Math.min(place.created ?? 0, createdTo ?? Number.MAX_SAFE_INTEGER) : createdTo;
  return {
    ...query,
    limit: PAGE,
    ...(createdFrom === null ? {} : { 'created[gte]': createdFrom }),
    ...(to === null ? {} : { 'created[lte]': to }),
    ...(place.after === null ? {} : { starting_after: place.after }),
  };
};
