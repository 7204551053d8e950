/**
 * Which of Stripe's modes a key reads, as its prefix says; null for a key that names none, such as an organisation's:
 * which account and which mode it would read, nobody could tell.
 */
export const keyMode = (apiKey: string): 'live' | 'test' | null => {
  const mode = /^[sr]k_(live|test)_/.exec(apiKey)?.[1];
  return mode === 'live' || mode === 'test' ? mode : null;
};
