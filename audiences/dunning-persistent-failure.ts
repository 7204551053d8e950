import { audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'dunning_persistent_failure',
  description: 'Three or more executed attempts on the lead episode, still unpaid.',
  messaging: true,
  when: trait('dunning_stage', is('persistent')),
});
