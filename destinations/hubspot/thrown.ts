import { loadCore } from '../../src/destination-kit/core.ts';
import { toFailure } from '../../src/destination-kit/failure.ts';
import { toVerdict } from './answer.ts';

/** What a throw of the request client means, for whoever does not let it end the call. */
export const toMeaning = (error: unknown): { readonly answer: string; readonly reason: string } => {
  if (!(error instanceof loadCore().HTTPError)) return toFailure(error);
  const { status } = error.response;
  const told = { status, header: () => null, body: dataOf(error.response) };
  return toVerdict(told) ?? { answer: 'unknown', reason: `status ${status}` };
};

/** The same in words, without a secret. */
export const toReasonOf = (error: unknown): string => toMeaning(error).reason;

/** The status of a thrown answer; null where none came. */
export const statusIn = (error: unknown): number | null =>
  error instanceof loadCore().HTTPError ? error.response.status : null;

/** The parsed body of an answer, where the client kept it. */
export const dataOf = (response: object): unknown => ('data' in response ? response.data : undefined);
