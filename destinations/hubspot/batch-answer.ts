import { z } from 'zod';
import type { ActionOutcome } from '../../src/destination-kit/multi-status.ts';
import { type HubspotError, isConflict, isNotFound, parseError, toSetUpProblem, toWords } from './verdict.ts';

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

/** HubSpot's ids of what an answer says was written, by the trace ids of the inputs. */
export const writtenIds = (body: unknown): ReadonlyMap<string, string> =>
  new Map(
    (answer.safeParse(body).data?.results ?? []).flatMap(({ id, objectWriteTraceId }) =>
      objectWriteTraceId == null ? [] : [[objectWriteTraceId, id] as const],
    ),
  );

export interface WriteAnswer {
  /** One for each input, in their order. */
  readonly outcomes: readonly ActionOutcome[];
  /** What the account lacks, where HubSpot took no input at all for that. */
  readonly problem: string | null;
  /** HubSpot took at least one, or may have. */
  readonly hasTaken: boolean;
}

/** By what an answer names an input. */
export interface Trace {
  readonly traceId: string;
  /** As the input named its object; a new one has none. */
  readonly id: string | null;
}

/**
 * What became of each input of a batch write that was answered 200, 201 or 207. An input is taken only where a result
 * names its trace id: HubSpot has answered success without a word about an input, and keeps no order. An error names
 * its inputs by trace id, or by id where their objects do not exist; one that names none may be about any input that
 * nothing else tells of.
 * @param traces of the inputs; the trace ids unique, else HubSpot refuses all of them for one.
 */
export const toWriteAnswer = (body: unknown, traces: readonly Trace[]): WriteAnswer => {
  const parsed = answer.safeParse(body).data;
  if (parsed === undefined) return allUnknown('the answer is not one of HubSpot', traces);
  const errors = parsed.errors.map((each) => ({ names: namesIn(each.context), error: parseError(each) }));
  const taken = new Set(parsed.results.map(({ objectWriteTraceId }) => objectWriteTraceId ?? ''));
  const unplaced = errors.find((each) => each.names.length === 0)?.error;
  const outcomes = traces.map(({ traceId, id }): ActionOutcome => {
    const told = errors.find(({ names }) => names.includes(`trace ${traceId}`) || names.includes(`id ${id}`));
    if (told !== undefined) return toErrorOutcome(told.error);
    if (taken.has(traceId)) return { result: 'delivered', warning: null };
    return { result: 'unknown', reason: unplaced === undefined ? SILENT : `without a place: ${toWords(unplaced)}` };
  });
  const hasTaken = parsed.results.length > 0 || outcomes.some(({ result }) => result === 'unknown');
  const problems = errors.map(({ error }) => toSetUpProblem(error)).filter((each) => each !== null);
  return { outcomes, problem: hasTaken ? null : (problems[0] ?? null), hasTaken };
};

const SILENT = 'HubSpot answered success and told nothing of this record';

const namesIn = ({
  objectWriteTraceId = [],
  ids = [],
}: Readonly<Record<string, readonly string[]>>): readonly string[] =>
  objectWriteTraceId.length > 0 ? objectWriteTraceId.map((each) => `trace ${each}`) : ids.map((each) => `id ${each}`);

const allUnknown = (reason: string, traces: readonly Trace[]): WriteAnswer => ({
  outcomes: traces.map(() => ({ result: 'unknown', reason })),
  problem: null,
  hasTaken: true,
});

/** An error that names its input: nothing of that one was taken. */
const toErrorOutcome = (error: HubspotError): ActionOutcome => {
  const problem = toSetUpProblem(error);
  if (problem !== null) return { result: 'retry', at: null, reason: problem };
  return toRefusal(error) ?? { result: 'rejected', reason: toWords(error) };
};

/** A refusal of one input that is not for its data: nothing of it was taken. Null: it is for its data. */
export const toRefusal = (error: HubspotError): ActionOutcome | null => {
  // Deleted, or merged into one that carries another id.
  if (isNotFound(error)) return { result: 'absent', reason: 'nothing in HubSpot carries this id any more' };
  // Made by somebody since it was looked for: the next look finds it.
  if (isConflict(error))
    return { result: 'retry', at: null, reason: 'made in HubSpot meanwhile; it is looked for again' };
  return null;
};
