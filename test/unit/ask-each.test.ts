import { describe, expect, test } from 'vitest';
import { makeAskEach, type Setback } from '../../src/destination-kit/ask-each.ts';

/** Calls that each ask for whoever is still owed, in an order that never changes. */
const MOST_CALLS = 50;

const named = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}_${index}`);

/** Who is still owed after so many calls, and how many requests those took. */
const askInVain = async (atOnce: number, subjects: readonly string[], setback: Setback) => {
  const askEach = makeAskEach(atOnce);
  const requests: string[] = [];
  let owed = subjects;
  for (let call = 0; call < MOST_CALLS; call += 1) {
    const failed = await askEach(
      owed.map((subject) => ({ subject })),
      async ({ subject }) => {
        requests.push(subject);
        return subject.startsWith('bad') ? setback : null;
      },
    );
    owed = owed.filter((subject) => failed.has(subject));
  }
  return { owed, requests };
};

describe('people for whom asking always fails', () => {
  const setbacks = ['refused', 'unknown', 'unavailable'].flatMap((answer) =>
    [2, 4].flatMap((atOnce) => [1, 3, 4, 30].map((bad) => [answer, atOnce, bad] as const)),
  );
  test.each(setbacks)('(%s, %i at once, %i of them) starve nobody behind them', async (answer, atOnce, count) => {
    const bad = named('bad', count);
    const { owed } = await askInVain(atOnce, [...bad, ...named('good', 60)], { answer, reason: 'HTTP 400' });
    expect(owed).toEqual(bad);
  });

  test('are refused each by themselves, and everybody else is asked for in the first call', async () => {
    const askEach = makeAskEach(2);
    const items = [...named('bad', 9), ...named('good', 9)].map((subject) => ({ subject }));
    const failed = await askEach(items, async ({ subject }) =>
      subject.startsWith('bad') ? { answer: 'refused', reason: `no ${subject}` } : null,
    );
    expect([...failed]).toEqual(named('bad', 9).map((subject) => [subject, `no ${subject}`]));
  });

  test('three in a row end a call: a vendor that is down is not asked for everybody', async () => {
    const { owed, requests } = await askInVain(1, named('bad', 90), { answer: 'unknown', reason: 'timed out' });
    expect(requests).toHaveLength(3 * MOST_CALLS);
    expect(owed).toHaveLength(90);
  });
});
