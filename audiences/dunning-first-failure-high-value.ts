import { all, audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'dunning_first_failure_high_value',
  description: 'The first payment failed, on a plan that the policy calls high value.',
  messaging: true,
  when: all(trait('dunning_stage', is('first_failure')), trait('high_value_plan', is(true))),
});
