import type { CliDoors } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { sayJson } from '../terminal.ts';
import { sayPlans } from './destinations-plan-text.ts';
import { isReady, planTools, toPlanJson } from './plan-tools.ts';

export interface PlanOptions {
  /** This tool only, by its key. */
  readonly tool?: string;
  readonly json?: boolean;
}

/** `recoup destinations plan`: changes nothing; 1 when something is missing, in conflict or not known. */
export const planDestinations = async (doors: CliDoors, { tool, json }: PlanOptions): Promise<number> => {
  const { planned, off } = await planTools(doors, tool);
  const plans = planned.map((each) => each.planned);
  if (json === true) sayJson({ tools: plans.map(toPlanJson), off });
  else sayPlans(plans, off);
  return plans.every(isReady) ? EXIT.done : EXIT.failed;
};
