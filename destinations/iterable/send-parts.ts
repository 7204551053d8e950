import type { WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { findMismatches } from './answer.ts';
import { judgeParts, type PartOutcome, type PartOutcomes } from './bulk-answer.ts';
import type { BulkObject, Part } from './parts.ts';
import { bodyOf, toWhole } from './whole-answer.ts';

/** Sends objects in one request; answers the body of a 2xx and throws on anything else. */
export type Post = (objects: readonly BulkObject[]) => Promise<unknown>;

interface Options {
  /** A failure of the first request may end the call, since nothing was taken before it. */
  readonly mayThrow: boolean;
}

/**
 * Sends parts in one request and tells what became of each. What is refused as a whole, or with a failure that names
 * nobody, is halved until the guilty part stands alone: what was taken before is then sent again, which changes nothing.
 */
export const sendParts = async (post: Post, parts: readonly Part[], { mayThrow }: Options): Promise<PartOutcomes> => {
  if (parts.length === 0) return new Map();
  let posted: Posted;
  try {
    posted = await postFitting(post, parts);
  } catch (error) {
    if (mayThrow) throw error;
    return toFailed(post, parts, toWhole(error));
  }
  return toSettled(post, parts, posted);
};

interface Posted {
  readonly body: unknown;
  /** Fields that had to be left out, with what is wrong with each. */
  readonly unfit: ReadonlyMap<string, string>;
}

/**
 * Sends parts without the fields that the project keeps as another type: one such field makes Iterable refuse all of the
 * request, so one mistake in the project would keep everybody's exit from it.
 */
const postFitting = async (post: Post, parts: readonly Part[]): Promise<Posted> => {
  const unfit = new Map<string, string>();
  for (;;) {
    try {
      return {
        body: await post(parts.flatMap(({ objects }) => objects.map((object) => without(unfit, object)))),
        unfit,
      };
    } catch (error) {
      const found = findMismatches(bodyOf(error)).filter(({ field }) => !unfit.has(field) && hasField(parts, field));
      if (found.length === 0) throw error;
      for (const { field, sentence } of found) unfit.set(field, sentence);
    }
  }
};

const hasField = (parts: readonly Part[], field: string): boolean =>
  parts.some(({ objects }) => objects.some(({ dataFields }) => Object.hasOwn(dataFields, field)));

const without = (unfit: ReadonlyMap<string, string>, object: BulkObject): BulkObject =>
  unfit.size === 0
    ? object
    : {
        ...object,
        dataFields: Object.fromEntries(Object.entries(object.dataFields).filter(([name]) => !unfit.has(name))),
      };

const toSettled = async (post: Post, parts: readonly Part[], { body, unfit }: Posted): Promise<PartOutcomes> => {
  const judged = judgeParts(body, parts);
  if (judged === null) return all(parts, { result: 'unknown', reason: 'the answer is not one of Iterable' });
  const apart = await halve(post, judged.unnamed);
  // What is not taken now may have been taken with the rest before.
  const doubted = [...apart].map(([part, outcome]) => [part, toDoubted(outcome)] as const);
  return new Map([...judged.outcomes, ...doubted].map(([part, outcome]) => [part, toFit(part, outcome, unfit)]));
};

const toDoubted = (outcome: PartOutcome): PartOutcome =>
  outcome.result === 'not_taken' ? { result: 'unknown', reason: outcome.reason } : outcome;

/** A part that lost a field is not what it should be: a person has to mend the project. */
const toFit = (part: Part, outcome: PartOutcome, unfit: ReadonlyMap<string, string>): PartOutcome => {
  if (outcome.result !== 'taken') return outcome;
  const lost = [...unfit].filter(([field]) => hasField([part], field)).map(([, sentence]) => sentence);
  return lost.length === 0
    ? outcome
    : { result: 'refused', reason: `${lost.join('; ')}; all else taken`, partly: true, isStranger: false };
};

const toFailed = async (post: Post, parts: readonly Part[], answer: WholeAnswer): Promise<PartOutcomes> => {
  const { reason } = answer;
  if (answer.answer === 'unknown') return all(parts, { result: 'unknown', reason });
  if (answer.answer !== 'refused') return all(parts, { result: 'not_taken', reason });
  if (parts.length > 1) return halve(post, parts);
  return all(parts, { result: 'refused', reason, partly: false, isStranger: false });
};

const halve = async (post: Post, parts: readonly Part[]): Promise<PartOutcomes> => {
  const middle = Math.ceil(parts.length / 2);
  const first = await sendParts(post, parts.slice(0, middle), { mayThrow: false });
  const second = await sendParts(post, parts.slice(middle), { mayThrow: false });
  return new Map([...first, ...second]);
};

const all = (parts: readonly Part[], outcome: PartOutcome): PartOutcomes =>
  new Map(parts.map((part) => [part, outcome]));
