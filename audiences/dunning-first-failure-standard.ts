import { all, audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'dunning_first_failure_standard',
  description:
    'The first payment failed, on any other plan. The stage itself waits until the plan is known or the settle window is over, so nobody is here for a moment only.',
  messaging: true,
  when: all(trait('dunning_stage', is('first_failure')), trait('high_value_plan', is(false))),
});
