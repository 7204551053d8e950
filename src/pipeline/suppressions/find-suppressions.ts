import type { Attributes } from '../../destination-kit/record.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Commitments, ToolTold } from '../commitments.ts';
import type { View } from '../decide.ts';
import type { Effects } from '../diff.ts';
import type { Claim, SegmentCall, TraitValues } from '../ports.ts';
import type { Read } from '../read.ts';
import { nameOf } from '../tools/subjects/subject.ts';
import type { ToolChange } from '../tools/tool-ports.ts';
import { isMembership } from '../transitions.ts';
import { reasonFor } from './end-reason.ts';
import { hasEnded, type Phase, phaseOf } from './phase.ts';
import type { CommitSuppressions, NewSuppression, SuppressedRow } from './suppression-ports.ts';
import { timesOf } from './times.ts';

interface SuppressionInput {
  readonly claim: Claim;
  readonly read: Read;
  readonly view: View;
  readonly effects: Effects;
  readonly now: Instant;
}

/** What one row was meant to hold before and is from now on. */
interface Turn {
  readonly row: SuppressedRow;
  readonly before: Phase | null;
  readonly after: Phase | null;
  /** The episode whose flow is ended by an event; null: none is. */
  readonly exited: string | null;
  /** Of what was told last. */
  readonly episodeId: string | null;
  /** The row is of somebody whom the customer was linked to before. */
  readonly isFormer: boolean;
}

/** What was last told of the subject of a change; undefined: nothing. */
const toldOf = ({ tools }: Commitments, change: ToolChange): ToolTold | undefined => {
  const name = nameOf({ ...change, subject: 'person' });
  const person = tools[name];
  return person?.userId === change.userId ? person : tools[`${name}#${change.userId}`];
};

const episodeOf = (held: Attributes | TraitValues): string | null =>
  typeof held.dunning_episode_id === 'string' ? held.dunning_episode_id : null;

const toolTurn = ({ claim, view }: SuppressionInput, change: ToolChange): Turn => {
  const told = toldOf(claim.commitments, change);
  const before = phaseOf(told?.desired ?? null);
  const isTask = before?.about === 'task' || Object.hasOwn(change.desired, 'task_state');
  return {
    row: { tool: change.tool, channel: change.channel, userId: change.userId },
    before,
    after: phaseOf(change.desired),
    exited: change.edges.find(({ role }) => role === 'exit')?.episodeId ?? null,
    // A task is known by its episode.
    episodeId: isTask ? change.userId : episodeOf(told?.desired ?? {}),
    isFormer: told !== undefined && told.account === undefined && change.userId !== view.userId,
  };
};

/** What Segment itself was last told, whoever took the calls since. */
const segmentTold = ({ claim, effects }: SuppressionInput): { traits: TraitValues | null; userId: string | null } => {
  const { commitments } = claim;
  const isBack = effects.commitments.channel === 'segment' && commitments.channel === 'recorder';
  return isBack ? (commitments.segment ?? { traits: null, userId: null }) : commitments;
};

/** Segment, as if it were a tool: what it tells destinations of its own is theirs to end. */
const segmentTurn = (input: SuppressionInput): Turn => {
  const { effects, view } = input;
  const told = segmentTold(input);
  const isFormer = told.userId !== null && told.userId !== view.userId;
  return {
    row: { tool: 'segment', channel: effects.commitments.channel === 'segment' ? 'live' : 'recorder', userId: null },
    before: phaseOf(told.traits),
    after: isFormer ? null : phaseOf(effects.commitments.traits),
    exited: null,
    episodeId: episodeOf(told.traits ?? {}),
    isFormer,
  };
};

const toSuppression = (input: SuppressionInput, turn: Turn): readonly NewSuppression[] => {
  const { row, before, after, exited, isFormer } = turn;
  if (exited === null && !hasEnded(before, after)) return [];
  const episodeId = exited ?? (before?.about === 'card' ? null : turn.episodeId);
  const reason = isFormer ? 'linked_elsewhere' : reasonFor(input.view, episodeId);
  return [{ ...row, episodeId, reason, ...timesOf(input, episodeId) }];
};

const isSame = (a: Phase | null, b: Phase | null): boolean =>
  a?.about === b?.about && (a?.about !== 'episode' || b?.about !== 'episode' || a.episodeId === b.episodeId);

const toResumed = ({ row, before, after, episodeId }: Turn): CommitSuppressions['resumed'] => {
  if (after === null || isSame(before, after)) return [];
  if (after.about === 'episode') return [{ ...row, episodeId: after.episodeId }];
  return [{ ...row, episodeId: after.about === 'task' ? episodeId : null }];
};

/** What a call ends: the state as it was told, or the membership of an audience; null: nothing. */
const aboutOf = (call: SegmentCall): string | null => {
  if (!isMembership(call)) return call.type === 'identify' ? 'state' : null;
  const { personas } = call.context;
  const key = (personas as { readonly computation_key?: unknown } | undefined)?.computation_key;
  if (typeof key !== 'string') return null;
  return (call.traits ?? call.properties)?.[key] === false ? key : null;
};

const endingCalls = ({ effects }: SuppressionInput): CommitSuppressions['calls'] =>
  effects.outbox.flatMap(({ call }) => {
    const about = aboutOf(call);
    return about === null ? [] : [{ messageId: call.messageId, about }];
  });

/**
 * Which suppressions begin with a decision, in which tools, and which are overtaken: whoever was meant to hold dunning and
 * is no longer. Pure.
 */
export const findSuppressions = (input: SuppressionInput): CommitSuppressions => {
  const turns = input.effects.tools.map((change) => toolTurn(input, change));
  // Of somebody of whom nothing is told nothing can end; most webhooks are about people who pay.
  const all = input.effects.outbox.length > 0 ? [...turns, segmentTurn(input)] : turns;
  return {
    begun: all.flatMap((turn) => toSuppression(input, turn)),
    resumed: all.flatMap(toResumed),
    calls: endingCalls(input),
  };
};
