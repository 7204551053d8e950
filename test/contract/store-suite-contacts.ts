import { describe, expect, it } from 'vitest';
import { accountsOf, arrive, claimed, decideBy, play, settle } from './store-people.ts';
import { NOW, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const ANNA = { user: 'anna' };

/** What the contacts of accounts may rely on. */
export const contactPromises = (store: Subject): void => {
  describe('contacts of an account', () => {
    it('have a profile that sees its facts, and nothing of what arrives or was said', async () => {
      const rounds = await play(store(), { cus_1: { ...ANNA, contacts: ['carl', 'anna'] } });
      const carl = rounds.at(-1)?.find(({ userId }) => userId === 'carl');
      expect(carl).toMatchObject({ version: 0, mode: 'test' });
      expect(carl?.accounts).toMatchObject([{ role: 'contact', deliveries: [], events: [] }]);
      expect(carl?.accounts[0]?.facts).toHaveLength(1);
      expect(await accountsOf(store(), 'carl')).toEqual(['cus_1 contact']);
      expect(await accountsOf(store(), 'anna')).toEqual(['cus_1']);
      expect(await accountsOf(store(), 'cus_1')).toEqual(['cus_1']);
    });

    it('come after the accounts of their own', async () => {
      await play(store(), { cus_1: { ...ANNA, contacts: ['carl'] }, cus_2: { user: 'carl' } });
      expect(await accountsOf(store(), 'carl')).toEqual(['cus_2', 'cus_1 contact']);
    });

    it('are woken by news of the account, and not by a decision without any', async () => {
      const names = { cus_1: { ...ANNA, contacts: ['carl'] } };
      await play(store(), names);
      await arrive(store(), 'cus_1');
      await workAll(store(), NOW, decideBy(names));
      expect((await workAll(store(), NOW, decideBy(names))).map(({ userId }) => userId)).toEqual(['carl']);
      await store().wakeForRuleset('rules-2', NOW, 10);
      expect((await settle(store(), decideBy(names))).length).toBe(1);
    });

    it('of each other do not wake each other for ever', async () => {
      const names = { cus_1: { ...ANNA, contacts: ['carl'] }, cus_2: { user: 'carl', contacts: ['anna'] } };
      await play(store(), names);
      expect((await play(store(), names)).length).toBeLessThan(4);
    });

    it('who are named no more are woken once and see the account no more', async () => {
      await play(store(), { cus_1: { ...ANNA, contacts: ['carl'] } });
      const rounds = await play(store(), { cus_1: { ...ANNA, contacts: ['dora'] } });
      const woken = rounds.flat().filter(({ userId }) => userId !== 'anna');
      expect(woken.map((claim) => [claim.userId, claimed(claim)])).toEqual([
        ['carl', []],
        ['dora', ['cus_1']],
      ]);
      expect(
        (await play(store(), { cus_1: { ...ANNA, contacts: ['dora'] } })).flat().map(({ userId }) => userId),
      ).not.toContain('carl');
    });

    it('who get the account itself are no contact of it, and are one again when it leaves them', async () => {
      await play(store(), { cus_1: { ...ANNA, contacts: ['carl'] } });
      await play(store(), { cus_1: { user: 'carl', contacts: ['carl'] } });
      expect(await accountsOf(store(), 'carl')).toEqual(['cus_1']);
      await play(store(), { cus_1: { ...ANNA, contacts: ['carl'] } });
      expect(await accountsOf(store(), 'carl')).toEqual(['cus_1 contact']);
      expect(await accountsOf(store(), 'anna')).toEqual(['cus_1']);
    });

    it('who get one of several accounts are no contact of it, and are one again when it goes back', async () => {
      await play(store(), { cus_1: ANNA, cus_2: { ...ANNA, contacts: ['carl'] } });
      const rounds = await play(store(), { cus_1: ANNA, cus_2: { user: 'carl' } });
      expect(rounds[1]?.map((claim) => [claim.userId, claimed(claim)])).toContainEqual(['carl', ['cus_2']]);
      expect(await accountsOf(store(), 'carl')).toEqual(['cus_2']);
      await play(store(), { cus_2: ANNA });
      expect(await accountsOf(store(), 'carl')).toEqual([]);
    });

    it('stay contacts when their own account takes another name', async () => {
      await play(store(), { cus_1: { ...ANNA, contacts: ['carl'] }, cus_2: { user: 'carl' } });
      await play(store(), { cus_2: { user: 'dora' } });
      expect(await accountsOf(store(), 'dora')).toEqual(['cus_2']);
      expect(await accountsOf(store(), 'carl')).toEqual(['cus_1 contact']);
    });

    it('go with the account to another person', async () => {
      await play(store(), { cus_1: { ...ANNA, contacts: ['carl'] }, cus_2: { user: 'ben' } });
      await play(store(), { cus_1: { user: 'ben', contacts: ['carl'] } });
      expect(await accountsOf(store(), 'ben')).toEqual(['cus_1', 'cus_2']);
      expect(await accountsOf(store(), 'carl')).toEqual(['cus_1 contact']);
    });
  });
};
