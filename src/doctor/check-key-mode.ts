import { ok, problem, warning } from './finding.ts';
import type { Check } from './gathered.ts';

/** Does the API key read the mode in which the webhooks come. */
export const checkKeyMode: Check = {
  name: 'key-mode',
  find: ({ stripe, store, settings }) => {
    if (!stripe.read) return [];
    const { mode } = stripe.value;
    const heard = store.read ? store.value.survey.heard : [];
    const came = (other: 'live' | 'test'): boolean => heard.some((each) => each.mode === other);
    const take = (other: string): string =>
      `Take a ${other}-mode key (rk_${other}_…) for this store. Restricted keys with read access are enough.`;
    if (mode === 'test' && came('live')) {
      return [
        problem(
          'STRIPE_API_KEY is of test mode, and live webhooks come in: what they miss is not found.',
          take('live'),
        ),
      ];
    }
    if (mode === 'test' && settings.read && settings.value.mode === 'enforce' && !settings.value.deliverTestMode) {
      return [warning('STRIPE_API_KEY is of test mode while Recoup enforces for live customers.', take('live'))];
    }
    if (mode === 'live' && came('test') && !came('live')) {
      return [warning('STRIPE_API_KEY is of live mode, and only test-mode webhooks come in.', take('test'))];
    }
    return [ok(`STRIPE_API_KEY reads ${mode} mode.`)];
  },
};
