import * as z from 'zod';
import { type Instant, instant } from '../../domain/instant.ts';
import type { ThinNotice } from '../provider.ts';
import { objectId, text, unixSeconds } from './shapes.ts';

/** A thin event's body: what happened to which object, and nothing of it. */
export interface ThinEvent extends Omit<ThinNotice, 'createdAt'> {
  /** Null where it cannot be read: then it happened when it came. */
  readonly createdAt: Instant | null;
  readonly livemode: boolean;
}

/** Thin events are dated in ISO 8601, to the millisecond. */
const createdAt = z
  .string()
  .max(64)
  .transform((iso) => Math.floor(Date.parse(iso)))
  .refine((ms) => toInstantOf(ms) !== null)
  .nullish()
  .catch(null);

const toInstantOf = (ms: number): Instant | null =>
  unixSeconds.safeParse(Math.floor(ms / 1_000)).success ? instant(ms) : null;

/** The body of a thin event (`object: v2.core.event`). */
export const thinEvent = z
  .object({
    id: objectId,
    type: objectId,
    created: createdAt,
    livemode: z.boolean().nullish(),
    context: text.catch(null),
    related_object: z
      .object({ id: objectId, type: z.string().max(255), url: z.string().max(1_000) })
      .nullish()
      .catch(null),
    snapshot_event: objectId.nullish().catch(null),
  })
  .transform(
    (raw): ThinEvent => ({
      id: raw.id,
      type: raw.type,
      createdAt: raw.created == null ? null : toInstantOf(raw.created),
      livemode: raw.livemode === true,
      account: accountIn(raw.context ?? ''),
      relatedObject: raw.related_object ?? null,
      snapshotEvent: raw.snapshot_event ?? null,
    }),
  );

/** A context is a path of organisations and accounts; the last account is the one that it is about. */
const accountIn = (context: string): string =>
  context.split('/').findLast((part) => part.startsWith('acct_') && objectId.safeParse(part).success) ?? '';
