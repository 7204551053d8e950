import type { Provider } from '../../providers/provider.ts';
import { makeClaimReader } from '../claim.ts';
import { readChurnBuster } from './read.ts';
import { verifyChurnBuster } from './verify.ts';

/** Churn Buster's webhooks: whom its campaigns write to. */
export const churnBuster: Provider = makeClaimReader({
  name: 'churn-buster',
  title: 'Churn Buster',
  source: 'churn_buster',
  version: 'churn-buster-2',
  verify: verifyChurnBuster,
  read: readChurnBuster,
});
