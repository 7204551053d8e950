import { SECOND_MS } from '../domain/instant.ts';

const TIMEOUT_MS = 4_000;

/** How far this machine's clock is ahead of a host's in ms, good to a second; null where the host does not tell. */
export const askClock = async (base: string): Promise<number | null> => {
  try {
    const askedAt = Date.now();
    const answer = await fetch(base, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const date = Date.parse(answer.headers.get('date') ?? '');
    // Of the whole second that a Date header states, the middle is the likeliest.
    return Number.isNaN(date) ? null : Math.round((askedAt + Date.now()) / 2 - date - SECOND_MS / 2);
  } catch {
    return null;
  }
};
