import { loadCore } from '../../src/destination-kit/core.ts';
import type { WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { toFailure } from '../../src/destination-kit/failure.ts';
import { toAnswer } from './answer.ts';

/** What a throw of the request client means for the whole of its request. */
export const toWhole = (error: unknown): WholeAnswer => {
  if (!(error instanceof loadCore().HTTPError)) return toFailure(error);
  const { status, headers } = error.response;
  const whole = toAnswer({ status, header: (name) => headers.get(name), body: bodyOf(error) });
  return whole ?? { answer: 'unknown', reason: `status ${status}` };
};

/** The body of a thrown answer; null where there is none. */
export const bodyOf = (error: unknown): unknown =>
  error instanceof loadCore().HTTPError && 'data' in error.response ? error.response.data : null;

/** The status of a thrown answer; null where no answer came. */
export const statusOf = (error: unknown): number | null =>
  error instanceof loadCore().HTTPError ? error.response.status : null;
