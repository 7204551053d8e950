import type { Commitments } from '../../../pipeline/ports.ts';

/** What a profile begins with. */
const NOTHING_SAID: Commitments = {
  episodes: [],
  traits: null,
  accounts: {},
  absorbed: [],
  userId: null,
  channel: null,
  segment: null,
  audiences: [],
  untold: [],
  tools: {},
};

const NO_AUDIENCES = { audiences: [], untold: [] } as const;

/** What the store wrote itself as JSON; null before the first decision. An older release knew of no audiences and no tools. */
export const parseCommitments = (json: string | null): Commitments => {
  if (json === null) return NOTHING_SAID;
  const stored = JSON.parse(json) as Commitments;
  const segment = stored.segment === null ? null : { ...NO_AUDIENCES, ...stored.segment };
  return { ...NOTHING_SAID, ...stored, segment };
};
