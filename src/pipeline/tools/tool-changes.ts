import { type DiffInput, edgeId } from '../calls.ts';
import type { Commitments, ToolTold } from '../commitments.ts';
import { NOBODY } from '../nobody.ts';
import { differingNames, toDesired } from './desired.ts';
import { findEdges, stageKey } from './edges.ts';
import type { ActiveTool, ToolChange } from './tool-ports.ts';

export interface ToolChanges {
  readonly changes: readonly ToolChange[];
  readonly told: Commitments['tools'];
}

/** Under which name the commitments of a tool are kept. */
const nameOf = ({ tool, channel }: ActiveTool): string => (channel === 'live' ? tool : `${tool}/${channel}`);

const NOTHING: Omit<ToolTold, 'userId'> = { desired: {}, running: null, announced: [] };

/** Stages that any channel of the tool announced to the person: what a recorder took is final (semantics G9). */
const announcedTo = ({ claim: { commitments } }: DiffInput, tool: string, userId: string): readonly string[] => {
  const channels = [tool, `${tool}/recorder`].map((name) => commitments.tools[name]);
  return [...new Set(channels.flatMap((told) => (told?.userId === userId ? told.announced : [])))];
};

/** A tool first hears of a person in dunning or pre-dunning; from then on it is kept up to date. */
const FIRST_HEARD_OF: ReadonlySet<string> = new Set(['pre_dunning', 'active', 'held', 'exhausted']);

/**
 * Whether the tool should hear of the person: a recorder also of whom the live tool knows, or the next start with a key
 * would not see that a state is out of date.
 */
const isHeardOf = ({ view, claim: { commitments } }: DiffInput, { tool, channel }: ActiveTool): boolean =>
  FIRST_HEARD_OF.has(view.traits.dunning_status) || (channel === 'recorder' && commitments.tools[tool] !== undefined);

/** Whoever is in none of these must not be written to: telling the tool so goes before anything else. */
const MAY_BE_MESSAGED: ReadonlySet<string> = new Set(['pre_dunning', 'active', 'exhausted']);

const toChange = (
  { view }: DiffInput,
  { tool, channel }: ActiveTool,
  change: Pick<ToolChange, 'userId' | 'desired' | 'edges'>,
): ToolChange => ({
  tool,
  channel,
  ...change,
  urgent: !MAY_BE_MESSAGED.has(String(change.desired.dunning_status)),
  amountMinor: view.owed?.amountMinor ?? null,
  currency: view.owed?.currency ?? null,
});

/** The stage that a recorder took in the tool's place, whatever name its episode had then: state now, and no event. */
const recordedStage = ({ claim, view: { flow, userId } }: DiffInput, { tool, channel }: ActiveTool): string | null => {
  const told = claim.commitments.tools[`${tool}/recorder`];
  const isKnown = channel === 'live' && claim.commitments.tools[tool] === undefined && told?.userId === userId;
  if (!isKnown || flow === null || told?.desired.in_dunning !== true) return null;
  return told.desired.dunning_stage === flow.stage ? stageKey(flow) : null;
};

const edgesOf = (input: DiffInput, active: ActiveTool, before: Omit<ToolTold, 'userId'>, view = input.view) =>
  findEdges({
    view,
    before,
    silentStage: input.baseline?.stage ?? recordedStage(input, active),
    now: input.now,
    idOf: (...key) => edgeId(input, active.tool, ...key),
  });

/** The person whom the customer was linked to before holds nothing of it any more (semantics F2). */
const clear = (input: DiffInput, active: ActiveTool, before: ToolTold): ToolChange => {
  const view = { ...input.view, traits: NOBODY, audiences: [], flow: null, episodes: [] };
  const desired = toDesired(view, input.rules.audiences, { before: before.desired, version: input.claim.version + 1 });
  const { edges } = edgesOf(input, active, before, view);
  return toChange(input, active, { userId: before.userId, desired, edges });
};

/** The present state for the person as now linked; null while the tool need not hear of them. */
const update = (input: DiffInput, active: ActiveTool, before: Omit<ToolTold, 'userId'> | null) => {
  const { view, rules, claim } = input;
  if (view.userId === null || (before === null && !isHeardOf(input, active))) return null;
  const known = before ?? NOTHING;
  const desired = toDesired(view, rules.audiences, { before: known.desired, version: claim.version + 1 });
  const { edges, told } = edgesOf(input, active, { ...known, announced: announcedTo(input, active.tool, view.userId) });
  const isNews = before === null || edges.length > 0 || differingNames(before.desired, desired).length > 0;
  return {
    change: isNews ? toChange(input, active, { userId: view.userId, desired, edges }) : null,
    told: { userId: view.userId, desired: isNews ? desired : known.desired, ...told },
  };
};

/** What one decision wants of every tool: the whole state where it changed, and what its flows are to hear. Pure. */
export const toolChanges = (input: DiffInput): ToolChanges => {
  const changes: ToolChange[] = [];
  const told: Record<string, ToolTold> = { ...input.claim.commitments.tools };
  for (const active of input.tools) {
    const name = nameOf(active);
    const before = told[name] ?? null;
    const isMoved = before !== null && before.userId !== input.view.userId;
    if (isMoved) {
      changes.push(clear(input, active, before));
      delete told[name];
    }
    const next = update(input, active, isMoved ? null : before);
    if (next === null) continue;
    told[name] = next.told;
    if (next.change !== null) changes.push(next.change);
  }
  return { changes, told };
};
