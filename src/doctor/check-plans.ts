import type { Policy } from '../domain/policy.ts';
import { counted } from '../domain/words.ts';
import { type Found, ok, unknown, warning } from './finding.ts';
import type { Check } from './gathered.ts';
import { type PlanSeen, toPlansSeen } from './plans-seen.ts';

const SHOWN = 10;

const judgeRaw = (plans: readonly PlanSeen[]): readonly Found[] => {
  const raw = plans.filter((plan) => plan.raw);
  if (raw.length === 0) return [];
  const lines = raw.slice(0, SHOWN).map(({ planId, productId, subscriptions }) => {
    const product = productId === null ? '' : `, product ${productId}`;
    return `    ${planId}: <plan id>  # ${counted(subscriptions, 'subscription')}${product}`;
  });
  return [
    warning(
      `${counted(raw.length, 'price')} of running subscriptions ${raw.length === 1 ? 'names' : 'name'} no plan: Segment is told the price id, and no tier can be meant by it.`,
      'Name them in policy.yaml (or set plan_id in the metadata of the price):',
      ['plans:', '  ids:', ...lines, ...(raw.length > SHOWN ? [`    # and ${raw.length - SHOWN} more`] : [])],
    ),
  ];
};

/** A plan that nobody has is a typing mistake, or the example that the policy came with. */
const judgeUnseen = (plans: readonly PlanSeen[], { plans: { highValue } }: Policy): readonly Found[] => {
  const unseen = highValue.filter((planId) => !plans.some((plan) => plan.planId === planId));
  if (unseen.length === 0) return [];
  return [
    warning(
      `No running subscription that was looked at has a plan of plans.high_value called ${unseen.join(', ')}.`,
      'Correct plans.high_value in policy.yaml: it wants the ids below. Until then a first failure there is told as standard.',
      plans.slice(0, SHOWN).map(({ planId, subscriptions }) => `${planId}  ${counted(subscriptions, 'subscription')}`),
    ),
  ];
};

const tierLine = (plans: readonly PlanSeen[], highValue: readonly string[]): readonly string[] => {
  const isHigh = ({ planId }: PlanSeen): boolean => highValue.includes(planId);
  const names = (some: readonly PlanSeen[]): string => some.map(({ planId }) => planId).join(', ') || 'none';
  return [
    `high value: ${names(plans.filter(isHigh))}`,
    `standard: ${names(plans.filter((plan) => !isHigh(plan)).slice(0, SHOWN))}`,
  ];
};

/** Does every plan that is sold match a tier. */
export const checkPlans: Check = {
  name: 'plans',
  find: ({ policy, store }) => {
    if (!policy.read || !store.read) return [];
    const facts = store.value.survey.sample.flatMap((customer) => (customer.facts === null ? [] : [customer.facts]));
    const plans = toPlansSeen(facts, policy.value.plans.ids);
    if (plans.length === 0)
      return [unknown('No running subscription is known yet, so no plan could be matched.', null)];
    const found = [...judgeRaw(plans), ...judgeUnseen(plans, policy.value)];
    const tiers = tierLine(plans, policy.value.plans.highValue);
    return found.length > 0 ? found : [ok('Every plan seen has a name and a tier.', tiers)];
  },
};
