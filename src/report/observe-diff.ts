import { DAY_MS, HOUR_MS, type Instant } from '../domain/instant.ts';
import type { Observed, ObservedEdge, ObservedEpisode } from '../pipeline/brakes/observed-ports.ts';

/** What one tool would be sent on the switch. */
interface ToolDiff {
  readonly tool: string;
  readonly entering: number;
  /** Told what does not hold any more, as of whoever paid while it was not written to. */
  readonly putRight: number;
  readonly attributes: number;
}

/** One observed episode: what flows would have heard of it beside how it went. */
interface EpisodeBeside {
  readonly id: string;
  readonly userId: string | null;
  readonly outcome: string;
  readonly openedAt: Instant;
  readonly endedAt: Instant | null;
  /** Hours from the first failure to the end; null while it is open. */
  readonly hours: number | null;
  /** Entries that would have been heard: one for each stage and tool. */
  readonly entries: number;
  /** Of these, decided after the episode had ended: messages to somebody who had paid. */
  readonly entriesAfterEnd: number;
}

export interface ObserveDiff {
  readonly observedSince: Instant | null;
  readonly enforcedSince: Instant | null;
  readonly mode: Observed['mode'];
  /** Live people, as `inDunning`. */
  readonly known: number;
  /** Those that the brake counts as known: test mode with them. */
  readonly knownToBrake: number;
  readonly inDunning: number;
  /** People who would enter messaging at most, as a share of those that the brake counts. */
  readonly share: number;
  readonly tools: readonly ToolDiff[];
  readonly audiences: Observed['audiences'];
  readonly people: Observed['pending'];
  readonly beside: {
    readonly calls: Observed['recorded'];
    readonly episodes: readonly EpisodeBeside[];
    readonly outcomes: Readonly<Record<string, number>>;
    readonly entries: number;
    readonly entriesAfterEnd: number;
    /** Entries by day of observation, the first first. */
    readonly perDay: readonly { readonly entries: number; readonly ends: number }[];
  };
}

const tally = (names: readonly string[]): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted((a, b) => b[1] - a[1]));
};

const toTools = ({ pending }: Observed): readonly ToolDiff[] =>
  [...Map.groupBy(pending, ({ tool }) => tool)].map(([tool, rows]) => ({
    tool,
    entering: rows.filter(({ enters }) => enters).length,
    putRight: rows.filter(({ enters }) => !enters).length,
    attributes: rows.reduce((sum, { attributes }) => sum + attributes.length, 0),
  }));

const toBeside = (episode: ObservedEpisode, edges: readonly ObservedEdge[]): EpisodeBeside => {
  const { endedAt, openedAt } = episode;
  const entries = edges.filter(({ role }) => role === 'entry');
  return {
    ...episode,
    hours: endedAt === null ? null : Math.round((10 * (endedAt - openedAt)) / HOUR_MS) / 10,
    entries: entries.length,
    entriesAfterEnd: entries.filter(({ at }) => endedAt !== null && at > endedAt).length,
  };
};

const toDays = (edges: readonly ObservedEdge[], episodes: readonly ObservedEpisode[], now: Instant) => {
  const entries = edges.filter(({ role }) => role === 'entry').map(({ at }) => at);
  const ends = episodes.flatMap(({ endedAt }) => endedAt ?? []);
  const first = [...entries, ...ends].reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(first)) return [];
  const days = Array.from({ length: Math.floor((now - first) / DAY_MS) + 1 }, () => ({ entries: 0, ends: 0 }));
  const at = (instant: Instant) => days[Math.floor((instant - first) / DAY_MS)];
  for (const instant of entries) (at(instant) ?? { entries: 0 }).entries += 1;
  for (const instant of ends) (at(instant) ?? { ends: 0 }).ends += 1;
  return days;
};

/** What a switch to enforce would send, beside what happened while Recoup observed. Pure. */
export const observeDiff = (observed: Observed, now: Instant): ObserveDiff => {
  const { edges, pending, known, knownToBrake, mode } = observed;
  const byEpisode = Map.groupBy(edges, ({ episodeId }) => episodeId);
  const since = observed.observedSince ?? 0;
  // One that was over before anything was observed was only history.
  const seen = observed.episodes.filter(({ id, endedAt }) => byEpisode.has(id) || endedAt === null || endedAt >= since);
  const episodes = seen.map((episode) => toBeside(episode, byEpisode.get(episode.id) ?? []));
  return {
    observedSince: observed.observedSince,
    enforcedSince: observed.enforcedSince,
    mode,
    known,
    knownToBrake,
    inDunning: observed.inDunning,
    share: knownToBrake === 0 ? 0 : observed.inDunning / knownToBrake,
    tools: toTools(observed),
    audiences: observed.audiences,
    people: pending,
    beside: {
      calls: observed.recorded,
      episodes,
      outcomes: tally(episodes.map(({ outcome }) => outcome)),
      entries: episodes.reduce((sum, each) => sum + each.entries, 0),
      entriesAfterEnd: episodes.reduce((sum, each) => sum + each.entriesAfterEnd, 0),
      perDay: toDays(edges, seen, now),
    },
  };
};
