import { z } from 'zod';

const SCALAR = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const EPISODE = z.looseObject({
  id: z.string(),
  outcome: z.string(),
  subscription: z.string(),
  opening_invoice: z.string(),
  opened_at: z.string(),
  ended_at: z.string().nullable(),
  attempts: z.number(),
  late: z.boolean(),
});

/** What the commands read of a stored view; anything further in it passes through to `--json`. */
const VIEW = z.looseObject({
  user_id: z.string().nullish(),
  anonymous_id: z.string().nullish(),
  traits: z.record(z.string(), SCALAR).optional(),
  /** Keys; a view of a release before audiences has none. */
  audiences: z.array(z.string()).optional(),
  episodes: z.array(EPISODE).optional(),
});
export type EpisodeView = z.infer<typeof EPISODE>;
export type ProfileView = z.infer<typeof VIEW>;

/** The stored view; null before the first decision, or if it was written by a version that said it otherwise. */
export const parseView = (text: string | null): ProfileView | null => {
  if (text === null) return null;
  const parsed = VIEW.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
};
