import * as z from 'zod';
import { DAY_MS, instant, MINUTE_MS, plus, SECOND_MS } from '../../domain/instant.ts';
import type { ThinNotice } from '../../providers/provider.ts';
import type { ApiAnswer } from './api-ports.ts';
import type { Asker } from './asker.ts';
import { type Json, parseObject, parseText } from './json.ts';
import { toObservation, toOwnEvent } from './observation.ts';

/** A notice and the full event about the same lie at most this far apart: seconds are rounded, and clocks differ. */
const NEAR_MS = MINUTE_MS;
/** The provider's list of events may lag behind its notices: for so long the event is waited for. */
const LIST_LAG_MS = MINUTE_MS;
/** The provider keeps its events for 30 days; a day is left for the difference. */
const EVENTS_KEPT_MS = 29 * DAY_MS;

/** What the store kept of a notice. */
const NOTICE: z.ZodType<ThinNotice> = z.object({
  id: z.string(),
  type: z.string(),
  createdAt: z.number().transform(instant),
  account: z.string(),
  relatedObject: z.object({ type: z.string(), id: z.string(), url: z.string() }).nullable(),
  snapshotEvent: z.string().nullable(),
});

/** Notices finer than any full event; those are one kind for all changes. */
const SUBSCRIPTION = 'customer.subscription.';
const ANY_CHANGE: readonly string[] = [`${SUBSCRIPTION}created`, `${SUBSCRIPTION}updated`];

/** The types of the full events that a notice may be about: `v1.` in front of the same, or a finer one of a subscription's changes. */
const fullTypes = (type: string, isEventType: (type: string) => boolean): readonly string[] => {
  const full = type.replace(/^v1\./, '');
  if (isEventType(full)) return [full];
  return full.startsWith(SUBSCRIPTION) ? ANY_CHANGE : [];
};

const objectIdOf = (event: Json): string | null => parseText(parseObject(parseObject(event.data)?.object)?.id);

/** The full event by its id. */
const fetchSnapshot = async (notice: ThinNotice, { api, merchant }: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  if (notice.snapshotEvent === null) return { result: 'missing' };
  const answer = await api.fetch(`/v1/events/${encodeURIComponent(notice.snapshotEvent)}`, {}, merchant);
  return answer.result === 'found' ? { result: 'found', value: [toOwnEvent(answer.value, merchant)] } : answer;
};

/** Full events about the same object at the same time; all that happened within a minute are told, each is known by its id. */
const findSnapshots = async (notice: ThinNotice, asker: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  const { api, merchant, now, isEventType } = asker;
  const types = fullTypes(notice.type, isEventType);
  const id = notice.relatedObject?.id;
  if (types.length === 0 || id === undefined || now - notice.createdAt > EVENTS_KEPT_MS) return { result: 'missing' };
  const at = Math.floor(notice.createdAt / SECOND_MS);
  const near = NEAR_MS / SECOND_MS;
  const query = { types, 'created[gte]': at - near, 'created[lte]': at + near, limit: 100 };
  const answer = await api.list('/v1/events', query, merchant);
  if (answer.result !== 'found') return answer;
  const found = answer.value.objects.filter((event) => objectIdOf(event) === id);
  if (found.length > 0) return { result: 'found', value: found.map((event) => toOwnEvent(event, merchant)) };
  if (now - notice.createdAt > LIST_LAG_MS) return { result: 'missing' };
  return { result: 'retry', at: plus(now, 5 * SECOND_MS), reason: 'its event is not in the list yet' };
};

/** Only paths of objects: the address comes from a body, which is signed but not ours. */
const OBJECT_PATH = /^\/v1(\/[A-Za-z0-9_]+){2,4}$/;

/** The object itself, read as the notice states it. */
const fetchRelated = async (notice: ThinNotice, asker: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  const path = notice.relatedObject?.url ?? '';
  if (!OBJECT_PATH.test(path)) return { result: 'missing' };
  const answer = await asker.api.fetch(path, {}, asker.merchant);
  if (answer.result !== 'found') return answer;
  const { api, merchant, now: readAt } = asker;
  const options = { cause: 'lookup', readAt, mode: api.mode, merchant, notice } as const;
  return { result: 'found', value: [toObservation(answer.value, options)] };
};

/**
 * What a thin event is about, as the bodies of events to store: the full event of the same id, else those about the same
 * object at the same time, else the object as it is now.
 * @param detail the notice as JSON. A notice that does not fit is `missing`.
 */
export const resolveThinEvent = async (detail: unknown, asker: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  const parsed = NOTICE.safeParse(detail);
  if (!parsed.success) return { result: 'missing' };
  for (const ask of [fetchSnapshot, findSnapshots, fetchRelated]) {
    const answer = await ask(parsed.data, asker);
    if (answer.result !== 'missing') return answer;
  }
  return { result: 'missing' };
};
