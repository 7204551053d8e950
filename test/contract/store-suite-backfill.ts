import { describe, expect, it } from 'vitest';
import { delivery, deliveryOf, later, NOW } from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const at = (cursor: string, read: number, done = false) => ({ cursor, read, done });

/** What reading an API page by page needs of a store. */
export const backfillPromises = (store: Subject): void => {
  describe('a backfill', () => {
    it('keeps a page and the place behind it, part by part and run by run', async () => {
      expect(await store().backfillProgress('a')).toEqual({});
      const page = [deliveryOf('cus_1', 'backfill:1'), deliveryOf('cus_2', 'backfill:2')];
      const stored = await store().saveBackfill({ id: 'a', part: 'x', progress: at('1', 2), deliveries: page }, NOW);
      expect(stored).toBe(2);
      await store().saveBackfill({ id: 'a', part: 'y', progress: at('7', 0, true), deliveries: [] }, NOW);
      await store().saveBackfill({ id: 'a', part: 'x', progress: at('2', 5, true), deliveries: [] }, later(1));
      expect(await store().backfillProgress('a')).toEqual({ x: at('2', 5, true), y: at('7', 0, true) });
      expect(await store().backfillProgress('b')).toEqual({});
    });

    it('counts as new only what was not there, however it came', async () => {
      await store().accept([deliveryOf('cus_1', 'evt_1')]);
      const page = [deliveryOf('cus_1', 'evt_1'), deliveryOf('cus_1', 'evt_2'), deliveryOf('cus_1', 'evt_2')];
      const step = { id: 'a', part: 'x', progress: at('1', 3), deliveries: page };
      expect(await store().saveBackfill(step, NOW)).toBe(1);
      expect(await store().saveBackfill(step, NOW)).toBe(0);
      expect((await store().counts()).deliveries.unread).toBe(2);
    });

    it('wakes the profiles of what it stored', async () => {
      const page = [deliveryOf('cus_1', 'backfill:1', later(5))];
      await store().saveBackfill({ id: 'a', part: 'x', progress: at('1', 1), deliveries: page }, NOW);
      expect(await store().nextDueAt()).toBe(later(5));
    });

    it('that fails in the middle of a page has stored nothing of it and stands where it was', async () => {
      await store().saveBackfill({ id: 'a', part: 'x', progress: at('1', 1), deliveries: [] }, NOW);
      const unstorable = delivery('evt_2', { end: 'no end' as 'unread' });
      const page = [deliveryOf('cus_1', 'evt_1'), unstorable];
      const step = { id: 'a', part: 'x', progress: at('2', 3), deliveries: page };
      await expect(store().saveBackfill(step, NOW)).rejects.toThrow();
      expect(await store().backfillProgress('a')).toEqual({ x: at('1', 1) });
      expect((await store().counts()).deliveries.unread).toBe(0);
    });
  });
};
