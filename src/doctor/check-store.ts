import { ok, problem, unknown } from './finding.ts';
import type { Check } from './gathered.ts';

/** Can the store be read. */
export const checkStore: Check = {
  name: 'store',
  find: ({ store }) => {
    if (store.read) return [ok('The store can be read.')];
    return [
      store.fault
        ? problem(
            `The store could not be read: ${store.reason}`,
            'Mend that first: nothing of what came in could be looked at.',
          )
        : unknown(
            `There is no store yet, so nothing of what came in could be looked at: ${store.reason}`,
            '`npm start` makes it.',
          ),
    ];
  },
};
