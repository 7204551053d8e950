/** A time-out in words: milliseconds below a second, seconds above. */
export const toTimeOutReason = (timeoutMs: number): string =>
  `no answer within ${timeoutMs < 1_000 ? `${timeoutMs} ms` : `${Math.round(timeoutMs / 1_000)} s`}`;

/**
 * What `ask` answers, or a rejection once `timeoutMs` have passed: a tool that hangs holds up nobody. For clients that
 * cannot be told to stop; their question goes on unheard.
 */
export const within = async <Answer>(timeoutMs: number, ask: () => Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(toTimeOutReason(timeoutMs))), timeoutMs);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
};
