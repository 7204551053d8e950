import { z } from 'zod';

const network = z.looseObject({ cause: z.looseObject({ code: z.string() }) });
/** The code of an error of the network; null for any other. */
export const codeOf = (error: unknown): string | null => network.safeParse(error).data?.cause.code ?? null;
