import { z } from 'zod';
import type { ActionOutcome } from '../../src/destination-kit/multi-status.ts';
import { type HubspotError, isNotFound, parseError, toSetUpProblem, toWords } from './verdict.ts';

const result = z.looseObject({
  id: z.string(),
  objectWriteTraceId: z.string().nullish(),
  properties: z.record(z.string(), z.string().nullish()).catch({}),
});
const answer = z.looseObject({
  status: z.string(),
  results: z.array(result),
  errors: z.array(z.looseObject({ context: z.record(z.string(), z.array(z.string())).catch({}) })).catch([]),
});

/** One object as HubSpot holds it. */
export interface Held {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null | undefined>>;
}

/** The objects of an answer to a batch read; null when it is no answer of HubSpot. Those not found are left out. */
export const parseHeld = (body: unknown): readonly Held[] | null => answer.safeParse(body).data?.results ?? null;

export interface WriteAnswer {
  /** One for each input, in their order. */
  readonly outcomes: readonly ActionOutcome[];
  /** What the account lacks, where HubSpot took no input at all for that. */
  readonly problem: string | null;
  /** HubSpot took at least one, or may have. */
  readonly hasTaken: boolean;
}

/**
 * What became of each input of a batch write that was answered 200, 201 or 207. An input is taken only where a result
 * names its trace id: HubSpot has answered success without a word about an input, and keeps no order. An error without
 * a trace id may be about any input that nothing else tells of.
 * @param traceIds of the inputs, unique: else HubSpot refuses all of them for one.
 */
export const toWriteAnswer = (body: unknown, traceIds: readonly string[]): WriteAnswer => {
  const parsed = answer.safeParse(body).data;
  if (parsed === undefined) return allUnknown('the answer is not one of HubSpot', traceIds);
  const errors = parsed.errors.map((each) => ({ traceIds: traceIdsOf(each.context), error: parseError(each) }));
  const taken = new Set(parsed.results.map(({ objectWriteTraceId }) => objectWriteTraceId ?? ''));
  const unplaced = errors.find((each) => each.traceIds.length === 0)?.error;
  const outcomes = traceIds.map((traceId): ActionOutcome => {
    const told = errors.find((each) => each.traceIds.includes(traceId));
    if (told !== undefined) return toErrorOutcome(told.error);
    if (taken.has(traceId)) return { result: 'delivered', warning: null };
    return { result: 'unknown', reason: unplaced === undefined ? SILENT : `without a place: ${toWords(unplaced)}` };
  });
  const hasTaken = parsed.results.length > 0 || outcomes.some(({ result }) => result === 'unknown');
  const problems = errors.map(({ error }) => toSetUpProblem(error)).filter((each) => each !== null);
  return { outcomes, problem: hasTaken ? null : (problems[0] ?? null), hasTaken };
};

const SILENT = 'HubSpot answered success and told nothing of this record';

const traceIdsOf = (context: Readonly<Record<string, readonly string[]>>): readonly string[] =>
  context.objectWriteTraceId ?? [];

const allUnknown = (reason: string, traceIds: readonly string[]): WriteAnswer => ({
  outcomes: traceIds.map(() => ({ result: 'unknown', reason })),
  problem: null,
  hasTaken: true,
});

/** An error that names its input: nothing of that one was taken. */
const toErrorOutcome = (error: HubspotError): ActionOutcome => {
  const problem = toSetUpProblem(error);
  if (problem !== null) return { result: 'retry', at: null, reason: problem };
  if (isNotFound(error)) return NOT_THERE;
  return { result: 'rejected', reason: toWords(error) };
};

/** The object that was to be updated is gone: deleted, or merged into one that carries another id. */
export const NOT_THERE: ActionOutcome = { result: 'absent', reason: 'no record of HubSpot carries this id any more' };
