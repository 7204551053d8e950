import type { Fact } from '../../domain/fact.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import type { View } from '../decide.ts';
import type { Claim } from '../ports.ts';
import type { Read } from '../read.ts';

interface Known {
  readonly claim: Claim;
  readonly read: Read;
  readonly view: View;
  readonly now: Instant;
}

const newest = (instants: readonly Instant[]): Instant | null =>
  instants.length === 0 ? null : instant(Math.max(...instants));

/** When the episode ended; null while it is open, or where no account has it. */
const endedAt = ({ view }: Known, episodeId: string | null): Instant | null => {
  const ended = view.episodes.find(({ id }) => id === episodeId)?.ended_at ?? null;
  return ended === null ? null : instant(Date.parse(ended));
};

/** When a webhook first said so, of what the decision learned; null where it learned nothing. */
const heardAt = (news: readonly Fact[], at: Instant | null): Instant | null => {
  const named = news.filter(({ occurredAt }) => occurredAt === at).map(({ receivedAt }) => receivedAt);
  return named.length > 0 ? instant(Math.min(...named)) : newest(news.map(({ receivedAt }) => receivedAt));
};

/**
 * When what ends dunning happened, and when its webhook came. Time alone brought what no delivery did: then both are the
 * boundary that woke the profile.
 */
export const timesOf = (known: Known, episodeId: string | null): Record<'occurredAt' | 'receivedAt', Instant> => {
  const { claim, read, now } = known;
  const news = read.accounts.flatMap((account) => account.news.map(({ fact }) => fact));
  const ended = endedAt(known, episodeId);
  const boundary = instant(Math.min(claim.dueAt, now));
  const receivedAt = heardAt(news, ended) ?? boundary;
  return {
    occurredAt: ended ?? newest(news.map((fact) => fact.occurredAt)) ?? boundary,
    receivedAt: instant(Math.min(receivedAt, now)),
  };
};
