import { CONTACT_TRAITS, PERSON_TRAITS, type ToolTrait } from '../../../destination-kit/fields.ts';
import { type DiffInput, edgeId } from '../../calls.ts';
import type { ToolTold } from '../../commitments.ts';
import { NOBODY } from '../../nobody.ts';
import { differingNames, toDesired } from '../desired.ts';
import { type Edges, findEdges, stageKey } from '../edges.ts';
import type { ActiveTool, ToolChange } from '../tool-ports.ts';
import { isFirstHeardOf, isUrgent, nameOf, type Subjects } from './subject.ts';

/** The traits that tools hold of a user: those that write to them, and those of sales and support. */
const TRAITS = { person: PERSON_TRAITS, contact: CONTACT_TRAITS } as const;

const namesFor = ({ subject }: ActiveTool): readonly ToolTrait[] =>
  TRAITS[subject === 'contact' ? 'contact' : 'person'];

const NOTHING: Omit<ToolTold, 'userId'> = { desired: {}, running: null, announced: [] };

/** Stages that any channel of the tool announced to the person: what a recorder took is final (semantics G9). */
const announcedTo = ({ claim: { commitments } }: DiffInput, tool: string, userId: string): readonly string[] => {
  const channels = [tool, `${tool}/recorder`].map((name) => commitments.tools[name]);
  return [...new Set(channels.flatMap((told) => (told?.userId === userId ? told.announced : [])))];
};

/**
 * Whether the tool should hear of the person: a recorder also of whom the live tool knows, or the next start with a key
 * would not see that a state is out of date.
 */
const isHeardOf = ({ view, claim: { commitments } }: DiffInput, { tool, channel }: ActiveTool): boolean =>
  isFirstHeardOf(view.traits.dunning_status) || (channel === 'recorder' && commitments.tools[tool] !== undefined);

const toChange = (
  { view }: DiffInput,
  { tool, channel }: ActiveTool,
  change: Pick<ToolChange, 'userId' | 'desired' | 'edges'>,
): ToolChange => ({
  tool,
  channel,
  ...change,
  account: null,
  urgent: isUrgent(change.desired.dunning_status),
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

/** People who look at a state need no event: a contact hears none. */
const edgesOf = (input: DiffInput, active: ActiveTool, before: Omit<ToolTold, 'userId'>, view = input.view): Edges => {
  if (active.subject === 'contact') return { edges: [], told: { running: null, announced: [] } };
  const silentStage = input.baseline?.stage ?? recordedStage(input, active);
  const idOf = (...key: readonly string[]): string => edgeId(input, active.tool, ...key);
  return findEdges({ view, before, silentStage, now: input.now, idOf });
};

/** The person whom the customer was linked to before holds nothing of it any more (semantics F2). */
const clear = (input: DiffInput, active: ActiveTool, before: ToolTold): ToolChange => {
  const view = { ...input.view, traits: NOBODY, audiences: [], flow: null, episodes: [] };
  const desired = toDesired(view, input.rules.audiences, {
    names: namesFor(active),
    before: before.desired,
    version: input.claim.version + 1,
  });
  const { edges } = edgesOf(input, active, before, view);
  return toChange(input, active, { userId: before.userId, desired, edges });
};

/** The present state for the person as now linked; null while the tool need not hear of them. */
const update = (input: DiffInput, active: ActiveTool, before: Omit<ToolTold, 'userId'> | null) => {
  const { view, rules, claim } = input;
  if (view.userId === null || (before === null && !isHeardOf(input, active))) return null;
  const known = before ?? NOTHING;
  const desired = toDesired(view, rules.audiences, {
    names: namesFor(active),
    before: known.desired,
    version: claim.version + 1,
  });
  const { edges, told } = edgesOf(input, active, { ...known, announced: announcedTo(input, active.tool, view.userId) });
  const isNews = before === null || edges.length > 0 || differingNames(before.desired, desired).length > 0;
  return {
    change: isNews ? toChange(input, active, { userId: view.userId, desired, edges }) : null,
    told: { userId: view.userId, desired: isNews ? desired : known.desired, ...told },
  };
};

/** The profile's user: the present state where it changed, and what a messaging tool's flows are to hear. */
export const users: Subjects = (input, active, told) => {
  const name = nameOf(active);
  const before = told[name] ?? null;
  const isMoved = before !== null && before.userId !== input.view.userId;
  const cleared = isMoved ? [clear(input, active, before)] : [];
  const next = update(input, active, isMoved ? null : before);
  if (next === null) return { changes: cleared, told: isMoved ? {} : told };
  return { changes: [...cleared, ...(next.change === null ? [] : [next.change])], told: { [name]: next.told } };
};
