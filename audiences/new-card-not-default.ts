import { audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'new_card_not_default',
  description:
    'A new card is there and will not be charged: it has to be made the default. Asking for another one is no help.',
  messaging: true,
  when: trait('card_updated_wrong_slot', is(true)),
});
