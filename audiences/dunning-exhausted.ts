import { audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'dunning_exhausted',
  description: 'The provider has stopped trying while money is still owed.',
  messaging: true,
  when: trait('dunning_stage', is('exhausted')),
});
