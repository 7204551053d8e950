import { audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'dunning_recovered',
  description: 'The failed balance was paid: a member for 7 days from the payment, while nothing else is open.',
  messaging: true,
  when: trait('dunning_stage', is('recovered')),
});
