import { z } from 'zod';

/** The answer, or an error after so long: jsforce waits for 30 minutes, whatever it is told. */
export const within = async <Answer>(timeoutMs: number, asking: Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([asking, late]);
  } finally {
    clearTimeout(timer);
  }
};

const network = z.looseObject({ cause: z.looseObject({ code: z.string() }) });
/** The code of an error of the network; null for any other. */
export const codeOf = (error: unknown): string | null => network.safeParse(error).data?.cause.code ?? null;
