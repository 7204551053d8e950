import { z } from 'zod';
import type { HttpAnswer, WholeAnswer } from '../../src/destination-kit/define-tool.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import { toStatusAnswer } from '../../src/destination-kit/status-answer.ts';

const failure = z.looseObject({ code: z.string(), msg: z.string().catch(''), params: z.unknown().optional() });
const mismatch = z.object({
  validationErrors: z.record(
    z.string(),
    z.looseObject({ expectedType: z.string().catch('another type'), incomingTypes: z.array(z.string()).catch([]) }),
  ),
});

/** Iterable's `{code, msg, params}`; null when the body is none. */
const parseFailure = (body: unknown): z.infer<typeof failure> | null => failure.safeParse(body).data ?? null;

/** A field that a request filled with another type than the project keeps it as. */
export interface Mismatch {
  /** Its name, without the event's. */
  readonly field: string;
  /** A sentence: what is wrong and what to do. */
  readonly sentence: string;
}

/** The fields that made Iterable refuse a whole request with `RequestFieldsTypesMismatched`; none for any other answer. */
export const findMismatches = (body: unknown): readonly Mismatch[] => {
  const told = parseFailure(body);
  if (told?.code !== 'RequestFieldsTypesMismatched') return [];
  const { validationErrors = {} } = mismatch.safeParse(told.params).data ?? {};
  return Object.entries(validationErrors).map(([name, { expectedType, incomingTypes }]) => {
    // Of an event's field Iterable tells `<event>:::<field>`. The value that it tells too is nobody's business.
    const field = name.split(':::').at(-1) ?? name;
    const came = incomingTypes.length === 0 ? '' : `, and ${incomingTypes.join(' or ')} came`;
    return { field, sentence: toReason(`the project keeps ${field} as ${expectedType}${came}: ${ADVICE}`) };
  });
};

const ADVICE = 'a type cannot be changed, use another project or ask Iterable to remove the field';

const KEY_ADVICE = 'use a server-side API key, without JWT, of the same project and data centre';
/** By code, and not by status: what a person must mend, with what to do. */
const STOPS: Readonly<Record<string, string>> = {
  BadApiKey: KEY_ADVICE,
  BadAuthorizationHeader: KEY_ADVICE,
  InvalidJwtPayload: `the key asks for a JWT with every call; ${KEY_ADVICE}`,
  JwtUserIdentifiersMismatched: `the key asks for a JWT with every call; ${KEY_ADVICE}`,
  Unauthorized: KEY_ADVICE,
  Forbidden: KEY_ADVICE,
  UniqueFieldsLimitExceeded: 'the project has no room for more fields; remove some or ask Iterable for more',
};
/** About somebody or something in the call, whatever the status. */
const REFUSALS = new Set([
  'BadJsonBody',
  'BadParams',
  'EmailAlreadyExists',
  'ExternalKeyConflict',
  'ForgottenUserError',
  'InvalidEmailAddressError',
  'InvalidUserIdError',
  'RequestFieldsTypesMismatched',
  'UnknownEmailError',
  'UnknownUserIdError',
  'UserIdAlreadyExists',
]);

/** What Iterable's answer other than 2xx means for the whole call; null for 2xx, whose outcomes the action tells. */
export const toAnswer = (answer: HttpAnswer): WholeAnswer | null => {
  const told = parseFailure(answer.body);
  const whole = toStatusAnswer({ ...answer, body: { message: wordsOf(answer.body) } });
  if (whole === null || told === null) return whole;
  const { code } = told;
  const reason = toReason(`status ${answer.status}: ${wordsOf(answer.body)}`);
  if (code === 'RateLimitExceeded') return { answer: 'throttled', until: null, reason };
  if (code === 'BatchTooLarge') return { answer: 'refused', reason, tooLarge: true };
  const advice = STOPS[code];
  if (advice !== undefined) return { answer: 'stopped', reason: `${reason}; ${advice}` };
  return REFUSALS.has(code) || answer.status === 409 ? { answer: 'refused', reason, tooLarge: false } : whole;
};

/** The code and Iterable's words, or the sentence about a field of the wrong type. */
const wordsOf = (body: unknown): string | null => {
  const told = parseFailure(body);
  if (told === null) return null;
  const [first] = findMismatches(body);
  const words = first?.sentence ?? told.msg;
  return words === '' ? told.code : `${told.code}: ${words}`;
};
