import type { GuardMessage, GuardQuestion } from '../pipeline/guard/guard.ts';

/** User ids and episodes of more characters are nobody's. */
export const MOST_ID_CHARS = 1_000;

const MESSAGES: readonly GuardMessage[] = ['dunning', 'pre_dunning', 'recovery'];

const isMessage = (text: unknown): text is GuardMessage => MESSAGES.some((message) => message === text);

type Parsed =
  | { readonly ok: true; readonly question: GuardQuestion }
  /** `error`: one line for whoever wrote the template. */
  | { readonly ok: false; readonly error: string };

/** Reads the question of a template from its path and query. */
export const parseQuestion = (userId: string, query: Readonly<Record<string, unknown>>): Parsed => {
  const { message = 'dunning', episode = null } = query;
  if (userId === '') return { ok: false, error: 'user id: expected one, the template has none.' };
  if (!isMessage(message)) return { ok: false, error: `message: expected ${MESSAGES.join(', ')}.` };
  // An empty one is no wish for any: a template whose attribute is missing must not pass for that.
  if (episode !== null && typeof episode !== 'string') return { ok: false, error: 'episode: expected one id.' };
  return { ok: true, question: { userId, episode, message } };
};
