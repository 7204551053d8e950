import type { BatchAnswer, RecordOutcome } from '../../destination-kit/sink.ts';

/** `untouched`: not taken, and not for what it is. */
export type CallOutcome = RecordOutcome | { readonly result: 'untouched'; readonly reason: string };

/** What an answer means for each of `count` records of its call, in order. */
export const toOutcomes = (answer: BatchAnswer, count: number): readonly CallOutcome[] => {
  if (answer.answer !== 'each') return Array<CallOutcome>(count).fill(toSharedOutcome(answer));
  return Array.from({ length: count }, (_, index) => answer.outcomes[index] ?? NO_OUTCOME);
};

const NO_OUTCOME: CallOutcome = { result: 'unknown', reason: 'the tool said nothing of this record' };

const toSharedOutcome = (answer: Exclude<BatchAnswer, { readonly answer: 'each' }>): CallOutcome => {
  switch (answer.answer) {
    case 'refused':
      return { result: 'rejected', reason: answer.reason };
    case 'unknown':
      return { result: 'unknown', reason: answer.reason };
    case 'throttled':
    case 'unavailable':
    case 'stopped':
      return { result: 'untouched', reason: answer.reason };
  }
};
