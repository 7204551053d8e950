import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/domain/instant.ts';
import type { Channel, Store, StoreCounts } from '../../src/pipeline/ports.ts';
import {
  customerOf,
  decided,
  deliveriesOf,
  delivery,
  deliveryAbout,
  deliveryOf,
  fact,
  later,
  NOTHING_SAID,
  NOW,
  parked,
  queued,
  workAll,
} from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const sumOf = (counts: StoreCounts): number => Object.values(counts.deliveries).reduce((sum, n) => sum + n, 0);

/** Random arrivals and rounds of the loop; answers how many deliveries were accepted. */
const playAtRandom = async (store: Store, steps: readonly (readonly number[])[]): Promise<number> => {
  let stored = 0;
  for (const step of steps) {
    const [customer = 0, event = 0, kind = 0] = step;
    const eventId = `evt_${customer}_${event}`;
    const batch = kind === 0 ? [deliveryAbout([`in_${customer}`], eventId)] : [deliveryOf(`cus_${customer}`, eventId)];
    stored += (await store.accept(batch)).filter((answer) => answer === 'stored').length;
    if (kind === 2) {
      await workAll(store, NOW, (claim) => decided(claim, { references: [customerOf(claim).replace('cus_', 'in_')] }));
    }
  }
  return stored;
};

/** What the loop may rely on. */
export const loopPromises = (store: Subject): void => {
  describe('the loop', () => {
    it('claims a profile with its unread deliveries in order of arrival, and nothing decided yet', async () => {
      await store().accept([delivery('evt_b'), delivery('evt_a')]);
      const [claim] = await workAll(store(), NOW);
      expect(claim).toMatchObject({
        version: 0,
        failures: 0,
        dueAt: NOW,
        decided: null,
        mode: 'test',
        userId: null,
        commitments: {
          episodes: [],
          traits: null,
          accounts: {},
          absorbed: [],
          userId: null,
          channel: null,
          segment: null,
        },
        accounts: [
          {
            customer: { provider: 'stripe', merchant: '', mode: 'test', customer: 'cus_1' },
            role: 'owner',
            facts: [],
            events: [],
            deliveries: [
              {
                eventId: 'evt_b',
                rawBody: '{"id":"evt_b"}',
                receivedAt: NOW,
                eventType: 'invoice.payment_failed',
                source: 'webhook',
              },
              { eventId: 'evt_a' },
            ],
          },
        ],
      });
    });

    it('gives back what the last decision committed', async () => {
      await store().accept([delivery('evt_1')]);
      const commitments = {
        ...NOTHING_SAID,
        episodes: ['ep_1'],
        traits: { in_dunning: true, dunning_attempt_number: 2, plan_id: null },
        accounts: { cus_1: { plan_id: 'pro' } },
        userId: 'u_1',
        channel: 'segment',
        segment: null,
      } as const;
      await workAll(store(), NOW, (claim) =>
        decided(claim, {
          commitments,
          events: [
            { messageId: 'm_1', event: 'payment_failed', silent: false },
            { messageId: 'm_2', event: 'payment_recovered', silent: true },
          ],
          dueAt: later(DAY_MS),
        }),
      );
      const [claim] = await workAll(store(), later(DAY_MS), (again) => decided(again, { refuted: ['m_2'] }));
      expect(claim).toMatchObject({
        version: 1,
        dueAt: later(DAY_MS),
        decided: { at: NOW, ruleset: 'rules-1' },
        accounts: [{ deliveries: [], facts: [fact('evt_1')] }],
        commitments,
      });
      await store().accept([delivery('evt_2')]);
      const [last] = await workAll(store(), NOW);
      expect(last?.accounts[0]?.events).toEqual([
        { messageId: 'm_1', event: 'payment_failed', refuted: false, unsaid: false },
        { messageId: 'm_2', event: 'payment_recovered', refuted: true, unsaid: false },
      ]);
    });

    it('takes a conclusion back that was refuted and holds again', async () => {
      const events = ['m_1', 'm_2'].map((messageId) => ({ messageId, event: 'payment_recovered', silent: false }));
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { events, dueAt: NOW }));
      await workAll(store(), NOW, (claim) => decided(claim, { refuted: ['m_1', 'm_2'], dueAt: NOW }));
      await workAll(store(), NOW, (claim) => decided(claim, { restored: ['m_1'], dueAt: NOW }));
      const [claim] = await workAll(store(), NOW);
      expect(claim?.accounts[0]?.events).toMatchObject([
        { messageId: 'm_1', refuted: false },
        { messageId: 'm_2', refuted: true },
      ]);
    });

    it('keeps one fact per id, the first', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { facts: [fact('f', 'first')], dueAt: NOW }));
      await workAll(store(), NOW, (claim) => decided(claim, { facts: [fact('f', 'second')], dueAt: NOW }));
      const [claim] = await workAll(store(), NOW);
      expect(claim?.accounts[0]?.facts).toEqual([fact('f', 'first')]);
    });

    it('claims the longest due first, up to the limit, and leaves the rest due', async () => {
      await store().accept([3, 1, 2].map((n) => deliveryOf(`cus_${n}`, `evt_${n}`, later(n * SECOND_MS))));
      const seen: string[] = [];
      const round = (): Promise<number> =>
        store().work(later(HOUR_MS), 2, (claim) => {
          seen.push(customerOf(claim));
          return decided(claim);
        });
      expect([await round(), await round(), await round()]).toEqual([2, 1, 0]);
      expect(seen).toEqual(['cus_1', 'cus_2', 'cus_3']);
    });

    it('keeps a profile due while a delivery of it is unread', async () => {
      await store().accept([delivery('evt_1'), delivery('evt_2')]);
      await workAll(store(), NOW, (claim) =>
        decided(claim, {
          readings: deliveriesOf(claim)
            .slice(0, 1)
            .map(({ seq }) => ({ seq, end: 'ignored', detail: '-' })),
        }),
      );
      const [claim] = await workAll(store(), NOW);
      expect(claim?.accounts[0]?.deliveries.map(({ eventId }) => eventId)).toEqual(['evt_2']);
    });

    it('sleeps until the instant that the decision names', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { dueAt: later(DAY_MS) }));
      expect(await store().nextDueAt()).toBe(later(DAY_MS));
      expect(await workAll(store(), later(DAY_MS - 1))).toHaveLength(0);
      await workAll(store(), later(DAY_MS));
      expect(await store().nextDueAt()).toBeNull();
    });

    it('commits all decisions of a round or none', async () => {
      await store().accept([deliveryOf('cus_1', 'evt_1'), deliveryOf('cus_2', 'evt_2')]);
      const good = { outbox: [queued('m_1')], references: ['in_1'], log: ['said'], dueAt: later(DAY_MS) };
      const bad = { outbox: [{ ...queued('m_2'), channel: 'nowhere' as Channel }] };
      const round = store().work(NOW, 10, (claim) => decided(claim, customerOf(claim) === 'cus_1' ? good : bad));
      await expect(round).rejects.toThrow();
      expect(await store().counts()).toMatchObject({ deliveries: { unread: 2 }, outbox: { queued: 0 } });
      const claims = await workAll(store(), NOW);
      expect(claims.map(({ version, accounts }) => ({ version, facts: accounts[0]?.facts }))).toEqual([
        { version: 0, facts: [] },
        { version: 0, facts: [] },
      ]);
      await store().accept([deliveryAbout(['in_1'], 'evt_3')]);
      expect((await store().counts()).deliveries.unresolved).toBe(1);
    });

    it('passes on what a decision throws, changes nothing, and stays usable', async () => {
      await store().accept([delivery('evt_1')]);
      const round = store().work(NOW, 10, () => {
        throw new Error('a bug');
      });
      await expect(round).rejects.toThrow('a bug');
      expect(await workAll(store(), NOW)).toHaveLength(1);
    });

    it('loses and doubles no delivery, whatever the order of arrivals and rounds', async () => {
      const step = fc.tuple(fc.nat(3), fc.nat(5), fc.nat(2));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          run += 1;
          const before = sumOf(await store().counts());
          const offset = steps.map(([customer, event, kind]) => [run * 10 + customer, event, kind]);
          const stored = await playAtRandom(store(), offset);
          expect(sumOf(await store().counts())).toBe(before + stored);
          while ((await workAll(store(), NOW)).length > 0);
          expect((await store().counts()).deliveries.unread).toBe(0);
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('a profile whose decision fails', () => {
    it('is left alone until its backoff ends, even when more comes in, and counts its failures', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      await store().accept([delivery('evt_2')]);
      expect(await store().nextDueAt()).toBe(later(HOUR_MS));
      expect(await workAll(store(), later(HOUR_MS - 1))).toHaveLength(0);
      const [claim] = await workAll(store(), later(HOUR_MS), (again) => parked(again, later(2 * HOUR_MS)));
      expect(claim).toMatchObject({
        failures: 1,
        version: 0,
        accounts: [{ deliveries: [{ eventId: 'evt_1' }, { eventId: 'evt_2' }] }],
      });
      expect((await store().counts()).parked).toBe(1);
      const [last] = await workAll(store(), later(2 * HOUR_MS));
      expect(last?.failures).toBe(2);
      expect((await store().counts()).parked).toBe(0);
      await store().accept([delivery('evt_3')]);
      expect(await workAll(store(), NOW)).toMatchObject([{ failures: 0 }]);
    });

    it('holds back no other profile', async () => {
      await store().accept([deliveryOf('cus_1', 'evt_1'), deliveryOf('cus_2', 'evt_2')]);
      await workAll(store(), NOW, (claim) =>
        customerOf(claim) === 'cus_1' ? parked(claim, later(HOUR_MS)) : decided(claim),
      );
      expect((await store().counts()).deliveries).toMatchObject({ unread: 1, understood: 1 });
    });

    it('has one open dead letter however often it fails, closed by the decision that succeeds', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => parked(claim, NOW, 'first'));
      await workAll(store(), NOW, (claim) => parked(claim, NOW, 'second'));
      expect(await store().deadLetters({ replayed: false, limit: 10 })).toMatchObject([
        { kind: 'decision', message: 'second', replayedAt: null },
      ]);
      await workAll(store(), NOW);
      expect(await store().deadLetters({ replayed: false, limit: 10 })).toEqual([]);
      expect(await store().deadLetters({ replayed: true, limit: 10 })).toMatchObject([{ replayedAt: NOW }]);
    });
  });
};
