/** What `ask` answers, or a rejection once `ms` milliseconds have passed: a tool that hangs holds up nobody. */
export const within = async <Answer>(ms: number, ask: () => Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms / 1_000)} s`)), ms);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
};
