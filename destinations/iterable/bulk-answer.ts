import { z } from 'zod';
import { toReason } from '../../src/destination-kit/reason.ts';
import type { Part } from './parts.ts';

const names = z.array(z.string()).catch([]);
const bulkAnswer = z.looseObject({
  successCount: z.number().int().min(0),
  failCount: z.number().int().min(0),
  failedUpdates: z.record(z.string(), names).nullish().catch(null),
  /** Deprecated by Iterable, and still told. */
  invalidUserIds: names.nullish(),
  disallowedEventNames: names.nullish(),
  filteredOutFields: names.nullish(),
});

/** What became of a part. */
export type PartOutcome =
  | { readonly result: 'taken'; readonly warnings: readonly string[] }
  /** `partly`: some of it was taken. `isStranger`: Iterable does not know the user. */
  | { readonly result: 'refused'; readonly reason: string; readonly partly: boolean; readonly isStranger: boolean }
  | { readonly result: 'not_taken'; readonly reason: string }
  | { readonly result: 'unknown'; readonly reason: string };

export type PartOutcomes = ReadonlyMap<Part, PartOutcome>;

export interface Judgement {
  readonly outcomes: PartOutcomes;
  /** Of these some were refused, and Iterable did not say which; they have no outcome. */
  readonly unnamed: readonly Part[];
}

/** What the lists of failures are about, in words. */
const REASONS: Readonly<Record<string, string>> = {
  invalidUserIds: 'Iterable does not take this user id',
  forgottenUserIds: 'Iterable was told to forget this user and takes nothing of them',
  conflictUserIds: 'another user of Iterable has this user id',
  invalidDataUserIds: 'Iterable found invalid data',
  notFoundUserIds: 'Iterable does not know this user',
};

interface Refusal {
  readonly reason: string;
  /** How many of the part's objects were refused. */
  readonly objects: number;
  readonly isStranger: boolean;
}

/**
 * What became of each part of a request that Iterable took, which may still have refused some: it lists those by user id
 * (an event also by its name) and counts the objects. Where it counts more than its lists explain, everybody not listed
 * may be meant: all of them if the count is as large, else they are `unnamed`. Null: the answer is not one of Iterable.
 */
export const judgeParts = (body: unknown, parts: readonly Part[]): Judgement | null => {
  const answer = bulkAnswer.safeParse(body).data;
  if (answer === undefined || answer.successCount + answer.failCount === 0) return null;
  const refusals = new Map(parts.map((part) => [part, refusalOf(part, answer)] as const));
  const listed = sum([...refusals.values()].map((refusal) => refusal?.objects ?? 0));
  const rest = parts.filter((part) => refusals.get(part) === null);
  const hidden = Math.max(0, answer.failCount - listed);
  const meansAll = hidden >= sum(rest.map(({ objects }) => objects.length));
  const isUnnamed = hidden > 0 && !meansAll && rest.length > 1;
  const outcomes = new Map<Part, PartOutcome>();
  for (const [part, refusal] of refusals) {
    const told = refusal ?? (hidden > 0 ? { reason: NO_REASON, objects: hidden, isStranger: false } : null);
    if (told !== null && (refusal !== null || !isUnnamed)) outcomes.set(part, toRefused(part, told));
    if (told === null) outcomes.set(part, { result: 'taken', warnings: warningsOf(part, answer) });
  }
  return { outcomes, unnamed: isUnnamed ? rest : [] };
};

const NO_REASON = 'Iterable counts a failure and names nobody';

const toRefused = (part: Part, { reason, objects, isStranger }: Refusal): PartOutcome => ({
  result: 'refused',
  reason,
  partly: objects < part.objects.length,
  isStranger,
});

type BulkAnswer = z.infer<typeof bulkAnswer>;

const refusalOf = ({ userId, objects }: Part, answer: BulkAnswer): Refusal | null => {
  const { failedUpdates, invalidUserIds, disallowedEventNames } = answer;
  const lists = Object.entries({ ...(invalidUserIds ? { invalidUserIds } : {}), ...failedUpdates });
  const listed = lists.filter(([, ids]) => ids.includes(userId)).map(([list]) => list);
  // The old list of a request for events holds those that were not found; the new ones say it better.
  const list = listed.find((name) => name !== 'invalidUserIds') ?? listed[0];
  if (list !== undefined)
    return { reason: toReason(REASONS[list] ?? list), objects: objects.length, isStranger: list === 'notFoundUserIds' };
  const barred = objects.filter(({ eventName }) => disallowedEventNames?.includes(eventName ?? '') ?? false);
  if (barred.length === 0) return null;
  const reason = toReason(
    `the project does not allow events called ${barred.map(({ eventName }) => eventName).join(', ')}`,
  );
  return { reason, objects: barred.length, isStranger: false };
};

const warningsOf = ({ tooLong, objects }: Part, { filteredOutFields }: BulkAnswer): readonly string[] => {
  const dropped = (filteredOutFields ?? []).filter((field) => objects.some(({ dataFields }) => field in dataFields));
  return [
    ...(tooLong.length > 0 ? [`longer than Iterable keeps, and left out: ${[...new Set(tooLong)].join(', ')}`] : []),
    ...(dropped.length > 0 ? [`left out by the settings of the project: ${dropped.join(', ')}`] : []),
  ];
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
