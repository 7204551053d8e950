import { ok, problem, unknown } from './finding.ts';
import type { Check } from './gathered.ts';

/** Can the store be read. */
export const checkStore: Check = {
  name: 'store',
  find: ({ store }) => {
    if (store.read) return [ok('The store can be read.')];
    if (store.fault) {
      const what = `The store could not be read: ${store.reason}`;
      return [problem(what, 'Mend that first: nothing of what came in could be looked at.')];
    }
    return [unknown('Nothing of what came in could be looked at.', store.reason)];
  },
};
