import { counted } from '../domain/words.ts';
import { ok, unknown, warning } from './finding.ts';
import type { Check } from './gathered.ts';

/** Is there anybody real in the store. */
export const checkTestMode: Check = {
  name: 'test-mode',
  find: ({ store, settings }) => {
    if (!store.read) return [];
    const count = (mode: 'live' | 'test'): number =>
      store.value.survey.counts.filter((each) => each.mode === mode).reduce((sum, each) => sum + each.customers, 0);
    const [live, test] = [count('live'), count('test')];
    if (live > 0)
      return [ok(`${counted(live, 'customer')} of live mode, ${test.toLocaleString('en-US')} of test mode.`)];
    if (test === 0) return [unknown('No billing customer is known yet.', null)];
    const isHeld = settings.read && settings.value.mode === 'enforce' && !settings.value.deliverTestMode;
    return [
      warning(
        `All ${counted(test, 'customer')} are of test mode${isHeld ? ', which stays in the recorder' : ''}.`,
        `For real ones make an endpoint in live mode and add its signing secret.${isHeld ? ' To rehearse with Segment: DELIVER_TEST_MODE=true in a workspace for tests.' : ''}`,
      ),
    ];
  },
};
