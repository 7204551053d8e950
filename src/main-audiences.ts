import { fileURLToPath } from 'node:url';
import type { Audiences } from './audience-kit/audiences.ts';
import { EXIT, Refusal } from './main-refusal.ts';

/** Where the definitions are, for a place that people find. */
const ROOT = new URL('..', import.meta.url);

/**
 * Loads the audiences of `audiences/`, which people write: a mistake in one is no fault of Recoup.
 * @throws a refusal of one line: the place and what is wrong there.
 */
export const loadAudiences = async (): Promise<Audiences> => {
  try {
    return (await import('../audiences/index.ts')).AUDIENCES;
  } catch (error) {
    throw new Refusal(describeMistake(error), EXIT.configuration);
  }
};

/** Node names the place of a mistake in the stack alone; what it cannot read at all stands in the first line of it. */
const describeMistake = (error: unknown): string => {
  if (!(error instanceof Error)) return `audiences/: ${String(error)}`;
  const lines = (error.stack ?? '').replaceAll(ROOT.href, '').replaceAll(fileURLToPath(ROOT), '');
  const place = /audiences\/[\w./-]+\.ts(:\d+)?/.exec(lines)?.[0] ?? 'audiences/';
  const [first = ''] = error.message.replaceAll(ROOT.href, '').replaceAll(fileURLToPath(ROOT), '').split('\n');
  return `${place}: ${first}`;
};
