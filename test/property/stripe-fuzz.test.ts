import { expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import type { Reading } from '../../src/providers/provider.ts';
import { EVENT_TYPES } from '../../src/providers/stripe/event-types.ts';
import { signStripe, stripe } from '../../src/providers/stripe/stripe.ts';
import { SECOND } from '../contract/stripe-payloads.ts';
import { factProblem } from './fact-shape.ts';
import { BASES, SHAPES } from './stripe-fuzz-bases.ts';
import { drawFrom, mutated, pick } from './stripe-fuzz-mutations.ts';

const PROVING = process.env.PROVE !== undefined;
const RUNS = PROVING ? 100_000 : 2_000;
/** Another seed explores other bodies; a failure names its own. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_921);
const NOW = instant(SECOND * 1_000 + 2_500);
const SECRET = 'whsec_fuzz';
const CONTEXT = { receivedAt: NOW, userIdKeys: ['user_id', '__proto__'], contactKeys: ['contact_user_ids'] };

const isEnd = ({ end }: { readonly end: string }) => ['understood', 'ignored', 'dead_letter', 'look_up'].includes(end);

/** The end of one body, from the signature to the facts. */
const endOf = (rawBody: string): Reading | { readonly end: 'look_up' } => {
  const headers = { 'stripe-signature': signStripe(rawBody, SECRET, NOW) };
  const verification = stripe.verify({ rawBody: Buffer.from(rawBody), headers, secrets: [SECRET], now: NOW });
  if (!verification.ok) throw new Error(`A body that was signed is refused: ${verification.reason}`);
  const admission = stripe.admit(rawBody, NOW);
  const { customer, objects, eventId, eventType, merchant, occurredAt } = admission.keys;
  for (const key of [customer ?? 'x', ...objects, eventId, eventType, merchant])
    if (key.length > 255 || !key.isWellFormed()) throw new Error(`A key of ${key.length} characters`);
  new Date(occurredAt).toISOString();
  if (admission.end === 'ignored') return { end: 'ignored', reason: admission.reason };
  if (admission.end === 'dead_letter') return { end: 'dead_letter', error: admission.error };
  return admission.end === 'look_up' ? { end: 'look_up' } : stripe.normalise(rawBody, CONTEXT);
};

/** A key that reaches a prototype, as JSON writes it. */
const HOSTILE = /"(__proto__|constructor|prototype)":/;

const problemsOf = (reading: ReturnType<typeof endOf>, rawBody = ''): readonly string[] => {
  if (!isEnd(reading)) return [`no end: ${reading.end}`];
  if (reading.end !== 'dead_letter' && HOSTILE.test(rawBody)) return [`${reading.end} in spite of its keys`];
  if (reading.end !== 'understood') return [];
  const ids = reading.facts.map(({ id }) => id);
  return [
    ...reading.facts.map(factProblem).filter((problem) => problem !== null),
    ...(new Set(ids).size === ids.length ? [] : ['two facts have one id']),
    ...reading.references.filter((id) => id.length > 255).map(() => 'a reference that is too long'),
  ];
};

const prototypeKeys = () => Reflect.ownKeys(Object.prototype).length + Reflect.ownKeys(Array.prototype).length;

test('every base is understood in every shape, so that the fuzz starts from what is read', () => {
  const ends = BASES.map((base) => ({ type: base.type, reading: endOf(JSON.stringify(base)) }));
  const dead = ends.filter(({ reading }) => reading.end === 'dead_letter');
  expect(dead).toEqual([]);
  expect(ends.flatMap(({ reading }) => problemsOf(reading))).toEqual([]);
  const read = Object.keys(EVENT_TYPES).filter((type) => 'reader' in (EVENT_TYPES[type] ?? {}));
  const understood = ends.filter(({ reading }) => reading.end === 'understood').map(({ type }) => type);
  expect(read.filter((type) => understood.filter((each) => each === type).length < SHAPES.length)).toEqual([]);
});

test(
  `each of ${RUNS} mutated bodies ends as understood, ignored, looked up or dead letter, and what comes out can be counted on`,
  () => {
    const keys = prototypeKeys();
    const counts = new Map<string, number>();
    for (let run = 0; run < RUNS; run += 1) {
      const draw = drawFrom(SEED + run);
      const rawBody = mutated(pick(draw, BASES), draw);
      let problems: readonly string[];
      try {
        const reading = endOf(rawBody);
        counts.set(reading.end, (counts.get(reading.end) ?? 0) + 1);
        problems = problemsOf(reading, rawBody);
      } catch (error) {
        problems = [String(error)];
      }
      if (problems.length > 0)
        expect.fail(`FUZZ_SEED=${SEED + run}: ${problems.join('; ')}\n${rawBody.slice(0, 4_000)}`);
    }
    expect(prototypeKeys()).toBe(keys);
    expect('polluted' in {}).toBe(false);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(RUNS);
    // A fuzz in which all are refused at the door would guard nothing behind it.
    for (const end of ['understood', 'ignored', 'dead_letter']) expect(counts.get(end)).toBeGreaterThan(RUNS / 50);
    if (PROVING) console.info(`seed ${SEED}: ${JSON.stringify(Object.fromEntries(counts))}`);
  },
  PROVING ? 600_000 : 30_000,
);
