import { audience, is, trait } from '../src/audience-kit/index.ts';

export default audience({
  key: 'suppressed',
  description:
    'No dunning message may go out now, although there is a reason for one. Exclude it wherever other lists are used.',
  messaging: false,
  when: trait('dunning_suppressed', is(true)),
});
