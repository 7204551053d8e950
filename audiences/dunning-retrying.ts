import { audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'dunning_retrying',
  description: 'The second executed attempt of the lead episode failed too; the provider keeps trying.',
  messaging: true,
  when: trait('dunning_stage', is('retrying')),
});
