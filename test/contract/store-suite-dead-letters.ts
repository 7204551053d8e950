import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import type { DeadLetter, Store } from '../../src/pipeline/ports.ts';
import {
  decided,
  deliveriesOf,
  delivery,
  deliveryAbout,
  later,
  NOTHING_SAID,
  NOW,
  parked,
  queued,
  workAll,
} from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const CALLS = { channel: 'segment', calls: 10, bytes: 1_000_000 } as const;

const open = (store: Store): Promise<readonly DeadLetter[]> => store.deadLetters({ replayed: false, limit: 10 });

const nameless = (eventId: string) =>
  delivery(eventId, { keys: { customer: null }, end: 'dead_letter', detail: 'no object in it' });

/** What the dead letters may rely on. */
export const deadLetterPromises = (store: Subject): void => {
  describe('dead letters', () => {
    it('tell which webhook the door did not understand, and why, without its body', async () => {
      await store().accept([delivery('evt_1', { end: 'dead_letter', detail: 'no object', rawBody: 'SECRET' })]);
      const [letter] = await open(store());
      expect(letter).toMatchObject({
        kind: 'delivery',
        subject: 'stripe evt_1',
        code: 'delivery_not_understood',
        createdAt: NOW,
        replayedAt: null,
      });
      expect(letter?.message).toContain('no object');
      expect(JSON.stringify(letter)).not.toContain('SECRET');
    });

    it('exist for every delivery that the loop could not understand, once', async () => {
      await store().accept([delivery('evt_1'), delivery('evt_2')]);
      const own = {
        kind: 'delivery',
        code: 'x',
        message: 'own',
        payload: '{}',
        amountMinor: 5,
        currency: 'USD',
      } as const;
      await workAll(store(), NOW, (claim) =>
        decided(claim, {
          readings: deliveriesOf(claim).map(({ seq }) => ({ seq, end: 'dead_letter', detail: 'odd' })),
          facts: [],
          deadLetters: [{ ...own, subject: 'stripe evt_2' }],
        }),
      );
      const letters = await open(store());
      expect(letters.map(({ subject }) => subject).sort()).toEqual(['stripe evt_1', 'stripe evt_2']);
      expect((await store().counts()).deliveries.dead_letter).toBe(2);
    });

    it('put a delivery of a known customer back in line', async () => {
      await store().accept([delivery('evt_1', { end: 'dead_letter', detail: 'no object' })]);
      expect(await store().replayDeadLetters(null, later(HOUR_MS))).toBe(1);
      expect(await workAll(store(), later(HOUR_MS))).toMatchObject([
        { accounts: [{ deliveries: [{ eventId: 'evt_1' }] }] },
      ]);
      expect(await open(store())).toEqual([]);
      expect((await store().counts()).deliveries).toMatchObject({ understood: 1, dead_letter: 0 });
    });

    it('put a delivery that the loop did not understand back in line', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) =>
        decided(claim, {
          readings: deliveriesOf(claim).map(({ seq }) => ({ seq, end: 'dead_letter', detail: 'odd' })),
        }),
      );
      expect(await store().replayDeadLetters(null, NOW)).toBe(1);
      expect(await workAll(store(), NOW)).toMatchObject([{ accounts: [{ deliveries: [{ eventId: 'evt_1' }] }] }]);
    });

    it('stay open for a delivery of nobody unless the door reads it again and understands it', async () => {
      await store().accept([nameless('sha256:1')]);
      const again = ({ end }: { end: 'dead_letter' }) => ({ ...nameless('sha256:1'), end });
      expect(await store().replayDeadLetters(null, NOW)).toBe(0);
      expect(await store().replayDeadLetters(null, NOW, () => again({ end: 'dead_letter' }))).toBe(0);
      expect(await open(store())).toHaveLength(1);
      const seen: string[] = [];
      const readmit = (stored: { readonly rawBody: string }) => {
        seen.push(stored.rawBody);
        return delivery('evt_1');
      };
      expect(await store().replayDeadLetters(null, NOW, readmit)).toBe(1);
      expect(seen).toEqual(['{"id":"sha256:1"}']);
      expect(await workAll(store(), NOW)).toMatchObject([{ accounts: [{ deliveries: [{ eventId: 'evt_1' }] }] }]);
      expect(await store().accept([delivery('evt_1')])).toEqual(['duplicate']);
    });

    it('let a readmitted delivery wait for its customer', async () => {
      await store().accept([nameless('sha256:1'), delivery('evt_2')]);
      await store().replayDeadLetters(null, NOW, () => deliveryAbout(['in_1'], 'evt_1'));
      expect((await store().counts()).deliveries).toMatchObject({ unresolved: 1, unread: 1 });
      await workAll(store(), NOW, (claim) => decided(claim, { references: ['in_1'] }));
      expect(await workAll(store(), NOW)).toMatchObject([{ accounts: [{ deliveries: [{ eventId: 'evt_1' }] }] }]);
    });

    it('do not count a delivery twice that came again under its own id meanwhile', async () => {
      await store().accept([nameless('sha256:1'), delivery('evt_1')]);
      expect(await store().replayDeadLetters(null, NOW, () => delivery('evt_1'))).toBe(1);
      expect((await store().counts()).deliveries).toMatchObject({ unread: 1, ignored: 1, dead_letter: 0 });
    });

    it('put a refused call back at its place, under its own message id', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { outbox: [queued('m_1'), queued('m_2')] }));
      const before = await store().nextCalls(CALLS);
      await store().settle([{ seq: before[0]?.seq ?? 0, outcome: { result: 'rejected', reason: 'no' } }], NOW);
      expect(await store().nextCalls(CALLS)).toHaveLength(1);
      expect(await store().replayDeadLetters(null, NOW)).toBe(1);
      expect(await store().nextCalls(CALLS)).toEqual(before);
      await store().settle([{ seq: before[0]?.seq ?? 0, outcome: { result: 'rejected', reason: 'again' } }], NOW);
      expect(await open(store())).toHaveLength(1);
    });

    it.each([
      ['identify', { traits: {}, accounts: { cus_1: { plan_id: 'pro' } } }],
      ['group', { traits: { in_dunning: true }, accounts: {} }],
    ] as const)('have the state of a refused %s said anew instead of sending the old one', async (type, forgotten) => {
      await store().accept([delivery('evt_1')]);
      const commitments = {
        ...NOTHING_SAID,
        episodes: ['ep_1'],
        traits: { in_dunning: true },
        accounts: { cus_1: { plan_id: 'pro' } },
        userId: 'u_1',
        channel: 'segment',
        segment: null,
      } as const;
      await workAll(store(), NOW, (claim) => decided(claim, { commitments, outbox: [queued('m_1', { type })] }));
      const [row] = await store().nextCalls(CALLS);
      await store().settle([{ seq: row?.seq ?? 0, outcome: { result: 'rejected', reason: 'no' } }], NOW);
      expect(await store().replayDeadLetters(null, later(HOUR_MS))).toBe(1);
      expect(await store().nextCalls(CALLS)).toEqual([]);
      expect(await open(store())).toEqual([]);
      const [claim] = await workAll(store(), later(HOUR_MS));
      expect(claim?.commitments).toEqual({ ...commitments, ...forgotten });
    });

    describe.each(['track', 'identify'] as const)('of a refused %s about an audience', (type) => {
      const context = { personas: { computation_key: 'dunning_retrying' } };
      const refuse = async (userId: string): Promise<void> => {
        await store().accept([delivery('evt_1')]);
        const told = { traits: {}, accounts: {}, userId: 'u_1', audiences: ['dunning_retrying'], untold: [] };
        const commitments = { ...NOTHING_SAID, ...told, channel: 'recorder', segment: told } as const;
        const outbox = [queued('m_1', { type, context, userId })];
        await workAll(store(), NOW, (claim) => decided(claim, { commitments, outbox }));
        const [row] = await store().nextCalls(CALLS);
        await store().settle([{ seq: row?.seq ?? 0, outcome: { result: 'rejected', reason: 'no' } }], NOW);
        expect(await store().replayDeadLetters(null, later(HOUR_MS))).toBe(1);
      };

      it('have the membership told anew, and the traits left as told', async () => {
        await refuse('u_1');
        expect(await store().nextCalls(CALLS)).toEqual([]);
        const [claim] = await workAll(store(), later(HOUR_MS));
        const untold = ['dunning_retrying'];
        expect(claim?.commitments).toMatchObject({ traits: {}, userId: 'u_1', untold, segment: { untold } });
      });

      it('send it as it is where it is about somebody whom the customer was linked to before', async () => {
        await refuse('u_0');
        expect(await store().nextCalls(CALLS)).toMatchObject([{ call: { messageId: 'm_1' } }]);
        expect(await workAll(store(), later(HOUR_MS))).toEqual([]);
      });
    });

    it('make a parked profile due at once', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await store().replayDeadLetters(null, later(1))).toBe(1);
      expect(await store().nextDueAt()).toBe(later(1));
      expect(await workAll(store(), later(1))).toHaveLength(1);
    });

    it('let a call that never reached the outbox be due again for the next decision, until that one commits it', async () => {
      await store().accept([delivery('evt_1')]);
      const letter = { kind: 'call', subject: 'm_1', code: 'x', message: 'breaks the plan', payload: '{}' } as const;
      const events = [{ messageId: 'm_1', event: 'payment_failed', silent: false }];
      await workAll(store(), NOW, (claim) =>
        decided(claim, { events, deadLetters: [{ ...letter, amountMinor: null, currency: null }] }),
      );
      expect(await workAll(store(), NOW)).toHaveLength(0);
      expect(await store().replayDeadLetters(null, NOW)).toBe(1);
      const said = { messageId: 'm_1', event: 'payment_failed', refuted: false };
      const [due] = await workAll(store(), NOW, (claim) =>
        decided(claim, { events, outbox: [queued('m_1')], dueAt: NOW }),
      );
      expect(due?.accounts[0]?.events).toEqual([{ ...said, unsaid: true }]);
      expect(await store().nextCalls({ channel: 'segment', calls: 10, bytes: 1_000_000 })).toHaveLength(1);
      const [after] = await workAll(store(), NOW);
      expect(after?.accounts[0]?.events).toEqual([{ ...said, unsaid: false }]);
    });

    it('are replayed only if named, and only once', async () => {
      const dead = { end: 'dead_letter', detail: 'no object' } as const;
      await store().accept([delivery('evt_1', dead), delivery('evt_2', dead)]);
      const second = (await open(store())).find(({ subject }) => subject === 'stripe evt_2')?.seq ?? 0;
      expect(await store().replayDeadLetters([second], NOW)).toBe(1);
      expect(await store().replayDeadLetters([second], NOW)).toBe(0);
      expect((await open(store())).map(({ subject }) => subject)).toEqual(['stripe evt_1']);
      expect((await store().counts()).deadLetters).toBe(1);
    });
  });
};
