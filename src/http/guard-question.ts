import { nearest } from '../config/nearest.ts';
import type { GuardMessage, GuardQuestion } from '../pipeline/guard/guard.ts';

/** User ids and episodes of more characters are nobody's. */
export const MOST_ID_CHARS = 1_000;

const MESSAGES: readonly GuardMessage[] = ['dunning', 'pre_dunning', 'recovery'];

const isMessage = (text: unknown): text is GuardMessage => MESSAGES.some((message) => message === text);

const PARAMETERS = ['message', 'episode'] as const;

/**
 * A misspelt one would be as if it were absent: the widest question, asked by a template that means a narrow one. It is not
 * repeated in the answer, as it may be anything.
 */
const unknownParameter = (query: Readonly<Record<string, unknown>>): string | null => {
  const given = Object.keys(query).find((name) => !PARAMETERS.some((known) => known === name));
  if (given === undefined) return null;
  const meant = nearest(given, PARAMETERS);
  return `unknown parameter: ${meant === null ? `expected ${PARAMETERS.join(', ')}.` : `did you mean ${meant}?`}`;
};

type Parsed =
  | { readonly ok: true; readonly question: GuardQuestion }
  /** `error`: one line for whoever wrote the template. */
  | { readonly ok: false; readonly error: string };

/** Reads the question of a template from its path and query. */
export const parseQuestion = (userId: string, query: Readonly<Record<string, unknown>>): Parsed => {
  const { message = 'dunning', episode = null } = query;
  if (userId === '') return { ok: false, error: 'user id: expected one, the template has none.' };
  const unknown = unknownParameter(query);
  if (unknown !== null) return { ok: false, error: unknown };
  if (!isMessage(message)) return { ok: false, error: `message: expected ${MESSAGES.join(', ')}.` };
  // An empty one is no wish for any: a template whose attribute is missing must not pass for that.
  if (episode !== null && typeof episode !== 'string') return { ok: false, error: 'episode: expected one id.' };
  return { ok: true, question: { userId, episode, message } };
};
