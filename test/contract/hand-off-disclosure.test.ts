import { expect, it } from 'vitest';
import type { RawDecline } from '../../src/domain/decline.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { stripeTaxonomy } from '../../src/providers/stripe/taxonomy.ts';
import { codesOf, refusalWith } from '../stripe-codes.ts';
import { day, declined, failed } from '../unit/ledger-facts.ts';
import { type Given, tasksAt } from './hand-off-cases.ts';

/** A task is read by more people than any message: of a reason that may not be told not a letter is in one (semantics E8). */

const withAdvice = (raw: RawDecline): readonly RawDecline[] => [
  raw,
  ...codesOf('adviceCode').map((adviceCode) => ({ ...raw, adviceCode })),
  ...codesOf('networkAdviceCode').map((networkAdviceCode) => ({ ...raw, networkAdviceCode })),
];
const DECLINED: Partial<RawDecline> = { errorCode: 'card_declined' };
const ALL: readonly RawDecline[] = [
  ...codesOf('declineCode').map((declineCode) => ({ ...DECLINED, declineCode })),
  ...codesOf('errorCode').map((errorCode) => ({ errorCode })),
  ...codesOf('networkDeclineCode').map((networkDeclineCode) => ({ ...DECLINED, networkDeclineCode })),
  ...codesOf('blockedReason').map((blockedReason) => ({ ...DECLINED, blockedReason, declineCode: 'fraudulent' })),
]
  .map(refusalWith)
  .flatMap(withAdvice);
const HIDDEN = ALL.filter((raw) => !stripeTaxonomy.classify(raw).disclosable);

const factsOf = (raw: RawDecline): readonly Fact[] => [failed(day(1)), { ...declined(day(1)), decline: raw }];
/** Even where the policy sends the raw reason to Segment. */
const GIVEN: Given = { highValue: ['pro'], more: { sendUndisclosedCodes: true } };
const textOf = (raw: RawDecline): string => JSON.stringify(tasksAt(day(2), factsOf(raw), GIVEN));

it('no task has a word of a reason that may not be told, over the whole taxonomy', () => {
  expect(HIDDEN.length).toBeGreaterThan(50);
  const words = HIDDEN.flatMap((raw) => [raw.declineCode, raw.blockedReason]).filter((word) => word !== null);
  const told = HIDDEN.flatMap((raw) => {
    const text = textOf(raw);
    return [...new Set(words)].filter((word) => text.includes(word));
  });
  expect(told).toEqual([]);
});

it('two reasons that may not be told read alike, to the letter, where the same can be done about them', () => {
  const alike = Map.groupBy(HIDDEN, (raw) => {
    const { failureClass, blocksRetries } = stripeTaxonomy.classify(raw);
    return `${failureClass} ${blocksRetries}`;
  });
  for (const [can, raws] of alike) expect(new Set(raws.map(textOf)).size, can).toBe(1);
});

it('a reason that may be told is told', () => {
  const open = ALL.filter((raw) => stripeTaxonomy.classify(raw).disclosable);
  expect(open.filter((raw) => !textOf(raw).includes(`(${raw.declineCode ?? raw.errorCode})`))).toEqual([]);
});
