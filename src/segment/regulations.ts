export interface RegulationsOptions {
  /** Of the Public API; not the write key of a source. */
  readonly token: string;
  /** Scheme and host, e.g. `https://api.segmentapis.com`, or `https://eu1.api.segmentapis.com` for the EU. */
  readonly base: string;
  readonly fetch?: typeof fetch;
  /** For one request and its answer, in ms. */
  readonly timeoutMs?: number;
}

/** Has Segment delete these people. Rejects with a message free of secrets when it is not known that it will. */
export type EraseInSegment = (userIds: readonly string[]) => Promise<void>;

/** Segment refuses more ids in one call. */
const IDS_PER_CALL = 5_000;

const MEANING: Readonly<Record<number, string>> = {
  401: 'the token is refused: check SEGMENT_PUBLIC_API_TOKEN',
  403: 'the token may not make regulations, or the plan of the workspace has none',
  404: 'there is no such API: check SEGMENT_PUBLIC_API_BASE',
  422: 'Segment does not take these ids',
  429: 'too many regulations for now: 110,000 people in a month, or too many calls',
};

/**
 * Asks Segment's Public API to delete people, in Segment, in its warehouses and in the destinations that take deletions,
 * and to drop what comes later about them. `SUPPRESS_WITH_DELETE` and not `DELETE_ONLY`: a call that is still under way,
 * or another source, would bring the person back. Only a regulation `UNSUPPRESS`, which people make, lets them come
 * back. Segment takes up to 30 days; asking again for the same person does no harm.
 */
export const makeEraseInSegment = (options: RegulationsOptions): EraseInSegment => {
  const { token, base, timeoutMs = 15_000 } = options;
  const send = options.fetch ?? fetch;

  const ask = async (subjectIds: readonly string[]): Promise<void> => {
    const { status, text } = await post(subjectIds);
    if (status !== 200) throw new Error(`status ${status}: ${MEANING[status] ?? 'refused'}`);
    if (!isRegulation(text)) throw new Error('the answer is not one of Segment');
  };

  const post = async (subjectIds: readonly string[]): Promise<{ readonly status: number; readonly text: string }> => {
    try {
      const response = await send(`${base}/regulations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.segment.v1+json' },
        body: JSON.stringify({ regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds }),
        // A redirect is for people to read, not to follow with a token.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new Error(`no answer (${nameOf(error)})`);
    }
  };

  return async (userIds) => {
    for (let start = 0; start < userIds.length; start += IDS_PER_CALL)
      await ask(userIds.slice(start, start + IDS_PER_CALL));
  };
};

/** By its name alone: a message may quote an address. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'a fault without a name');

const isRegulation = (text: string): boolean => {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('data' in body)) return false;
    const { data } = body;
    return typeof data === 'object' && data !== null && 'regulateId' in data;
  } catch {
    return false;
  }
};
