import { expect, test } from 'vitest';
import { describeStripe } from '../../src/providers/stripe/describe.ts';
import { EVENT_TYPES } from '../../src/providers/stripe/event-types.ts';

test('the page of providers names every event type once, under what becomes of it', () => {
  const [read = '', ignored = ''] = describeStripe().split('### Ignored');
  const namedIn = (text: string) => [...text.matchAll(/(?<=[|,] )`([a-z_.0-9]+)`(?=[ ,])/g)].map(([, name]) => name);
  const types = Object.entries(EVENT_TYPES);
  const typesWith = (end: 'reader' | 'ignored') => types.filter(([, row]) => end in row).map(([type]) => type);
  expect(namedIn(read).filter((name) => name?.includes('.'))).toEqual(typesWith('reader'));
  expect(namedIn(ignored).toSorted()).toEqual(typesWith('ignored').toSorted());
});
