import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/instant.ts';
import type { CommitBrake } from '../../src/pipeline/brakes/brake-ports.ts';
import { accountsOf, decideBy } from './store-people.ts';
import { decided, deliveryOf, later, NOW, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const LIMIT = { share: 0.5, withinMs: HOUR_MS, fromPeople: 4 };
const COUNTS: CommitBrake = { held: null, counts: LIMIT };
const HELD: CommitBrake = { held: 'share', counts: null };
const RELEASE = { actor: 'ada', reason: 'checked' };

/** What every store keeps of the brakes (semantics G10). */
export const brakePromises = (store: Subject): void => {
  describe('brakes', () => {
    const know = (people: readonly string[]) =>
      store().accept(people.map((customer) => deliveryOf(customer, `evt_${customer}`)));
    const four = ['cus_a', 'cus_b', 'cus_c', 'cus_d'];
    /** Decides all who are due in one batch; answers how the brake stood to each. */
    const work = async (brake: CommitBrake, now = NOW, limit = 64): Promise<readonly string[]> => {
      const seen: string[] = [];
      await store().work(now, limit, (claim) => {
        seen.push(claim.brake);
        return decided(claim, { at: now, brake: claim.brake === 'engaged' ? HELD : brake });
      });
      return seen;
    };

    it('engage within one batch at the entry that is too many, which is not written and decided again', async () => {
      await know(four);
      expect(await work(COUNTS)).toEqual(['off', 'off', 'off', 'off']);
      expect((await store().brakeStatus()).stop).toMatchObject({ engagedAt: NOW, entered: 3, known: 4 });
      expect((await store().counts()).deliveries).toMatchObject({ understood: 2, unread: 2 });
      expect(await work(COUNTS)).toEqual(['engaged', 'engaged']);
      expect((await store().counts()).brake.held).toEqual({ share: 2, person: 0 });
    });

    it('do not engage while fewer are known than are counted from, or when enough time lies between', async () => {
      await know(['cus_a', 'cus_b', 'cus_c']);
      await work(COUNTS);
      await know(['cus_d']);
      await work(COUNTS, later(HOUR_MS + MINUTE_MS));
      expect((await store().brakeStatus()).stop).toBeNull();
    });

    it('once released make everybody due who waited, and say so to their decision until it is written', async () => {
      await know(four);
      await work(COUNTS);
      await work(COUNTS);
      expect(await store().releaseBrake(RELEASE, later(1))).toBe(2);
      expect(await work({ held: null, counts: null }, later(1))).toEqual(['released', 'released']);
      expect(await store().brakeStatus()).toMatchObject({ stop: null, held: { share: 0, person: 0 }, past: [RELEASE] });
      expect(await store().releaseBrake(RELEASE, later(2))).toBeNull();
    });

    it('name who waits, for a release first, and at most as many as asked for', async () => {
      await know(four);
      await work({ held: 'person', counts: null }, NOW, 1);
      await work(COUNTS);
      await work(COUNTS, later(1));
      const held = await store().heldPeople(10);
      expect(held.map(({ cause, customer, since }) => [cause, customer, since])).toEqual([
        ['share', 'cus_d', later(1)],
        ['person', 'cus_a', NOW],
      ]);
      expect(await store().heldPeople(1)).toEqual(held.slice(0, 1));
      await store().releaseBrake(RELEASE, later(2));
      expect(
        (await store().heldPeople(10)).map(({ cause }) => cause),
        'who was let go waits no more',
      ).toEqual(['person']);
    });

    it('wake nobody on release who waits for room of their own', async () => {
      await know(four);
      await work({ held: 'person', counts: null }, NOW, 1);
      await work(COUNTS);
      await store().releaseBrake(RELEASE, later(1));
      expect((await store().brakeStatus()).held.person).toBe(1);
    });

    it('hold back nobody by a decision made before the release and written after it: it is made again', async () => {
      await know(four);
      await work(COUNTS);
      await work(COUNTS, NOW, 1);
      await store().releaseBrake(RELEASE, later(1));
      // What a release between the reading and the writing of a decision leaves: it holds, and nothing is stopped.
      expect(await work(HELD, later(1), 64)).toEqual(['off', 'released']);
      expect((await store().brakeStatus()).held.share).toBe(0);
      expect((await store().counts()).deliveries.unread).toBe(1);
      await work({ held: null, counts: null }, later(1));
      expect((await store().counts()).deliveries.unread).toBe(0);
    });

    describe('and an account whose user is somebody who is known', () => {
      const names = { cus_a: { user: 'anna' }, cus_b: { user: 'anna' } };
      const entering = (share: number) =>
        decideBy(names, () => ({ brake: { held: null, counts: { ...LIMIT, share, fromPeople: 1 } } }));
      const decideAll = async (people: readonly string[], decide = decideBy(names)) => {
        await know(people);
        await workAll(store(), NOW, decide);
      };

      it('count the person, and not the decision about the account, which is dropped', async () => {
        await decideAll(['cus_a', 'cus_c', 'cus_d']);
        await decideAll(['cus_e', 'cus_f'], entering(0.6));
        // Two of five have entered, and three may.
        await decideAll(['cus_b'], entering(0.6));
        await workAll(store(), NOW, entering(0.6));
        expect(await accountsOf(store(), 'anna')).toEqual(['cus_a', 'cus_b']);
        expect((await store().brakeStatus()).stop).toBeNull();
      });

      it('do not engage for a decision that enters nobody, and keep what it says of whose the account is', async () => {
        await decideAll(['cus_a']);
        await decideAll(['cus_b'], entering(0.01));
        expect((await store().brakeStatus()).stop).toBeNull();
        expect(await accountsOf(store(), 'anna')).toEqual(['cus_a', 'cus_b']);
        await workAll(store(), NOW, entering(0.01));
        expect((await store().brakeStatus()).stop).toMatchObject({ entered: 1, known: 1 });
      });
    });

    it('forget who is erased', async () => {
      await know(four);
      await work({ held: 'person', counts: null });
      await store().erase('cus_a', later(1), { tools: [], former: false });
      expect((await store().brakeStatus()).held.person).toBe(3);
    });
  });

  describe('the mode', () => {
    it('is remembered: the first switch to enforce of a store that had observed, once', async () => {
      expect(await store().noteMode('observe', NOW)).toBeNull();
      expect(await store().noteMode('enforce', later(1))).toBe(later(1));
      expect(await store().noteMode('observe', later(2))).toBe(later(1));
      expect(await store().noteMode('enforce', later(3))).toBe(later(1));
    });

    it('of the newest start is known, and since when all have run so', async () => {
      const mode = async () => (await store().observed()).mode;
      expect(await mode()).toBeNull();
      await store().noteMode('observe', NOW);
      await store().noteMode('enforce', later(1));
      await store().noteMode('enforce', later(2));
      expect(await mode()).toEqual({ is: 'enforce', since: later(1) });
      await store().noteMode('observe', later(3));
      expect(await mode()).toEqual({ is: 'observe', since: later(3) });
    });

    it('of a store that never observed begins no floor, and decisions hear of one that did', async () => {
      expect(await store().noteMode('enforce', NOW)).toBeNull();
      await store().noteMode('observe', later(1));
      await store().noteMode('enforce', later(2));
      await store().accept([deliveryOf('cus_a', 'evt_a')]);
      const since: unknown[] = [];
      await store().work(later(3), 1, (claim) => {
        since.push(claim.enforcedSince);
        return decided(claim);
      });
      expect(since).toEqual([later(2)]);
    });
  });
};
