import type { Attributes, ToolEvent } from '../../destination-kit/record.ts';
import type { Instant } from '../../domain/instant.ts';
import { LATE_AFTER_MS } from '../../domain/policy.ts';
import type { ToolTold } from '../commitments.ts';
import type { EpisodeSummary, View } from '../decide.ts';
import type { NewToolEdge } from './tool-ports.ts';

/** What a tool's flows are to hear, and what that makes of the commitments. */
export interface Edges {
  readonly edges: readonly NewToolEdge[];
  readonly told: Pick<ToolTold, 'running' | 'announced'>;
}

export interface EdgeInput {
  readonly view: View;
  readonly before: Pick<ToolTold, 'running' | 'announced'>;
  /** A stage that is not news: it holds only because the rules changed (semantics E5). */
  readonly silentStage: string | null;
  readonly now: Instant;
  /** Makes an edge's id: unique, and stable over retries. */
  readonly idOf: (...key: readonly string[]) => string;
}

/** Names a stage of an episode in the commitments. */
export const stageKey = (flow: { readonly episodeId: string; readonly stage: string }): string =>
  `${flow.episodeId}:${flow.stage}`;

const toEdge = (
  input: EdgeInput,
  role: NewToolEdge['role'],
  said: Pick<ToolEvent, 'name' | 'properties'> & { readonly episodeId: string },
): NewToolEdge => ({
  role,
  episodeId: said.episodeId,
  event: {
    id: input.idOf(said.name, said.episodeId),
    name: said.name,
    at: input.now,
    properties: said.properties,
  },
});

/** Why a flow stops whose episode did not recover. */
const outcomeOf = (episode: EpisodeSummary | undefined, view: View): string => {
  if (episode === undefined) return 'superseded';
  if (episode.outcome !== 'open') return episode.outcome;
  return view.flow === null ? 'held' : 'superseded';
};

/**
 * The recovery as flows may confirm it; null where it is too late to write to anybody, wherever the time went: on the way
 * here, or while a recorder stood in (semantics E6).
 */
const recovery = ({ view, now }: EdgeInput, episodeId: string): Attributes | null => {
  for (const planned of view.events) {
    if (planned.event !== 'payment_recovered') continue;
    const said = planned.properties();
    if (said.dunning_episode_id !== episodeId || said.late || now - planned.at > LATE_AFTER_MS) continue;
    const { amount, currency, recovered_via, attempts } = said;
    return { dunning_episode_id: episodeId, amount, currency, recovered_via, attempts };
  }
  return null;
};

const exitOf = (input: EdgeInput, episodeId: string): NewToolEdge => {
  const { view } = input;
  const outcome = outcomeOf(
    view.episodes.find(({ id }) => id === episodeId),
    view,
  );
  const recovered = outcome === 'recovered' ? recovery(input, episodeId) : null;
  if (recovered !== null) return toEdge(input, 'exit', { name: 'payment_recovered', episodeId, properties: recovered });
  const properties = { dunning_episode_id: episodeId, outcome };
  return toEdge(input, 'exit', { name: 'dunning_exited', episodeId, properties });
};

/** Stages announced that stay so: an episode that gives way to another is announced anew when it leads again (C5). */
const stillAnnounced = ({ view, before }: EdgeInput, ended: string | null): readonly string[] => {
  const gaveWay = ended !== null && view.flow !== null;
  return gaveWay ? before.announced.filter((key) => !key.startsWith(`${ended}:`)) : before.announced;
};

/**
 * The flow that ran and the one that should run now, as events: an exit for every flow that ends, an entry for a stage
 * that was not announced (semantics G3, C5, D6). Pure.
 */
export const findEdges = (input: EdgeInput): Edges => {
  const { view, before, silentStage } = input;
  const { flow } = view;
  const ended = before.running !== flow?.episodeId ? before.running : null;
  const exits = ended === null ? [] : [exitOf(input, ended)];
  const announced = stillAnnounced(input, ended);
  if (flow === null) return { edges: exits, told: { running: null, announced } };
  const key = stageKey(flow);
  const isNews = !announced.includes(key);
  const isSilent = flow.isLate || key === silentStage;
  const entry = { name: 'dunning_stage_entered', episodeId: flow.episodeId, properties: flow.properties } as const;
  return {
    edges: isNews && !isSilent ? [...exits, toEdge(input, 'entry', entry)] : exits,
    told: { running: flow.episodeId, announced: isNews ? [...announced, key] : announced },
  };
};
