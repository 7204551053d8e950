import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import type { Commit, Store } from '../../src/pipeline/ports.ts';
import {
  customerOf,
  decided,
  delivery,
  deliveryAbout,
  deliveryOf,
  later,
  NOTHING_SAID,
  NOW,
  queued,
  workAll,
} from './store-samples.ts';
import type { Subject } from './store-suite.ts';
import { BRAZE, edge, settlementOf, UNKNOWN, waiting, wanted } from './store-tool-samples.ts';

const ADA = 'user_ada_lovelace';
const BEA = 'user_bea_potter';
const RETENTION = { deliveriesDays: 400, outboxDays: 30, logDays: 400 };

const known = (id: string, userId: string | null, email: string): Fact => ({
  kind: 'customer_observed',
  id,
  occurredAt: NOW,
  receivedAt: NOW,
  userId,
  contactUserIds: [],
  email,
  defaultPaymentMethodId: null,
  deleted: false,
});

/** A decision about whoever `who` says each customer is, that says all that can be said of somebody. */
const tellAll =
  (who: Readonly<Record<string, string>>, changes: Partial<Commit> = {}) =>
  (claim: Parameters<typeof decided>[0]): Commit => {
    const customer = customerOf(claim);
    const userId = who[customer] ?? claim.userId;
    if (customer === '' || userId === null) return decided(claim);
    return decided(claim, {
      facts: [known(`fact ${customer}`, userId, `${userId}@example.com`)],
      aliases: [`user:${userId}`],
      references: [`in_${customer}_1`],
      events: [{ messageId: `m ${customer}`, event: 'payment_failed', silent: false }],
      outbox: [queued(`m ${customer}`, { userId, properties: { invoice_id: `in_${customer}_1` } })],
      tools: [wanted({ userId, edges: [edge(`e ${customer}`)] })],
      commitments: { ...NOTHING_SAID, userId, channel: 'segment', accounts: { [customer]: { mrr: 1 } } },
      view: JSON.stringify({ user_id: userId, anonymous_id: null }),
      log: ['said payment_failed'],
      ...changes,
    });
  };

/** Ada with one account and Bea with another, of whom all was told. */
const tellOfTwo = async (store: Store): Promise<void> => {
  await store.accept([deliveryOf('cus_ada1', 'evt_1'), deliveryOf('cus_bea1', 'evt_2')]);
  await workAll(store, NOW, tellAll({ cus_ada1: ADA, cus_bea1: BEA }));
};

const stored = async (store: Store): Promise<string> =>
  JSON.stringify([
    await store.findProfiles('cus_ada1'),
    await store.findProfiles(ADA),
    await store.deadLetters({ replayed: true, limit: 100 }),
    await store.nextCalls({ channel: 'segment', calls: 100, bytes: 1e6 }),
    await waiting(store),
    await store.counts(),
  ]);

/** What whoever asks to be forgotten may rely on. */
export const privacyPromises = (store: Subject): void => {
  describe('erasing', () => {
    it('finds a person by user id, customer id and address, and nobody by anything else', async () => {
      await tellOfTwo(store());
      for (const id of [ADA, 'cus_ada1', `${ADA}@example.com`]) {
        const found = await store().findErasable(id);
        expect(found, id).toMatchObject({
          customers: [{ provider: 'stripe', merchant: '', mode: 'test', customer: 'cus_ada1' }],
          userIds: [ADA],
          emails: [`${ADA}@example.com`],
          rows: { profiles: 1, customers: 1, deliveries: 1, facts: 1, outbox: 1, decisions: 1, tool_states: 1 },
        });
      }
      expect(await store().findErasable('user_ada')).toBeNull();
      expect(await store().erase('user_ada', NOW)).toBeNull();
    });

    it('deletes every row of the person and none of anybody else', async () => {
      await tellOfTwo(store());
      const bea = await store().findProfiles(BEA);
      const erased = await store().erase(ADA, later(1));
      expect(erased?.rows).toMatchObject({
        profiles: 1,
        customers: 1,
        decisions: 1,
        committed_events: 1,
        tool_edges: 1,
      });
      expect(await stored(store())).not.toMatch(/cus_ada1|lovelace/);
      expect(await store().findProfiles(BEA)).toEqual(bea);
      expect(await store().counts()).toMatchObject({
        profiles: 1,
        deliveries: { understood: 1 },
        outbox: { queued: 1 },
      });
    });

    it('erases all accounts of a person, and the profiles that were joined to it', async () => {
      await tellOfTwo(store());
      await store().accept([deliveryOf('cus_ada2', 'evt_3', later(1))]);
      // Decided as somebody unknown first, then linked: joined to Ada.
      await workAll(store(), later(1), (claim) => decided(claim, { log: ['nobody yet'] }));
      await store().accept([deliveryOf('cus_ada2', 'evt_4', later(2))]);
      await workAll(store(), later(2), (claim) => decided(claim, { aliases: [`user:${ADA}`] }));
      expect(await store().findErasable('cus_ada2')).toMatchObject({
        rows: { customers: 2, profiles: 2, decisions: 2 },
      });
      await store().erase('cus_ada2', later(3));
      expect(await store().findProfiles('cus_ada1')).toEqual([]);
      expect(await store().counts()).toMatchObject({ profiles: 1 });
    });

    it.each([
      [false, ['user_right']],
      [true, ['user_right', ADA].toSorted()],
    ])(
      'leaves a user whom the account named before to themselves, unless told that they are the same: %s',
      async (former, gone) => {
        await tellOfTwo(store());
        await store().accept([deliveryOf('cus_ada1', 'evt_3', later(1))]);
        await workAll(store(), later(1), (claim) => decided(claim, { aliases: ['user:user_right'] }));
        expect(await store().findErasable('user_right')).toMatchObject({
          userIds: ['user_right'],
          formerUserIds: [ADA],
        });
        await store().erase('user_right', later(2), { tools: ['other'], former });
        expect(await stored(store())).not.toMatch(/cus_ada1|lovelace/);
        const owed = (await store().toolDeletions()).filter(({ tool }) => tool === 'other');
        expect(owed.map(({ id }) => id).toSorted()).toEqual(gone);
        await store().accept([deliveryOf('cus_new1', 'evt_4', later(3))]);
        await workAll(store(), later(3), (claim) => decided(claim, { aliases: [`user:${ADA}`] }));
        expect((await store().findProfiles(ADA)).length).toBe(former ? 0 : 1);
      },
    );

    it('keeps later webhooks about the customer and the objects out, in the same mode and account only', async () => {
      await tellOfTwo(store());
      await store().erase(ADA, later(1));
      expect(
        await store().accept([
          deliveryOf('cus_ada1', 'evt_10'),
          deliveryAbout(['in_cus_ada1_1'], 'evt_11'),
          delivery('evt_12', {
            keys: { customer: null },
            rawBody: '{"id":"evt_12","x":"cus_ada1"}',
            end: 'dead_letter',
          }),
          deliveryOf('cus_bea1', 'evt_13'),
          delivery('evt_14', { keys: { customer: 'cus_ada1', mode: 'live' } }),
          delivery('evt_15', { keys: { customer: 'cus_ada1', merchant: 'acct_2' } }),
        ]),
      ).toEqual(['erased', 'erased', 'erased', 'stored', 'stored', 'stored']);
      expect((await store().counts()).deliveries).toMatchObject({ dead_letter: 0, unresolved: 0 });
    });

    it('lets nobody back in under the erased user id: neither as a new customer nor as a contact', async () => {
      await tellOfTwo(store());
      await store().erase(ADA, later(1));
      await store().accept([deliveryOf('cus_ada9', 'evt_20', later(2)), deliveryOf('cus_bea1', 'evt_21', later(2))]);
      await workAll(store(), later(2), (claim) =>
        customerOf(claim) === 'cus_bea1'
          ? decided(claim, { contactUserIds: [ADA] })
          : tellAll({ cus_ada9: ADA })(claim),
      );
      expect(await store().findProfiles('cus_ada9')).toEqual([]);
      expect(await store().findProfiles(ADA)).toEqual([]);
      expect(await store().accept([deliveryOf('cus_ada9', 'evt_22')])).toEqual(['erased']);
      expect(await store().counts()).toMatchObject({ profiles: 1 });
    });

    it('leaves an outcome that comes afterwards without effect', async () => {
      await tellOfTwo(store());
      const [row] = (await waiting(store())).filter(({ userId }) => userId === ADA);
      if (row === undefined) throw new Error('no row waits');
      await store().saveToolCall('braze', 'live', [settlementOf(row, UNKNOWN)]);
      const calls = await store().nextCalls({ channel: 'segment', calls: 10, bytes: 1e6 });
      await store().erase(ADA, later(1));
      expect(await store().loadToolCall('braze', 'live')).toEqual([]);
      await store().settleTools([settlementOf(row, { result: 'rejected', reason: 'late' })], later(2), later(2));
      await store().settle(
        calls.map(({ seq }) => ({ seq, outcome: { result: 'rejected', reason: 'late' } })),
        later(2),
      );
      const letters = await store().deadLetters({ replayed: true, limit: 10 });
      expect(letters.map(({ subject }) => subject)).toEqual(['m cus_bea1']);
    });

    it('remembers what to delete in the tools, later where a call was under way, until it is settled', async () => {
      await tellOfTwo(store());
      const [row] = (await waiting(store())).filter(({ userId }) => userId === ADA);
      if (row !== undefined) await store().saveToolCall('braze', 'live', [settlementOf(row, UNKNOWN)]);
      await store().erase(ADA, later(1), { tools: ['other'] });
      const owed = await store().toolDeletions();
      expect(owed.map(({ tool, id }) => [tool, id])).toEqual([
        ['braze', ADA],
        ['other', ADA],
        ['segment', ADA],
      ]);
      expect(owed[0]?.notBefore).toBeGreaterThan(later(1));
      expect(owed[2]?.notBefore).toBe(later(1));
      await store().settleToolDeletions(owed.slice(0, 2));
      expect((await store().toolDeletions()).map(({ tool }) => tool)).toEqual(['segment']);
    });

    it('finds the names in what belongs to others: webhooks of nobody go, people who stay lose the names only', async () => {
      await tellOfTwo(store());
      await store().accept([
        delivery('evt_40', { keys: { customer: null, objects: ['py_9'] }, rawBody: `{"email":"${ADA}@example.com"}` }),
        delivery('evt_41', {
          keys: { customer: 'cus_bea1' },
          rawBody: `{"metadata":{"contacts":"${ADA},x"},"amount":5}`,
        }),
        delivery('evt_42', {
          keys: { customer: null, objects: ['py_8'] },
          rawBody: '{"email":"somebody@example.com"}',
        }),
      ]);
      const erased = await store().erase(ADA, later(1));
      expect(erased?.rows).toMatchObject({ delivery_bodies: 3 });
      const bodies: string[] = [];
      await workAll(store(), later(2), (claim) => {
        bodies.push(...claim.accounts.flatMap(({ deliveries }) => deliveries.map(({ rawBody }) => rawBody)));
        return decided(claim);
      });
      expect(bodies).toEqual(['{"metadata":{"contacts":",x"},"amount":5}']);
      expect((await store().counts()).deliveries.unresolved).toBe(1);
    });

    it('leaves an address that somebody else has, too', async () => {
      await store().accept([deliveryOf('cus_ada1', 'evt_1'), deliveryOf('cus_bea1', 'evt_2')]);
      await workAll(store(), NOW, (claim) =>
        decided(claim, { facts: [known(`f ${customerOf(claim)}`, null, 'office@example.com')] }),
      );
      expect(await store().erase('cus_ada1', later(1))).toMatchObject({ emails: [] });
      const [bea] = await store().findProfiles('cus_bea1');
      const history = await store().profileHistory(bea?.profileId ?? 0, later(2));
      expect(history?.accounts[0]?.facts).toMatchObject([{ email: 'office@example.com' }]);
    });

    it('is done once: nobody is found again, and nothing is left to be finished', async () => {
      await tellOfTwo(store());
      await store().erase(ADA, later(1));
      expect(await store().erase(ADA, later(2))).toBeNull();
      expect(await store().finishErasures(later(2))).toBe(0);
      expect(await store().compact()).toBe(true);
    });
  });

  describe('a sweep', () => {
    const over = plus(NOW, 401 * DAY_MS);

    it('deletes what was kept long enough, in portions, and keeps all that a decision needs', async () => {
      await tellOfTwo(store());
      const calls = await store().nextCalls({ channel: 'segment', calls: 10, bytes: 1e6 });
      await store().settle(
        calls.map(({ seq }) => ({ seq, outcome: { result: 'delivered' } })),
        later(1),
      );
      for (const row of await waiting(store()))
        await store().settleTools([settlementOf(row, { result: 'delivered', warning: null })], later(1), later(1));
      expect(await store().sweep(RETENTION, later(2), 100)).toEqual({ rows: {}, more: false });
      expect(await store().sweep(RETENTION, over, 1)).toEqual({ rows: { deliveries: 1 }, more: true });
      expect((await store().sweep(RETENTION, over, 100)).rows).toEqual({
        deliveries: 1,
        outbox: 2,
        tool_edges: 2,
        tool_sends: 2,
        decisions: 2,
      });
      const [ada] = await store().findProfiles(ADA);
      expect(ada).toMatchObject({ deliveries: [], calls: [], log: [], tools: [{ ...BRAZE, status: 'settled' }] });
      const history = await store().profileHistory(ada?.profileId ?? 0, over);
      expect(history?.accounts[0]?.facts).toHaveLength(1);
    });

    it('never deletes what is unread, unresolved, queued, waiting or held back by an open dead letter', async () => {
      await tellOfTwo(store());
      await store().accept([
        deliveryOf('cus_ada1', 'evt_50'),
        deliveryAbout(['in_9'], 'evt_51'),
        delivery('evt_52', { end: 'dead_letter', detail: 'torn' }),
      ]);
      const before = await store().counts();
      const { rows } = await store().sweep({ ...RETENTION, logDays: 4_000 }, over, 100);
      expect(rows).toEqual({ deliveries: 2 });
      const after = await store().counts();
      expect(after.deliveries).toEqual({ ...before.deliveries, understood: 0 });
      expect(after.outbox).toEqual(before.outbox);
      expect(await store().toolCounts()).toMatchObject([{ tool: 'braze', waiting: 2 }]);
      expect(await store().replayDeadLetters(null, over)).toBe(1);
    });
  });
};
