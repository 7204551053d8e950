import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/instant.ts';
import type { NewOutboxCall, Store } from '../../src/pipeline/ports.ts';
import {
  call,
  customerOf,
  decided,
  delivery,
  deliveryOf,
  later,
  NOW,
  parked,
  queued,
  workAll,
} from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const EVERYTHING = { channel: 'segment', calls: 1_000, bytes: 1_000_000 } as const;

/** Commits the calls for one customer. */
const say = async (store: Store, customer: string, outbox: readonly NewOutboxCall[]): Promise<void> => {
  await store.accept([deliveryOf(customer, `evt_${outbox[0]?.call.messageId}`)]);
  await workAll(store, NOW, (claim) => decided(claim, { outbox }));
};

const idsOf = (rows: readonly { readonly call: { readonly messageId: string } }[]): readonly string[] =>
  rows.map((row) => row.call.messageId);

/** What the delivery of calls may rely on. */
export const outboxPromises = (store: Subject): void => {
  describe('the outbox', () => {
    it('gives calls in the order in which they were committed, exactly as they were committed', async () => {
      await say(store(), 'cus_2', [queued('m_2'), queued('m_1', { traits: { plan_id: null }, groupId: 'cus_2' })]);
      await say(store(), 'cus_1', [queued('m_3')]);
      const rows = await store().nextCalls(EVERYTHING);
      expect(idsOf(rows)).toEqual(['m_2', 'm_1', 'm_3']);
      expect(rows[1]?.call).toEqual(call('m_1', { traits: { plan_id: null }, groupId: 'cus_2' }));
      expect(rows[0]).toMatchObject({ committedAt: NOW, channel: 'segment' });
    });

    it('never gives a recorder call to Segment', async () => {
      await say(store(), 'cus_1', [{ ...queued('m_1'), channel: 'recorder' }, queued('m_2')]);
      expect(idsOf(await store().nextCalls(EVERYTHING))).toEqual(['m_2']);
      expect(idsOf(await store().nextCalls({ ...EVERYTHING, channel: 'recorder' }))).toEqual(['m_1']);
    });

    it('bounds a batch by count and by bytes, and always gives one', async () => {
      await say(store(), 'cus_1', [queued('m_1'), queued('m_2'), queued('m_3')]);
      const size = JSON.stringify(call('m_1')).length;
      expect(idsOf(await store().nextCalls({ ...EVERYTHING, calls: 2 }))).toEqual(['m_1', 'm_2']);
      expect(idsOf(await store().nextCalls({ ...EVERYTHING, bytes: 2 * size }))).toEqual(['m_1', 'm_2']);
      expect(idsOf(await store().nextCalls({ ...EVERYTHING, bytes: 2 * size - 1 }))).toEqual(['m_1']);
      expect(idsOf(await store().nextCalls({ ...EVERYTHING, bytes: 1 }))).toEqual(['m_1']);
    });

    it('says a message id once', async () => {
      await say(store(), 'cus_1', [queued('m_1')]);
      await store().accept([delivery('evt_2')]);
      await workAll(store(), NOW, (claim) => decided(claim, { outbox: [queued('m_1'), queued('m_2')] }));
      expect(idsOf(await store().nextCalls(EVERYTHING))).toEqual(['m_1', 'm_2']);
    });

    it('forgets what was taken, keeps in line what was not, and never unsettles', async () => {
      await say(
        store(),
        'cus_1',
        ['m_1', 'm_2', 'm_3', 'm_4', 'm_5'].map((id) => queued(id)),
      );
      const [a, b, c, d, e] = (await store().nextCalls(EVERYTHING)).map(({ seq }) => seq);
      await store().settle(
        [
          { seq: a ?? 0, outcome: { result: 'delivered' } },
          { seq: b ?? 0, outcome: { result: 'retry', at: later(DAY_MS), reason: '429' } },
          { seq: c ?? 0, outcome: { result: 'unknown', reason: 'timeout' } },
          { seq: d ?? 0, outcome: { result: 'stopped', reason: '401' } },
          { seq: e ?? 0, outcome: { result: 'recorded' } },
        ],
        NOW,
      );
      expect(idsOf(await store().nextCalls(EVERYTHING))).toEqual(['m_2', 'm_3', 'm_4']);
      await store().settle([{ seq: a ?? 0, outcome: { result: 'rejected', reason: 'late news' } }], NOW);
      expect(await store().counts()).toMatchObject({
        outbox: { queued: 3, delivered: 1, recorded: 1, dead: 0 },
        deadLetters: 0,
        oldestQueuedAt: NOW,
      });
    });

    it('makes a dead letter of a refused call, with the money at stake', async () => {
      await say(store(), 'cus_1', [queued('m_1'), queued('m_2', { properties: {} })]);
      const rows = await store().nextCalls(EVERYTHING);
      const outcome = { result: 'rejected', reason: 'too large' } as const;
      await store().settle(
        rows.map(({ seq }) => ({ seq, outcome })),
        later(DAY_MS),
      );
      expect(await store().nextCalls(EVERYTHING)).toEqual([]);
      expect(await store().deadLetters({ replayed: false, limit: 10 })).toMatchObject([
        { subject: 'm_2', amountMinor: null, currency: null },
        {
          kind: 'call',
          subject: 'm_1',
          code: 'call_rejected',
          amountMinor: 1999,
          currency: 'USD',
          createdAt: later(DAY_MS),
        },
      ]);
      expect((await store().counts()).outbox.dead).toBe(2);
    });
  });

  describe('new rules', () => {
    it('wake everybody last decided under others, once, and nobody who was never decided', async () => {
      await store().accept(['cus_1', 'cus_2'].map((customer) => deliveryOf(customer, `evt_${customer}`)));
      await workAll(store(), NOW, (claim) =>
        decided(claim, { ruleset: customerOf(claim) === 'cus_1' ? 'rules-1' : 'rules-2' }),
      );
      await store().accept([deliveryOf('cus_3', 'evt_3', later(DAY_MS))]);
      expect(await store().wakeForRuleset('rules-2', later(DAY_MS - 1), 10)).toBe(1);
      const woken = await workAll(store(), later(DAY_MS - 1), (claim) => decided(claim, { ruleset: 'rules-2' }));
      expect(woken.map(customerOf)).toEqual(['cus_1']);
      expect(await store().wakeForRuleset('rules-2', later(DAY_MS - 1), 10)).toBe(0);
      expect(await store().wakeForRuleset('rules-1', later(DAY_MS - 1), 1)).toBe(1);
      expect(await store().wakeForRuleset('rules-1', later(DAY_MS - 1), 10)).toBe(1);
      expect(await store().wakeForRuleset('rules-1', later(DAY_MS - 1), 10)).toBe(0);
    });

    it.each([
      ['that were half applied', (store: Store) => store.wakeForRuleset('rules-2', NOW, 1)],
      ['that were only started', (store: Store) => store.saveRuleset('rules-2', '{}', NOW)],
    ])('%s and rolled back leave nobody behind who was decided under them', async (_, start) => {
      await store().accept(['cus_1', 'cus_2'].map((customer) => deliveryOf(customer, `evt_${customer}`)));
      await workAll(store(), NOW);
      expect(await store().wakeForRuleset('rules-1', NOW, 10)).toBe(0);
      await start(store());
      await store().accept([deliveryOf('cus_1', 'evt_more')]);
      const moved = await workAll(store(), NOW, (claim) => decided(claim, { ruleset: 'rules-2' }));
      expect(moved.map(customerOf)).toEqual(['cus_1']);
      expect(await store().wakeForRuleset('rules-1', NOW, 10)).toBe(1);
      const back = await workAll(store(), NOW);
      expect(back.map(customerOf)).toEqual(['cus_1']);
    });

    it('do not wake a profile before its backoff ends', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW);
      await store().accept([delivery('evt_2')]);
      await workAll(store(), NOW, (claim) => parked(claim, later(DAY_MS)));
      expect(await store().wakeForRuleset('rules-2', NOW, 10)).toBe(1);
      expect(await store().nextDueAt()).toBe(later(DAY_MS));
    });
  });

  describe('the id of a store', () => {
    it('is random hex, is the same every time, and comes with every claim', async () => {
      const id = await store().storeId();
      expect(id).toMatch(/^[0-9a-f]{16}$/);
      expect(await store().storeId()).toBe(id);
      await store().accept([delivery('evt_1')]);
      expect(await workAll(store(), NOW)).toMatchObject([{ storeId: id }]);
    });
  });

  describe('the switch to enforce', () => {
    it('wakes who is in dunning and was last told to the recorder, and nobody else', async () => {
      const people = [
        { customer: 'cus_1', inDunning: true, channel: 'recorder' },
        { customer: 'cus_2', inDunning: true, channel: 'segment' },
        { customer: 'cus_3', inDunning: false, channel: 'recorder' },
      ] as const;
      await store().accept(people.map(({ customer }) => deliveryOf(customer, `evt_${customer}`)));
      await workAll(store(), NOW, (claim) => {
        const person = people.find(({ customer }) => customer === customerOf(claim));
        const commitments = { ...decided(claim).commitments, channel: person?.channel ?? null };
        return decided(claim, { inDunning: person?.inDunning ?? false, commitments });
      });
      expect(await store().wakeForEnforce(later(DAY_MS))).toBe(1);
      expect(await workAll(store(), later(DAY_MS))).toMatchObject([
        { accounts: [{ customer: { customer: 'cus_1' } }] },
      ]);
      expect((await store().counts()).inDunning).toBe(1);
    });
  });
};
