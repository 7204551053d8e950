import { setTimeout as delay } from 'node:timers/promises';
import type { SetUpStep } from '../../destination-kit/define-tool.ts';
import { isConfirmed } from '../confirm.ts';
import type { CliDoors, ToolDoor } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { clean, complain, paint, say, sayJson } from '../terminal.ts';
import { sayPlans } from './destinations-plan-text.ts';
import { type PlannedDoor, planTools, toPlanJson } from './plan-tools.ts';

export interface ApplyOptions {
  /** This tool only, by its key. */
  readonly tool?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** One step that the tool did not take, and why. It may have taken it where it gave no answer: a new plan shows. */
interface FailedStep {
  readonly what: string;
  readonly reason: string;
}

/** What became of one tool's steps. */
interface Applied {
  readonly tool: string;
  readonly made: readonly string[];
  readonly failed: readonly FailedStep[];
  readonly notTried: readonly string[];
}

/** What a tool refuses so often in a row (no permission, no more room) it refuses for the rest, too. */
const FAILURES_IN_A_ROW = 3;

type Report = (line: string) => void;

/** Null: made. */
const makeStep = async (setUp: NonNullable<ToolDoor['setUp']>, step: SetUpStep): Promise<string | null> => {
  try {
    await setUp.apply(step);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'for a reason unknown';
  }
};

const stepsOf = ({ planned }: PlannedDoor): readonly SetUpStep[] =>
  planned.state === 'planned' ? planned.plan.missing : [];

/** One by one and in their order: later steps stand on earlier ones. */
const applyPlan = async (each: PlannedDoor, report: Report): Promise<Applied> => {
  const { tool, setUp } = each.door;
  const steps = stepsOf(each);
  const made: string[] = [];
  const failed: FailedStep[] = [];
  let inARow = 0;
  for (const [index, step] of steps.entries()) {
    if (setUp === null || inARow === FAILURES_IN_A_ROW) break;
    if (index > 0) await delay(setUp.pauseMs);
    const reason = await makeStep(setUp, step);
    inARow = reason === null ? 0 : inARow + 1;
    if (reason === null) made.push(step.what);
    else failed.push({ what: step.what, reason });
    report(toLine(tool, `${index + 1}/${steps.length}`, step.what, reason));
  }
  return { tool, made, failed, notTried: steps.slice(made.length + failed.length).map(({ what }) => what) };
};

const toLine = (tool: string, count: string, what: string, reason: string | null): string => {
  const line = `${paint('dim', `${tool} ${count}`)}  `;
  return reason === null
    ? `${line}${paint('green', `made ${clean(what)}`)}`
    : `${line}${paint('red', `not made: ${clean(what)}: ${clean(reason)}`)}`;
};

const sum = (applied: readonly Applied[], count: (each: Applied) => number): number =>
  applied.reduce((all, each) => all + count(each), 0);

const sayApplied = (applied: readonly Applied[]): void => {
  const made = sum(applied, (each) => each.made.length);
  const failed = sum(applied, (each) => each.failed.length);
  const notTried = sum(applied, (each) => each.notTried.length);
  const rest = failed === 0 ? '' : `, ${failed} not made, ${notTried} not tried. The same command tries them again`;
  say(`\n${made} made${rest}.`);
};

/** Tools in turn: those of one vendor share limits and groups. */
const applyAll = async (planned: readonly PlannedDoor[], report: Report): Promise<readonly Applied[]> => {
  const applied: Applied[] = [];
  for (const each of planned) applied.push(await applyPlan(each, report));
  return applied;
};

const isDone = ({ failed, notTried }: Applied): boolean => failed.length === 0 && notTried.length === 0;

/** What steps cannot mend: a conflict, or a tool that did not answer. */
const needsPerson = ({ planned }: PlannedDoor): boolean =>
  planned.state === 'unanswered' || (planned.state === 'planned' && planned.plan.conflicts.length > 0);

/**
 * `recoup destinations apply`: makes in each tool what it lacks, and changes nothing that is there. May be run as often
 * as anybody likes. 1 when something is left: a step that failed, a conflict, a tool that did not answer.
 */
export const applyDestinations = async (doors: CliDoors, options: ApplyOptions): Promise<number> => {
  const { planned, off } = await planTools(doors, options.tool);
  const plans = planned.map((each) => each.planned);
  const json = options.json === true;
  if (!json) sayPlans(plans, off);
  const steps = planned.flatMap(stepsOf).length;
  const count = `${steps} ${steps === 1 ? 'thing' : 'things'}`;
  if (steps > 0 && !(await isConfirmed(`Make ${count} in ${toolsWithSteps(planned).join(', ')}?`, options))) {
    complain('Nothing was made.');
    return EXIT.failed;
  }
  const applied = await applyAll(planned, json ? () => {} : say);
  if (json) sayJson({ tools: plans.map((plan, index) => ({ ...toPlanJson(plan), ...applied[index] })), off });
  else if (steps > 0) sayApplied(applied);
  return applied.every(isDone) && !planned.some(needsPerson) ? EXIT.done : EXIT.failed;
};

/** The tools that a person is asked about. */
const toolsWithSteps = (planned: readonly PlannedDoor[]): readonly string[] =>
  planned.filter((each) => stepsOf(each).length > 0).map(({ door }) => door.tool);
