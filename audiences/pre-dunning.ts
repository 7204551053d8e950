import { audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'pre_dunning',
  description: 'A card that is about to be charged expires soon; nothing has failed yet.',
  messaging: true,
  when: trait('dunning_stage', is('card_expiring')),
});
