import { counted } from '../domain/words.ts';
import { ok, problem } from './finding.ts';
import type { Check } from './gathered.ts';

/** Is anything left lying that could not be understood, decided or delivered. */
export const checkDeadLetters: Check = {
  name: 'dead-letters',
  find: ({ store }) => {
    if (!store.read) return [];
    const open = store.value.counts.deadLetters;
    if (open === 0) return [ok('No dead letter is open.')];
    return [
      problem(
        `${counted(open, 'dead letter')} ${open === 1 ? 'is' : 'are'} open: somebody was not told.`,
        'npm run recoup -- dead-letters list says why and how to replay them once that is mended.',
      ),
    ];
  },
};
