import fc from 'fast-check';
import { SECOND_MS } from '../../src/domain/instant.ts';
import { LATE_MS } from '../../src/pipeline/tools/late-calls.ts';

/** What may happen between people, a tool and the relay. */

export const PEOPLE = ['ann', 'bob', 'cy'] as const;

/** Something in one person's life. `drift`: an attribute changes, nothing else. */
export interface Life {
  readonly kind: 'life';
  readonly person: (typeof PEOPLE)[number];
  readonly what: 'fail' | 'pay' | 'drift';
}

/** What becomes of one record of a call that is answered record by record. */
export const FATES = ['delivered', 'applied_unsaid', 'lost_unsaid', 'retry', 'rejected'] as const;
export type Fate = (typeof FATES)[number];

/** What becomes of a whole call. `late`: applied some time after we gave it up; `died`: our process, once it was applied. */
export const ENDS = [
  'take',
  'unavailable',
  'throttled',
  'stopped',
  'lost',
  'applied',
  'late',
  'refused',
  'too_large',
  'died',
  'died_unsent',
] as const;

/** How the next call goes. */
export interface CallFault {
  readonly kind: 'call';
  readonly end: (typeof ENDS)[number] | 'mixed';
  readonly fates: readonly Fate[];
  /** After the call. */
  readonly lateMs: number;
  /** While the call is under way. */
  readonly meanwhile: Life | null;
}

export type Step = Life | CallFault | { readonly kind: 'wait'; readonly ms: number };

const life: fc.Arbitrary<Life> = fc.record({
  kind: fc.constant('life'),
  person: fc.constantFrom(...PEOPLE),
  what: fc.constantFrom('fail', 'fail', 'pay', 'drift'),
});

const callFault: fc.Arbitrary<CallFault> = fc.record({
  kind: fc.constant('call'),
  end: fc.constantFrom(...ENDS, 'mixed', 'mixed'),
  fates: fc.array(fc.constantFrom(...FATES), { minLength: PEOPLE.length, maxLength: PEOPLE.length }),
  lateMs: fc.nat(LATE_MS - SECOND_MS),
  meanwhile: fc.option(life),
});

const wait: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('wait'),
  ms: fc.oneof(fc.integer({ min: 1, max: 3 * SECOND_MS }), fc.integer({ min: 1, max: 2 * LATE_MS })),
});

/** A history, shrinkable step by step. */
export const history: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof({ arbitrary: life, weight: 4 }, { arbitrary: wait, weight: 3 }, { arbitrary: callFault, weight: 3 }),
  { minLength: 1, maxLength: 30 },
);
