import { whatTurnsOn } from '../../config/tool-access.ts';
import type { SetUpPlan } from '../../destination-kit/define-tool.ts';
import { fieldsOf } from '../../destination-kit/fields.ts';
import { within } from '../../destination-kit/within.ts';
import type { CliDoors, ToolDoor } from '../doors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { clean } from '../terminal.ts';

/** What one tool has and lacks, as it says itself. */
export type Planned =
  | { readonly tool: string; readonly state: 'planned'; readonly plan: SetUpPlan }
  /** It takes what it is told without being prepared for it. */
  | { readonly tool: string; readonly state: 'needs_nothing' }
  | { readonly tool: string; readonly state: 'unanswered'; readonly reason: string };

/** A tool's plan next to the door through which it can be carried out. */
export interface PlannedDoor {
  readonly door: ToolDoor;
  readonly planned: Planned;
}

/** For a whole plan, several calls long, in ms. */
const PLAN_WITHIN_MS = 60_000;

type Opened = Awaited<ReturnType<CliDoors['openTools']>>;

/** Those that were asked for. A name that was mistyped must not look as if all were done. */
const choose = ({ configured, off }: Opened, tool: string | undefined): Opened => {
  if (tool === undefined) return { configured, off };
  const chosen = configured.filter((door) => door.tool === tool);
  if (chosen.length > 0) return { configured: chosen, off: [] };
  if (off.includes(tool)) throw new CommandFailure(`${tool} has no credentials: set ${whatTurnsOn(tool)}.`);
  const known = [...configured.map((door) => door.tool), ...off].toSorted().join(', ');
  throw new CommandFailure(`There is no tool ${clean(tool)}. Expected one of ${known}.`, EXIT.usage);
};

/** What the door's tool has and lacks; never rejects. */
export const planTool = async (
  door: ToolDoor,
  audiences: Parameters<typeof fieldsOf>[1],
  withinMs: number = PLAN_WITHIN_MS,
): Promise<Planned> => {
  const { tool, subject, setUp } = door;
  if (setUp === null) return { tool, state: 'needs_nothing' };
  try {
    const plan = await within(withinMs, () => setUp.plan(fieldsOf(subject, audiences)));
    return { tool, state: 'planned', plan };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'for a reason unknown';
    return { tool, state: 'unanswered', reason };
  }
};

/** The plans of all tools that have credentials, or of the one that is asked for; all are asked at once. */
export const planTools = async (
  doors: CliDoors,
  tool: string | undefined,
): Promise<{ readonly planned: readonly PlannedDoor[]; readonly off: readonly string[] }> => {
  const [audiences, opened] = await Promise.all([doors.loadAudiences(), doors.openTools()]);
  const { configured, off } = choose(opened, tool);
  const plans = configured.map(async (door) => ({ door, planned: await planTool(door, audiences.all) }));
  return { planned: await Promise.all(plans), off };
};

/** Has the tool all that deliveries need. */
export const isReady = (planned: Planned): boolean =>
  planned.state === 'needs_nothing' ||
  (planned.state === 'planned' && planned.plan.missing.length === 0 && planned.plan.conflicts.length === 0);

/** For a program: a plan's own lists next to the tool's name. */
export const toPlanJson = (planned: Planned) => {
  if (planned.state !== 'planned') return planned;
  const { plan, ...rest } = planned;
  return { ...rest, ...plan };
};
