import { whatTurnsOn } from '../../config/tool-access.ts';
import type { SetUpPlan } from '../../destination-kit/define-tool.ts';
import { COMMAND } from '../command-line.ts';
import { clean, paint, say } from '../terminal.ts';
import type { Planned } from './plan-tools.ts';

/** One line for each tool that has no credentials. */
export const sayOff = (off: readonly string[]): void => {
  for (const tool of off) say(paint('dim', `${tool}  off: set ${whatTurnsOn(tool)} to turn it on`));
};

const countConflicts = (count: number): string => `${count} in conflict`;

const toSummary = ({ present, missing, conflicts }: SetUpPlan): string => {
  const parts = [
    `${present.length} there`,
    ...(missing.length > 0 ? [`${missing.length} missing`] : []),
    ...(conflicts.length > 0 ? [countConflicts(conflicts.length)] : []),
  ];
  const format = conflicts.length > 0 ? 'red' : missing.length > 0 ? 'yellow' : 'green';
  return paint(format, parts.join(', '));
};

/** What is in conflict needs a person: each says itself what to do. */
const sayPlan = (tool: string, plan: SetUpPlan): void => {
  say(`${paint('bold', tool)}  ${toSummary(plan)}`);
  for (const { what } of plan.missing) say(paint('green', `  + ${clean(what)}`));
  for (const conflict of plan.conflicts) say(paint('red', `  ! ${clean(conflict)}`));
};

const sayPlanned = (planned: Planned): void => {
  const { tool, state } = planned;
  if (state === 'planned') sayPlan(tool, planned.plan);
  else if (state === 'needs_nothing') say(`${paint('bold', tool)}  ${paint('green', 'nothing has to be made there')}`);
  else say(`${paint('bold', tool)}  ${paint('red', `did not say what it has: ${clean(planned.reason)}`)}`);
};

const planOf = (planned: Planned): readonly SetUpPlan[] => (planned.state === 'planned' ? [planned.plan] : []);

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

const sayNext = (planned: readonly Planned[]): void => {
  const plans = planned.flatMap(planOf);
  const missing = sum(plans.map((plan) => plan.missing.length));
  const conflicts = sum(plans.map((plan) => plan.conflicts.length));
  const unanswered = planned.filter(({ state }) => state === 'unanswered').length;
  if (missing > 0)
    say(`\n${missing} missing. Make ${missing === 1 ? 'it' : 'them'} with: ${COMMAND} destinations apply`);
  if (conflicts > 0)
    say(`\n${countConflicts(conflicts)}: Recoup changes nothing that is there; mend by hand what a "!" names.`);
  if (unanswered > 0) say(`\n${unanswered} not known. See what stands in the way: ${COMMAND} doctor`);
  if (planned.length > 0 && missing + conflicts + unanswered === 0) say('\nNothing is missing.');
};

/** What each tool has and lacks: `+` is missing and can be made, `!` is in conflict and says what to do. */
export const sayPlans = (planned: readonly Planned[], off: readonly string[]): void => {
  for (const each of planned) sayPlanned(each);
  sayOff(off);
  sayNext(planned);
};
