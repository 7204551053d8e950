const WINDOW_MS = 1_000;

/** Requests of a path that Iterable takes in a second, for a whole project; 100 for all others. */
const PER_SECOND: Readonly<Record<string, number>> = {
  '/api/users/bulkUpdate': 5,
  '/api/events/trackBulk': 10,
  '/api/users/getFields': 3,
  '/api/users/forget': 3,
};

/** Whether a request to this path is one too many in the last second of the test's clock. */
export const makeRateLimit = (): ((path: string, now: number) => boolean) => {
  const taken = new Map<string, readonly number[]>();
  return (path, now) => {
    const recent = (taken.get(path) ?? []).filter((at) => at > now - WINDOW_MS);
    const isTooMany = recent.length >= (PER_SECOND[path] ?? 100);
    taken.set(path, isTooMany ? recent : [...recent, now]);
    return isTooMany;
  };
};
