const TIMEOUT_MS = 2_000;
const REFUSED = /^recoup_webhooks_total\{(?=[^}]*outcome="refused")[^}]*\} (\d+)/gm;

/**
 * How many webhooks a relay has refused since its start, as its `/metrics` tells; null where none answers.
 * @param token opens `/metrics` beyond this machine.
 */
export const askRelay = async (url: string, token: string | null): Promise<number | null> => {
  try {
    const answer = await fetch(`${url}/metrics`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (answer.status !== 200 || !text.includes('recoup_')) return null;
    return [...text.matchAll(REFUSED)].reduce((sum, [, n]) => sum + Number(n), 0);
  } catch {
    return null;
  }
};
