import { counted } from '../domain/words.ts';
import { type Found, ok, warning } from './finding.ts';
import type { Check } from './gathered.ts';

/** Does anything wait for a piece that only Stripe's API has. */
export const checkWaiting: Check = {
  name: 'waiting',
  find: ({ store, stripe }) => {
    if (!store.read) return [];
    const { counts, api } = store.value;
    const { unresolved } = counts.deliveries;
    const due = Object.values(api.lookUps).reduce((sum, open) => sum + open, 0);
    if (unresolved === 0 && due === 0) return [ok('Nothing waits for a missing piece.')];
    const mend = stripe.read
      ? 'A running relay asks Stripe for them; if this stays, look at its log.'
      : 'Set STRIPE_API_KEY (read access is enough): the relay asks Stripe for what the webhooks leave out.';
    const found: Found[] = [];
    if (unresolved > 0) {
      found.push(
        warning(`${counted(unresolved, 'delivery', 'deliveries')} of which nobody knows yet whose it is.`, mend),
      );
    }
    if (due > 0) found.push(warning(`${counted(due, 'look-up')} at Stripe ${due === 1 ? 'waits' : 'wait'}.`, mend));
    return found;
  },
};
