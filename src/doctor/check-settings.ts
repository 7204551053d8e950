import { ok, problem } from './finding.ts';
import type { Check } from './gathered.ts';

/** Would the relay start with these variables and this policy. */
export const checkSettings: Check = {
  name: 'settings',
  find: ({ settings, policy }) => {
    const wrong = [settings, policy].flatMap((each) => (each.read ? [] : each.reason.split('\n')));
    if (wrong.length === 0) return [ok('The variables and policy.yaml are valid.')];
    return [
      problem('The relay would not start: a setting is not valid.', 'Mend what is named here and run this again.', [
        ...new Set(wrong),
      ]),
    ];
  },
};
