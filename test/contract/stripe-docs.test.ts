import { expect, test } from 'vitest';
import { API_READ_OBJECTS } from '../../src/providers/stripe/api-read-types.ts';
import { describeStripe } from '../../src/providers/stripe/describe.ts';
import { EVENT_TYPES } from '../../src/providers/stripe/event-types.ts';
import { THIN_EVENT_TYPES } from '../../src/providers/stripe/thin-event-types.ts';

test('the page of providers names every event type once, under what becomes of it', () => {
  const [events = '', ignored = ''] = describeStripe().split('### Ignored');
  const [read = ''] = events.split('### Thin events');
  const namedIn = (text: string) => [...text.matchAll(/(?<=[|,] )`([a-z_.0-9]+)`(?=[ ,])/g)].map(([, name]) => name);
  const types = Object.entries(EVENT_TYPES);
  const typesWith = (end: 'reader' | 'ignored') => types.filter(([, row]) => end in row).map(([type]) => type);
  expect(namedIn(read).filter((name) => name?.includes('.'))).toEqual(typesWith('reader'));
  expect(namedIn(ignored).toSorted()).toEqual(typesWith('ignored').toSorted());
});

test('the page of providers names every thin event type of its own, and every object that is read from the API', () => {
  const page = describeStripe();
  const objects = Object.entries(API_READ_OBJECTS).filter(([, end]) => 'reader' in end);
  for (const type of [...Object.keys(THIN_EVENT_TYPES), ...objects.map(([object]) => object)])
    expect(page).toContain(`| \`${type}\` |`);
});
