import type { Provider } from '../../providers/provider.ts';
import { makeClaimReader } from '../claim.ts';
import { readChurnkey } from './read.ts';
import { verifyChurnkey } from './verify.ts';

/** Churnkey's webhooks: whom its campaigns write to. */
export const churnkey: Provider = makeClaimReader({
  name: 'churnkey',
  title: 'Churnkey',
  source: 'churnkey',
  version: 'churnkey-2',
  verify: verifyChurnkey,
  read: readChurnkey,
});
