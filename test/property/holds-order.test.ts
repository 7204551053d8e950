import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant, instant, plus, toIso } from '../../src/domain/instant.ts';
import { toOperatorDelivery } from '../../src/interventions/operator/operator.ts';
import { operatorBodySchema } from '../../src/interventions/operator/operator-body.ts';
import type { NewDelivery } from '../../src/pipeline/ports.ts';
import { openRelay } from '../scenario/relay.ts';
import { BEGIN, happen } from './happen.ts';
import { type Arrival, inOrder, lifecycleOf, noises, throughNoise } from './lifecycle.ts';
import { PROVE_MS, provingRuns } from './proving.ts';
import { expectSaidAlike, saidIn } from './said.ts';

/** What people say of a customer, among the webhooks, in any order, more than once and late, ends the same (E1, F3). */

interface Word {
  readonly action: 'hold' | 'exclude' | 'resume' | 'mark_recovered';
  readonly atMs: number;
  /** Until it lapses; null: not by itself. */
  readonly lastsMs: number | null;
  readonly holdId: string;
}

const word: fc.Arbitrary<Word> = fc.record({
  action: fc.constantFrom('hold', 'exclude', 'resume', 'mark_recovered'),
  atMs: fc.integer({ min: 0, max: 45 * 24 }).map((hours) => hours * HOUR_MS + 123),
  lastsMs: fc.constantFrom(null, HOUR_MS, 2 * DAY_MS, 20 * DAY_MS),
  holdId: fc.constantFrom('hold', 'exclusion'),
});

const WORD = 'operator-canary';

const bodyOf = ({ action, atMs, lastsMs, holdId }: Word, index: number, invoices: readonly string[]): string => {
  const at = plus(BEGIN, atMs);
  const common = { version: 1, request_id: `${WORD}-${index}`, at: toIso(at), actor: 'hanna', reason: null, action };
  if (action === 'mark_recovered') return JSON.stringify({ ...common, invoices });
  if (action === 'resume') return JSON.stringify({ ...common, hold_id: lastsMs === null ? null : holdId });
  return JSON.stringify({ ...common, hold_id: holdId, until: lastsMs === null ? null : toIso(plus(at, lastsMs)) });
};

const invoicesIn = (events: readonly Arrival[]): readonly string[] => [
  ...new Set(events.flatMap(({ body }) => body.match(/"in_\w+"/g) ?? []).map((id) => id.slice(1, -1))),
];

const arrivalsOf = (events: readonly Arrival[], words: readonly Word[]): readonly Arrival[] => {
  const invoices = invoicesIn(events);
  const said = invoices.length === 0 ? words.filter(({ action }) => action !== 'mark_recovered') : words;
  const told = said.map((each, index) => ({ at: plus(BEGIN, each.atMs), body: bodyOf(each, index, invoices) }));
  return [...events, ...told].toSorted((a, b) => a.at - b.at);
};

const EVE = { provider: 'stripe', merchant: '', mode: 'live', customer: 'cus_eve' } as const;

const toDelivery = (body: string, receivedAt: Instant): NewDelivery => ({
  ...toOperatorDelivery(operatorBodySchema.parse(JSON.parse(body)), EVE),
  source: 'webhook',
  receivedAt,
  end: 'unread',
  detail: null,
});

const run = async (arrivals: readonly Arrival[], finals: readonly Instant[]) => {
  const relay = await openRelay('cus_eve');
  try {
    for (const { at, body } of arrivals) {
      await relay.passTime(at);
      if (body.includes(WORD)) await relay.take(toDelivery(body, at), at);
      else await relay.receive(body, at);
    }
    const endings: unknown[] = [];
    for (const final of finals) {
      await relay.passTime(final);
      const { traits, episodes } = JSON.parse((await relay.profile())?.view ?? '{}');
      endings.push({ traits, episodes });
    }
    const last = await relay.profile();
    return { endings, said: saidIn(await relay.calls(), last === undefined ? [] : [last]) };
  } finally {
    await relay.close();
  }
};

it(
  'any permutation, repetition and delay of webhooks and of what operators say ends the same',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        lifecycleOf('basil'),
        fc.array(word, { minLength: 1, maxLength: 5 }),
        noises,
        async (plan, words, noise) => {
          const events = arrivalsOf(happen(plan), words);
          const ordered = inOrder(events);
          const shuffled = throughNoise(events, noise);
          const last = instant(Math.max(...[...ordered, ...shuffled].map(({ at }) => at)));
          const finals = [plus(last, 2 * HOUR_MS), plus(last, 60 * DAY_MS)];
          const [expected, seen] = [await run(ordered, finals), await run(shuffled, finals)];
          expect(seen.endings, 'the same final traits and episodes').toEqual(expected.endings);
          expectSaidAlike(expected.said, seen.said);
        },
      ),
      provingRuns(50, 20_000),
    );
  },
  PROVE_MS + 60_000,
);
