import { describe, expect, it } from 'vitest';
import type { Claim, Commit } from '../../src/pipeline/ports.ts';
import { decided, deliveryOf, later, NOW, parked, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const VIEW = '{"user_id":"anna","traits":{}}';
const asAnna = (claim: Claim): Commit =>
  decided(claim, { aliases: ['user:anna'], view: VIEW, dueAt: later(60_000), contactUserIds: ['ben'] });
/** A contact's decision names nobody. */
const asAnybody = (claim: Claim): Commit => (claim.userId === 'ben' ? decided(claim, { view: VIEW }) : asAnna(claim));

/** What the guard may rely on. */
export const guardPromises = (store: Subject): void => {
  const read = (userId = 'anna', now = NOW, ruleset = 'rules-1') => store().readGuarded({ userId, now, ruleset });
  const meetAnna = async (): Promise<void> => {
    await store().accept([deliveryOf('cus_1', 'evt_1')]);
    await workAll(store(), NOW, asAnybody);
    await workAll(store(), NOW, asAnybody);
  };

  describe('what the guard reads', () => {
    it('is nothing of a user whom nobody named', async () => {
      await meetAnna();
      expect(await read('nobody')).toBeNull();
      expect(await read('cus_1')).toBeNull();
    });

    it('is the view as it was committed, until the millisecond in which it is due', async () => {
      await meetAnna();
      expect(await read('anna', later(59_999))).toEqual({ holds: true, view: VIEW });
      expect(await read('anna', later(60_000))).toMatchObject({ holds: false });
    });

    it('is everything with what is unread as soon as something is, for a contact of the account too', async () => {
      await meetAnna();
      await store().accept([deliveryOf('cus_1', 'evt_2')]);
      const unread = { deliveries: [{ eventId: 'evt_2', rawBody: '{"id":"evt_2"}' }], facts: [{ id: 'evt_1' }] };
      expect(await read()).toMatchObject({
        holds: false,
        mode: 'test',
        brake: 'off',
        accounts: [{ role: 'owner', ...unread }],
      });
      expect(await read('ben')).toMatchObject({ holds: false, accounts: [{ role: 'contact', ...unread }] });
    });

    it('is no view that was decided under other rules, or before a decision that failed', async () => {
      await meetAnna();
      expect(await read('anna', NOW, 'rules-2')).toMatchObject({ holds: false });
      await workAll(store(), later(60_000), (claim) => parked(claim, later(120_000)));
      expect(await read('anna', later(60_001))).toMatchObject({ holds: false });
    });

    it('is refused where more is unread than one decision takes: what is left out could be the payment', async () => {
      await meetAnna();
      const many = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, index) => deliveryOf('cus_1', `evt_many_${from + index}`));
      await store().accept(many(0, 999));
      expect(await read()).toMatchObject({ holds: false });
      await store().accept(many(999, 1_001));
      await expect(read()).rejects.toThrow(RangeError);
    });
  });
};
