import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/domain/instant.ts';
import { decided, deliveriesOf, delivery, deliveryAbout, deliveryOf, later, NOW, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';

/** What the door may rely on. */
export const doorPromises = (store: Subject): void => {
  describe('the door', () => {
    it('stores a delivery once, however often and in whichever batch it comes', async () => {
      expect(await store().accept([delivery('evt_1'), delivery('evt_1'), delivery('evt_2')])).toEqual([
        'stored',
        'duplicate',
        'stored',
      ]);
      expect(await store().accept([delivery('evt_2')])).toEqual(['duplicate']);
      expect((await store().counts()).deliveries.unread).toBe(2);
    });

    it('keeps provider, merchant and mode apart: the same event id elsewhere is another delivery', async () => {
      const answers = await store().accept([
        delivery('evt_1'),
        delivery('evt_1', { keys: { merchant: 'acct_2' } }),
        delivery('evt_1', { keys: { mode: 'live' } }),
        delivery('evt_1', { keys: { provider: 'chargebee' } }),
      ]);
      expect(answers).toEqual(['stored', 'stored', 'stored', 'stored']);
      expect((await store().counts()).profiles).toBe(4);
    });

    it('stores the whole batch or nothing of it', async () => {
      const broken = delivery('evt_2', { keys: { mode: 'neither' as 'test' } });
      await expect(store().accept([delivery('evt_1'), broken])).rejects.toThrow();
      expect(await store().counts()).toMatchObject({ profiles: 0, deliveries: { unread: 0 } });
      expect(await store().accept([delivery('evt_1')])).toEqual(['stored']);
    });

    it('makes the profile of a named customer due from its receipt on', async () => {
      await store().accept([deliveryOf('cus_1', 'evt_1', later(SECOND_MS))]);
      expect(await store().nextDueAt()).toBe(later(SECOND_MS));
      expect(await workAll(store(), NOW)).toHaveLength(0);
      expect(await workAll(store(), later(SECOND_MS))).toHaveLength(1);
    });

    it('brings a due instant forward and never puts it off', async () => {
      await store().accept([deliveryOf('cus_1', 'evt_1', NOW)]);
      await store().accept([deliveryOf('cus_1', 'evt_2', later(DAY_MS))]);
      expect(await store().nextDueAt()).toBe(NOW);
    });

    it('wakes nobody for what is ignored or not understood at the door', async () => {
      const ignored = delivery('evt_1', { end: 'ignored', detail: 'not about money' });
      const dead = delivery('evt_2', { end: 'dead_letter', detail: 'no object' });
      await store().accept([ignored, dead]);
      expect(await workAll(store(), later(DAY_MS))).toHaveLength(0);
      expect((await store().counts()).deliveries).toMatchObject({ unread: 0, ignored: 1, dead_letter: 1 });
    });

    it('makes no profile for a customer of whom only ignored things are known', async () => {
      await store().accept([delivery('evt_1', { end: 'ignored', detail: 'not about money' })]);
      expect((await store().counts()).profiles).toBe(0);
    });

    it('may be closed twice', async () => {
      await store().close();
      await expect(store().close()).resolves.toBeUndefined();
    });

    it('can say whether a webhook could be stored now', async () => {
      await expect(store().probe()).resolves.toBeUndefined();
      expect((await store().counts()).profiles).toBe(0);
    });
  });

  describe('deliveries that name no customer', () => {
    it('wait until a commit tells whose their object is, and are then read by its profile', async () => {
      await store().accept([deliveryAbout(['ch_1', 'pi_1'], 'evt_charge'), delivery('evt_invoice')]);
      expect((await store().counts()).deliveries).toMatchObject({ unread: 1, unresolved: 1 });
      const first = await workAll(store(), NOW, (claim) => decided(claim, { references: ['pi_1'] }));
      expect(first.flatMap(deliveriesOf).map(({ eventId }) => eventId)).toEqual(['evt_invoice']);
      expect(await store().nextDueAt()).toBe(NOW);
      const second = await workAll(store(), NOW);
      expect(second.flatMap(deliveriesOf).map(({ eventId }) => eventId)).toEqual(['evt_charge']);
      expect((await store().counts()).deliveries).toMatchObject({ understood: 2, unresolved: 0 });
    });

    it('find their customer at the door once the reference is known', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { references: ['in_1'] }));
      await store().accept([deliveryAbout(['ch_9', 'in_1'], 'evt_2')]);
      expect(await workAll(store(), NOW)).toMatchObject([
        { accounts: [{ customer: { customer: 'cus_1' } }], version: 1 },
      ]);
    });

    it('are not released by the same object id of another mode or merchant', async () => {
      await store().accept([
        delivery('evt_live', { keys: { customer: null, objects: ['in_1'], mode: 'live' } }),
        delivery('evt_other', { keys: { customer: null, objects: ['in_1'], merchant: 'acct_2' } }),
        delivery('evt_1'),
      ]);
      await workAll(store(), NOW, (claim) => decided(claim, { references: ['in_1'] }));
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 2, unread: 0 });
    });

    it('belong to the first customer that claimed the object', async () => {
      await store().accept([deliveryOf('cus_1', 'evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { references: ['in_1'] }));
      await store().accept([deliveryOf('cus_2', 'evt_2')]);
      await workAll(store(), NOW, (claim) => decided(claim, { references: ['in_1'] }));
      await store().accept([deliveryAbout(['in_1'], 'evt_3')]);
      expect(await workAll(store(), NOW)).toMatchObject([{ accounts: [{ customer: { customer: 'cus_1' } }] }]);
    });

    it('are reported as ignored after 72 h, wake the loop for it once, and still join later', async () => {
      await store().accept([deliveryAbout(['in_1'], 'evt_1')]);
      const reportAt = later(72 * HOUR_MS);
      expect(await store().nextDueAt()).toBe(reportAt);
      await workAll(store(), later(72 * HOUR_MS - 1));
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 1, ignored: 0 });
      await workAll(store(), reportAt);
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 0, ignored: 1 });
      expect(await store().nextDueAt()).toBeNull();
      await store().accept([delivery('evt_2', { receivedAt: reportAt })]);
      await workAll(store(), reportAt, (claim) => decided(claim, { references: ['in_1'], at: reportAt }));
      expect(await workAll(store(), reportAt)).toMatchObject([{ accounts: [{ deliveries: [{ eventId: 'evt_1' }] }] }]);
      expect((await store().counts()).deliveries).toMatchObject({ understood: 2, ignored: 0 });
    });
  });
};
