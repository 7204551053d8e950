import { planId } from './plan-id.ts';
import { defineTrait } from './trait.ts';

/** The plan is among the policy's high-value plans; false while no plan is known. */
export const highValuePlan = defineTrait('high_value_plan', (context) => {
  const plan = planId.value(context);
  return plan !== null && context.policy.plans.highValue.includes(plan);
});
