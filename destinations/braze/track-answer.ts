import { z } from 'zod';
import type { ActionOutcome } from '../../src/destination-kit/multi-status.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import type { TrackCall, TrackPart } from './track-body.ts';

const trackAnswer = z.object({
  message: z.string(),
  errors: z
    .array(
      z.looseObject({
        type: z.string().catch('refused'),
        input_array: z.unknown().optional(),
        index: z.unknown().optional(),
      }),
    )
    .default([]),
});

export type TrackAnswer = z.infer<typeof trackAnswer>;

/** Braze's answer to `/users/track`; null when it is none: a proxy's page, a body cut off. */
export const parseTrackAnswer = (body: unknown): TrackAnswer | null => trackAnswer.safeParse(body).data ?? null;

/**
 * What became of each payload of a call that Braze took. An error counts for the payload whose object it names by
 * `input_array` and `index` together; all of that payload's objects share its fate. An error that names none may be
 * about any payload not otherwise told of: those are unknown, and so is everybody where the answer cannot be read.
 */
export const toTrackOutcomes = (body: unknown, call: TrackCall, payloads: number): readonly ActionOutcome[] => {
  const answer = parseTrackAnswer(body);
  const refused = new Map<TrackPart, string>();
  let unplaced = answer === null ? 'the answer is not one of Braze' : null;
  for (const error of answer?.errors ?? []) {
    const part = partOf(error, call);
    if (part === null) unplaced ??= `an error without a place: ${toReason(error.type)}`;
    else refused.set(part, toReason(error.type));
  }
  return Array.from({ length: payloads }, (_, index) => {
    const parts = [...call.parts.attributes, ...call.parts.events].filter(({ payload }) => payload === index);
    return toPayloadOutcome(parts, refused, unplaced);
  });
};

const partOf = (error: TrackAnswer['errors'][number], { parts }: TrackCall): TrackPart | null => {
  const { input_array: array, index } = error;
  if ((array !== 'attributes' && array !== 'events') || typeof index !== 'number') return null;
  return parts[array][index] ?? null;
};

const toPayloadOutcome = (
  parts: readonly TrackPart[],
  refused: ReadonlyMap<TrackPart, string>,
  unplaced: string | null,
): ActionOutcome => {
  const told = parts.flatMap((part) => {
    const type = refused.get(part);
    return type === undefined ? [] : [`${part.name} refused: ${type}`];
  });
  const taken = parts.filter((part) => !refused.has(part)).map(({ name }) => name);
  if (told.length > 0) {
    const reason = [...told, ...taken.map((name) => `${name} taken`)].join('; ');
    return { result: 'rejected', reason, ...(taken.length > 0 ? { partly: true } : {}) };
  }
  if (unplaced !== null && parts.length > 0) return { result: 'unknown', reason: unplaced };
  return { result: 'delivered', warning: toWarning(parts) };
};

const toWarning = (parts: readonly TrackPart[]): string | null => {
  const names = parts.flatMap(({ tooLong }) => tooLong);
  return names.length === 0 ? null : `longer than Braze keeps, and left out: ${[...new Set(names)].join(', ')}`;
};
