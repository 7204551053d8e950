import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../src/domain/instant.ts';
import type { Wanted } from '../../src/pipeline/ports.ts';
import { decided, delivery, deliveryAbout, deliveryOf, later, NOW, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const SCOPE = { provider: 'stripe', mode: 'test' } as const;
const DECLINE: Wanted = { kind: 'decline', objectId: 'in_1:1:1' };
const CUSTOMER: Wanted = { kind: 'customer', objectId: 'cus_1' };
const MISSING = { end: 'missing', deliveries: [], detail: 'not there' } as const;
const thin = (eventId: string) =>
  delivery(eventId, { keys: { customer: null, objects: ['in_1'] }, lookUp: `{"id":"${eventId}"}` });

/** What whoever reads a provider's API may rely on. */
export const lookUpPromises = (store: Subject): void => {
  let lastEvent = 0;
  /** One more decision about `cus_1`, which misses these. */
  const miss = async (wanted: readonly Wanted[], now: Instant = NOW): Promise<void> => {
    lastEvent += 1;
    await store().accept([deliveryOf('cus_1', `evt_miss_${lastEvent}`, now)]);
    await workAll(store(), now, (claim) => decided(claim, { wanted, at: now }));
  };
  const due = async (now: Instant, limit = 100) =>
    (await store().nextLookUps(SCOPE, now, limit)).map(({ kind, objectId }) => `${kind} ${objectId}`);
  const settleAll = async (outcome: Parameters<ReturnType<Subject>['settleLookUp']>[1], now: Instant) => {
    for (const { seq } of await store().nextLookUps(SCOPE, now, 100)) await store().settleLookUp(seq, outcome, now);
  };

  describe('look-ups', () => {
    it('are due after a moment, the most urgent first, each once', async () => {
      await miss([CUSTOMER, DECLINE]);
      await miss([CUSTOMER, DECLINE]);
      expect(await due(later(1_999))).toEqual([]);
      expect(await due(later(MINUTE_MS))).toEqual(['decline in_1:1:1', 'customer cus_1']);
      expect(await store().apiCounts()).toMatchObject({ lookUps: { decline: 1, customer: 1, price: 0 } });
    });

    it('are forgotten when a later decision misses them no more', async () => {
      await miss([CUSTOMER, DECLINE]);
      await miss([CUSTOMER]);
      expect(await due(later(MINUTE_MS))).toEqual(['customer cus_1']);
      expect((await store().apiCounts()).lookUps.decline).toBe(0);
    });

    it('that ended are not asked for again within a day, a decline never', async () => {
      await miss([CUSTOMER, DECLINE]);
      await settleAll(MISSING, later(MINUTE_MS));
      await miss([CUSTOMER, DECLINE], later(DAY_MS));
      expect(await due(later(2 * DAY_MS))).toEqual([]);
      await miss([CUSTOMER, DECLINE], later(DAY_MS + MINUTE_MS));
      expect(await due(later(2 * DAY_MS))).toEqual(['customer cus_1']);
    });

    it('that are put off come again then, with their tries counted', async () => {
      await miss([CUSTOMER]);
      await settleAll({ retryAt: later(HOUR_MS), reason: 'status 503' }, later(MINUTE_MS));
      expect(await due(later(HOUR_MS - 1))).toEqual([]);
      expect(await store().nextLookUps(SCOPE, later(HOUR_MS), 1)).toMatchObject([{ tries: 1, askedAt: NOW }]);
    });

    it('are at most ten thousand of a kind; what is over is asked for by a later decision', async () => {
      const many = Array.from({ length: 10_005 }, (_, n): Wanted => ({ kind: 'price', objectId: `sub_${n}` }));
      await miss(many);
      expect((await store().apiCounts()).lookUps.price).toBe(10_000);
      for (const { seq } of await store().nextLookUps(SCOPE, later(MINUTE_MS), 5))
        await store().settleLookUp(seq, MISSING, later(MINUTE_MS));
      await miss(many, later(MINUTE_MS));
      expect((await store().apiCounts()).lookUps.price).toBe(10_000);
    });

    it('of another mode or provider are not shown', async () => {
      await miss([CUSTOMER]);
      expect(await store().nextLookUps({ provider: 'stripe', mode: 'live' }, later(DAY_MS), 10)).toEqual([]);
      expect(await store().nextLookUps({ provider: 'chargebee', mode: 'test' }, later(DAY_MS), 10)).toEqual([]);
    });

    it('of a thin event is due at once, and keeps it visible until it ends as understood', async () => {
      await store().accept([thin('evt_thin'), thin('evt_thin')]);
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 1, unread: 0 });
      expect(await due(NOW)).toEqual(['event evt_thin']);
      const [lookUp] = await store().nextLookUps(SCOPE, NOW, 1);
      expect(lookUp?.detail).toBe('{"id":"evt_thin"}');
      const found = {
        end: 'found',
        deliveries: [deliveryOf('cus_1', 'evt_full')],
        detail: 'resolved as evt_full',
      } as const;
      await store().settleLookUp(lookUp?.seq ?? 0, found, later(1));
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 0, unread: 1, understood: 1 });
      expect(await due(later(DAY_MS))).toEqual([]);
      expect(await store().accept([deliveryOf('cus_1', 'evt_full')])).toEqual(['duplicate']);
    });

    it('of a thin event is not ended by whose its object is: there is nothing in it to read', async () => {
      await miss([]);
      await store().accept([deliveryOf('cus_1', 'evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { references: ['in_1'] }));
      await store().accept([thin('evt_thin')]);
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 1, unread: 0 });
    });

    it('of a thin event that is given up makes it a dead letter, which a replay looks up again', async () => {
      await store().accept([thin('evt_thin')]);
      await settleAll({ end: 'given_up', deliveries: [], detail: 'no answer' }, later(1));
      expect(await store().deadLetters({ replayed: false, limit: 9 })).toMatchObject([{ subject: 'stripe evt_thin' }]);
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 0, dead_letter: 1 });
      expect(await store().replayDeadLetters(null, later(2), () => thin('evt_thin'))).toBe(1);
      expect(await due(later(2))).toEqual(['event evt_thin']);
    });

    it('of whose a delivery is, is due after a minute and forgotten once it is known', async () => {
      await store().accept([deliveryAbout(['pi_1', 'ch_1'], 'evt_1'), deliveryAbout(['ch_2'], 'evt_2')]);
      expect(await due(later(MINUTE_MS - 1))).toEqual([]);
      await store().accept([deliveryOf('cus_1', 'evt_3')]);
      await workAll(store(), NOW, (claim) => decided(claim, { references: ['ch_1'] }));
      expect(await due(later(MINUTE_MS))).toEqual(['owner ch_2']);
      expect((await store().apiCounts()).lookUps.owner).toBe(1);
    });

    it('are not made for what a backfill cannot assign', async () => {
      await store().accept([{ ...deliveryAbout(['ch_1'], 'evt_1'), source: 'backfill' }]);
      expect((await store().apiCounts()).lookUps.owner).toBe(0);
    });
  });

  describe('the search for missed deliveries', () => {
    const search = { ...SCOPE, merchant: '', part: 'types 1' };

    it('remembers how far it came, and answers what was new', async () => {
      expect(await store().searchProgress(search)).toBeNull();
      await store().accept([deliveryOf('cus_1', 'evt_1')]);
      const page = [deliveryOf('cus_1', 'evt_1'), deliveryOf('cus_2', 'evt_2')];
      expect(await store().saveSearch(search, '{"from":1}', page, NOW)).toEqual([page[1]]);
      expect(await store().searchProgress(search)).toBe('{"from":1}');
      expect(await store().searchProgress({ ...search, merchant: 'acct_1' })).toBeNull();
      expect(await store().saveSearch(search, '{"from":2}', page, NOW)).toEqual([]);
      expect(await store().apiCounts()).toMatchObject({ missed: 1, searchedTo: 2 });
    });

    it('knows the connected accounts of its mode, its own first', async () => {
      const of = (merchant: string, mode: 'live' | 'test') =>
        delivery(`evt_${merchant}_${mode}`, { keys: { merchant, mode } });
      await store().accept([of('acct_b', 'test'), of('acct_a', 'test'), of('acct_c', 'live'), of('', 'test')]);
      expect(await store().knownMerchants(SCOPE, 10)).toEqual(['', 'acct_a', 'acct_b']);
      expect(await store().knownMerchants(SCOPE, 2)).toEqual(['', 'acct_a']);
    });
  });
};
