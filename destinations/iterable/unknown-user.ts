import { IterableRefusal } from './client.ts';

const CODES = new Set(['UnknownUserIdError', 'NotFound', 'error.users.noUserWithIdExists']);

/** Whether Iterable refused because it does not know the user; it has several codes and words for that. */
export const isUnknownUser = (error: unknown): boolean => {
  if (!(error instanceof IterableRefusal)) return false;
  const { body } = error.answer;
  if (typeof body !== 'object' || body === null) return false;
  if ('code' in body && typeof body.code === 'string' && CODES.has(body.code)) return true;
  return 'msg' in body && typeof body.msg === 'string' && /user does not exist/i.test(body.msg);
};
