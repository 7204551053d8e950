import { z } from 'zod';
import { toReason } from '../../src/destination-kit/reason.ts';
import { RUN_SET_UP } from '../../src/destination-kit/run-set-up.ts';

/** One error in Salesforce's words, of a call (`errorCode`) or of a record (`statusCode`). */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}

const apiError = z
  .looseObject({
    errorCode: z.string().optional(),
    statusCode: z.string().optional(),
    message: z.string().catch(''),
    fields: z.array(z.string()).nullish().catch([]),
  })
  .transform(
    ({ errorCode, statusCode, message, fields }): ApiError => ({
      code: errorCode ?? statusCode ?? '',
      message,
      fields: fields ?? [],
    }),
  );

/** Errors of an answer: Salesforce sends an array even for one. None where the body is not Salesforce's. */
export const parseApiErrors = (body: unknown): readonly ApiError[] => {
  const list = Array.isArray(body) ? body : [body];
  return list.flatMap((each) => apiError.safeParse(each).data ?? []).filter(({ code }) => code !== '');
};

/** A token of a session begins with the organisation's id. */
const TOKEN = /00D\w{12,15}![^\s"']+/g;

/** What went wrong, fit to be logged. */
export const describeError = ({ code, message }: ApiError): string =>
  toReason((message === '' ? code : `${code}: ${message}`).replace(TOKEN, '…'));

/** What lies in how the organisation is set up: every record would meet it. */
const SET_UP = new Set([
  'INVALID_FIELD',
  'INVALID_TYPE',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'NOT_FOUND',
  'UNSUPPORTED_API_VERSION',
  'MALFORMED_QUERY',
]);

/** Whether the error says that a field or an object is missing, or hidden from the user that Recoup runs as. */
export const isSetUpError = ({ code }: ApiError): boolean => SET_UP.has(code);

/** What to do about one. */
export const SET_UP_ADVICE = `a field is missing, or hidden from the user that Recoup runs as: ${RUN_SET_UP}`;

/** Passes by itself: nothing was taken, and the same record may be taken later. */
const PASSING = new Set([
  'UNABLE_TO_LOCK_ROW',
  'REQUEST_LIMIT_EXCEEDED',
  'SERVER_UNAVAILABLE',
  'UNKNOWN_EXCEPTION',
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'PROCESSING_HALTED',
]);

/** Limits that automation of the organisation runs into, told inside an error of its own. */
const PASSING_WORDS = /UNABLE_TO_LOCK_ROW|Apex CPU time limit|Too many (SOQL|DML)/i;

/**
 * Whether a record that met this error is to be sent again. A duplicate of our own external id means that another
 * writer was faster: the next look-up finds its record.
 */
export const isPassing = (error: ApiError, idField: string): boolean =>
  PASSING.has(error.code) ||
  PASSING_WORDS.test(error.message) ||
  (error.code === 'DUPLICATE_VALUE' && names(error, idField));

/** Whether Salesforce wanted to make a record and lacked what one must have: it knows none by this id. */
export const isUnknownSubject = (error: ApiError): boolean =>
  error.code === 'REQUIRED_FIELD_MISSING' && (names(error, 'LastName') || names(error, 'Name'));

const names = ({ fields, message }: ApiError, field: string): boolean => {
  const wanted = field.toLowerCase();
  if (fields.some((each) => each.toLowerCase() === wanted)) return true;
  return new RegExp(`(^|[^\\w])${wanted}([^\\w]|$)`).test(message.toLowerCase());
};
