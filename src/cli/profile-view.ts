import { z } from 'zod';

const SCALAR = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What the commands read of a stored view; anything further in it passes through to `--json`. */
const VIEW = z.looseObject({
  user_id: z.string().nullish(),
  anonymous_id: z.string().nullish(),
  traits: z.record(z.string(), SCALAR).optional(),
  episodes: z.array(z.record(z.string(), z.unknown())).optional(),
});
export type ProfileView = z.infer<typeof VIEW>;

/** The stored view; null before the first decision, or if it was written by a version that said it otherwise. */
export const parseView = (text: string | null): ProfileView | null => {
  if (text === null) return null;
  const parsed = VIEW.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
};
