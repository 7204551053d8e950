/**
 * Can the reader show block characters? A terminal whose locale says otherwise, or that calls itself dumb, cannot; where
 * nothing is said, and in a file, they are taken for granted, as everything else that is printed is UTF-8 as well.
 */
export const hasBlocks = (env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean => {
  if (!isTerminal) return true;
  if (env.TERM === 'dumb' || env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return /utf-?8/i.test(locale);
};
