import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import type { Claim } from '../../src/pipeline/ports.ts';
import { accountsOf, arrive, claimed, decideBy, play, settle } from './store-people.ts';
import {
  call,
  customerOf,
  decided,
  delivery,
  deliveryOf,
  later,
  NOTHING_SAID,
  NOW,
  parked,
  queued,
  workAll,
} from './store-samples.ts';
import type { Subject } from './store-suite.ts';

const CALLS = { channel: 'segment', calls: 100, bytes: 1_000_000 } as const;
const ANNA = { user: 'anna' };
const BEN = { user: 'ben' };

/** What people with several accounts may rely on. */
export const peoplePromises = (store: Subject): void => {
  const profileOf = async (id: string) => (await store().findProfiles(id))[0]?.profileId;
  const saidIn = async () => (await store().nextCalls(CALLS)).map(({ call, profileId }) => [call.messageId, profileId]);

  describe('accounts that name one user', () => {
    it('are one profile, each with its own facts, events and deliveries, own ones by age', async () => {
      await arrive(store(), 'cus_2', 'cus_1');
      const said = (customer: string) => ({
        events: [{ messageId: `m_${customer}`, event: 'payment_failed', silent: false }],
      });
      const rounds = await settle(store(), decideBy({ cus_1: ANNA, cus_2: ANNA }, undefined, said));
      await arrive(store(), 'cus_1');
      const [claim] = await workAll(store(), NOW);
      expect(rounds.length).toBe(2);
      expect(claim).toMatchObject({ userId: 'anna', mode: 'test' });
      expect(claim?.accounts).toMatchObject([
        { customer: { customer: 'cus_2' }, role: 'owner', events: [{ messageId: 'm_cus_2' }], deliveries: [] },
        { customer: { customer: 'cus_1' }, role: 'owner', events: [{ messageId: 'm_cus_1' }], deliveries: [{}] },
      ]);
      expect(claim?.accounts.map(({ facts }) => facts.length)).toEqual([1, 1]);
      expect((await store().counts()).profiles).toBe(1);
    });

    it('of live and of test mode are two people', async () => {
      await store().accept([delivery('evt_1'), delivery('evt_2', { keys: { mode: 'live' } })]);
      await settle(store(), decideBy({ cus_1: ANNA }));
      expect((await store().findProfiles('anna')).map(({ mode }) => mode)).toEqual(['test', 'live']);
    });

    it('are joined by a decision of which nothing is saved, and are decided together', async () => {
      await play(store(), { cus_1: ANNA });
      await arrive(store(), 'cus_2');
      const dropped = () => ({ outbox: [queued('m_dropped')] });
      await workAll(store(), NOW, decideBy({ cus_1: ANNA, cus_2: ANNA }, dropped));
      expect((await saidIn()).map(([id]) => id)).not.toContain('m_dropped');
      expect((await store().counts()).deliveries).toMatchObject({ unread: 1, understood: 1 });
      const [claim, ...others] = await workAll(store(), NOW);
      expect(others).toEqual([]);
      expect(claim?.accounts).toMatchObject([
        { customer: { customer: 'cus_1' }, deliveries: [] },
        { customer: { customer: 'cus_2' }, deliveries: [{ source: 'webhook' }], facts: [] },
      ]);
    });

    it('drop what was decided of either from before they were one, in the same round too', async () => {
      await play(store(), { cus_2: ANNA });
      await store().accept([deliveryOf('cus_1', 'evt_x', NOW), deliveryOf('cus_2', 'evt_y', later(1))]);
      const round = (claim: Claim) =>
        decideBy({ cus_1: ANNA, cus_2: ANNA }, () => ({ log: [customerOf(claim)], at: later(1) }))(claim);
      const claims = await workAll(store(), later(1), round);
      expect(claims.map(customerOf)).toEqual(['cus_1', 'cus_2']);
      expect((await store().findProfiles('anna'))[0]?.log).toEqual([]);
      const [both] = await workAll(store(), later(1));
      expect(both === undefined ? [] : claimed(both)).toEqual(['cus_2', 'cus_1']);
    });

    it('share one claim of at most a thousand deliveries; the rest keeps the person due', async () => {
      await play(store(), { cus_1: ANNA, cus_2: ANNA });
      const many = (customer: string) =>
        Array.from({ length: 600 }, (_, n) => deliveryOf(customer, `${customer}_${n}`));
      await store().accept([...many('cus_1'), ...many('cus_2')]);
      const sizes = (await settle(store(), decideBy({ cus_1: ANNA, cus_2: ANNA }))).map(([claim]) =>
        claim?.accounts.map(({ deliveries }) => deliveries.length),
      );
      expect(sizes).toEqual([
        [600, 400],
        [0, 200],
      ]);
    });
  });

  describe('an anonymous profile whose account turns out to be somebody', () => {
    it('takes the user id in its place while nobody else has it', async () => {
      await play(store(), { cus_1: {} });
      const before = await profileOf('cus_1');
      await play(store(), { cus_1: ANNA });
      expect(await profileOf('anna')).toBe(before);
      expect(await accountsOf(store(), 'anon_cus_1')).toEqual(['cus_1']);
    });

    it('is absorbed: what it was told is handed over, its calls leave in their order, its ids lead to the person', async () => {
      await play(store(), { cus_1: ANNA, cus_2: {} });
      const anna = await profileOf('anna');
      await arrive(store(), 'cus_2');
      const [, [claim] = []] = await settle(store(), decideBy({ cus_2: ANNA }));
      expect(claim?.commitments.absorbed).toEqual([
        { anonymousId: 'anon_cus_2', audiences: ['dunning'], channel: 'segment' },
      ]);
      const said = await saidIn();
      expect(said.map(([id]) => id)).toEqual(['said:1:0', 'said:2:0', `said:1:${claim?.version}`]);
      expect(new Set(said.map(([, profile]) => profile))).toEqual(new Set([anna]));
      for (const id of ['anon_cus_2', 'cus_2', 'anna'])
        expect(await accountsOf(store(), id)).toEqual(['cus_1', 'cus_2']);
      expect((await store().counts()).profiles).toBe(1);
    });

    it('hands over what it had absorbed itself, and nothing where nothing was told', async () => {
      const email = 'a@example.com';
      const keep = ({ commitments }: Claim) => ({
        commitments: { ...commitments, traits: {}, audiences: ['dunning'] },
      });
      await play(store(), { cus_1: { email }, cus_2: {}, cus_3: ANNA, cus_5: {} });
      await arrive(store(), 'cus_2');
      await settle(store(), decideBy({ cus_1: { email }, cus_2: { email } }, keep));
      await arrive(store(), 'cus_1', 'cus_4', 'cus_5');
      const rounds = await settle(store(), decideBy({ cus_1: ANNA, cus_3: ANNA, cus_4: ANNA, cus_5: ANNA }, keep));
      const [last] = rounds.at(-1) ?? [];
      expect(last === undefined ? [] : claimed(last)).toEqual(['cus_1', 'cus_2', 'cus_3', 'cus_5', 'cus_4']);
      expect(await accountsOf(store(), 'anon_cus_2')).toContain('cus_3');
      const told = { audiences: ['dunning'], channel: 'segment' };
      expect(last?.commitments.absorbed).toEqual([
        { anonymousId: 'anon_cus_2', ...told },
        { anonymousId: 'anon_cus_1', ...told },
        { anonymousId: 'anon_cus_5', ...told },
      ]);
    });

    it('leaves no open dead letter of its decisions behind, and its refused calls to the person', async () => {
      const { userId: _, ...identify } = call('m_identify', { type: 'identify', anonymousId: 'anon_cus_2' });
      await play(store(), { cus_1: ANNA });
      await arrive(store(), 'cus_2');
      await settle(
        store(),
        decideBy({}, () => ({ outbox: [{ call: identify, channel: 'segment' }] })),
      );
      const [, row] = await store().nextCalls(CALLS);
      await store().settle([{ seq: row?.seq ?? 0, outcome: { result: 'rejected', reason: 'no' } }], NOW);
      await arrive(store(), 'cus_2');
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      await settleAt(later(HOUR_MS), { cus_2: ANNA });
      const letters = await store().deadLetters({ replayed: false, limit: 10 });
      expect(letters.map(({ kind, subject }) => [kind, subject])).toEqual([['call', 'm_identify']]);
      expect(await store().replayDeadLetters(null, NOW)).toBe(1);
      expect(await workAll(store(), NOW)).toMatchObject([{ userId: 'anna', commitments: { traits: {} } }]);
    });
  });

  const settleAt = async (now: typeof NOW, names: Parameters<typeof decideBy>[0]): Promise<void> => {
    while ((await workAll(store(), now, decideBy(names))).length > 0);
  };

  describe('an account that names another user', () => {
    it('stays where it is while that user has no profile, and the former one is known by the decision', async () => {
      await play(store(), { cus_1: ANNA });
      const before = await profileOf('anna');
      const rounds = await play(store(), { cus_1: BEN });
      expect(rounds).toHaveLength(1);
      expect(rounds[0]?.[0]).toMatchObject({ userId: 'anna', commitments: { userId: 'anna' } });
      expect([await profileOf('ben'), await profileOf('anna')]).toEqual([before, undefined]);
      await play(store(), { cus_2: ANNA });
      expect(await accountsOf(store(), 'anna')).toEqual(['cus_2']);
    });

    it('moves to that user, and the profile that it leaves is decided first, without accounts', async () => {
      await play(store(), { cus_2: BEN });
      await play(store(), { cus_1: ANNA });
      await arrive(store(), 'cus_1');
      const [, second] = await settle(store(), decideBy({ cus_1: BEN, cus_2: BEN }));
      expect(second?.map((claim) => [claim.userId, claimed(claim)])).toEqual([
        ['anna', []],
        ['ben', ['cus_2', 'cus_1']],
      ]);
      expect(second?.[0]?.commitments.userId).toBe('anna');
      expect(await accountsOf(store(), 'anna')).toEqual([]);
      expect((await store().findProfiles('anna'))[0]).toMatchObject({ userId: 'anna', accounts: [] });
    });

    it('is decided after the profile that it left, however long the other was due', async () => {
      await play(store(), { cus_2: BEN, cus_1: ANNA });
      await store().accept([deliveryOf('cus_2', 'evt_older'), deliveryOf('cus_1', 'evt_old', later(1))]);
      const at = later(HOUR_MS);
      const decide = (claim: Claim) => decideBy({ cus_1: BEN, cus_2: BEN }, () => ({ at }))(claim);
      const stillDue = (claim: Claim) => ({ ...decide(claim), dueAt: NOW });
      await workAll(store(), at, stillDue);
      expect((await workAll(store(), at, decide)).map(({ userId }) => userId)).toEqual(['anna', 'ben']);
    });
  });

  describe('accounts that name several users', () => {
    it('part: whose user it is keeps it, the others move, and who is left is decided first', async () => {
      await play(store(), { cus_3: BEN, cus_1: ANNA, cus_2: ANNA });
      const anna = await profileOf('anna');
      await arrive(store(), 'cus_1', 'cus_2');
      const names = { cus_1: ANNA, cus_2: BEN, cus_3: BEN };
      const [, second] = await settle(store(), decideBy(names));
      expect(second?.map((claim) => [claim.userId, claimed(claim)])).toEqual([
        ['anna', ['cus_1']],
        ['ben', ['cus_3', 'cus_2']],
      ]);
      expect(await profileOf('anna')).toBe(anna);
      expect((await store().counts()).deliveries.unread).toBe(0);
    });

    it('part into a new profile where the user has none; who names nobody stays', async () => {
      const email = 'a@example.com';
      await play(store(), { cus_1: { ...ANNA, email }, cus_2: ANNA });
      await play(store(), { cus_3: { email } });
      await arrive(store(), 'cus_1', 'cus_2');
      await settle(store(), decideBy({ cus_1: { ...ANNA, email }, cus_2: BEN, cus_3: { email } }));
      expect(await accountsOf(store(), 'anna')).toEqual(['cus_1', 'cus_3']);
      expect(await accountsOf(store(), 'ben')).toEqual(['cus_2']);
    });

    it('drop what was decided of whom they part to, in the same round too', async () => {
      await play(store(), { cus_1: ANNA, cus_2: ANNA, cus_3: BEN });
      await store().accept([deliveryOf('cus_2', 'evt_x'), deliveryOf('cus_3', 'evt_y', later(1))]);
      const names = { cus_1: ANNA, cus_2: BEN, cus_3: BEN };
      const log = (claim: Claim) => ({ log: claimed(claim), at: later(1) });
      await workAll(store(), later(1), decideBy(names, log));
      await workAll(store(), later(1), decideBy(names, log));
      expect((await store().findProfiles('ben'))[0]?.log.map(({ lines }) => lines)).toEqual([['cus_2', 'cus_3']]);
    });

    it('of somebody who was never a user leave nothing behind but what was told, with the first of them', async () => {
      const email = 'a@example.com';
      await play(store(), { cus_1: { email }, cus_2: { email } });
      await arrive(store(), 'cus_1', 'cus_2');
      await settle(store(), decideBy({ cus_1: ANNA, cus_2: BEN }));
      expect(await accountsOf(store(), 'anon_cus_1')).toEqual(['cus_1']);
      expect([await accountsOf(store(), 'anna'), await accountsOf(store(), 'ben')]).toEqual([['cus_1'], ['cus_2']]);
      expect((await store().counts()).profiles).toBe(2);
    });
  });

  describe('what was said of an account that moved', () => {
    it('is known to whom it belongs now, and a call of it that broke the plan is due there again', async () => {
      await play(store(), { cus_2: BEN });
      await arrive(store(), 'cus_1');
      const letter = { kind: 'call', subject: 'm_1', code: 'x', message: 'breaks the plan' } as const;
      const payload = JSON.stringify({ context: { groupId: 'cus_1' } });
      await workAll(store(), NOW, (claim) =>
        decided(claim, {
          aliases: ['user:anna'],
          commitments: { ...NOTHING_SAID, userId: 'anna' },
          events: [{ messageId: 'm_1', event: 'payment_failed', silent: false }],
          deadLetters: [{ ...letter, payload, amountMinor: null, currency: null }],
        }),
      );
      await play(store(), { cus_1: BEN });
      expect(await store().replayDeadLetters(null, NOW)).toBe(1);
      const claims = await workAll(store(), NOW);
      expect(claims.map(({ userId }) => userId)).toEqual(['ben']);
      expect(claims[0]?.accounts[1]).toMatchObject({ customer: { customer: 'cus_1' }, events: [{ unsaid: true }] });
    });
  });

  describe('emails', () => {
    const email = 'a@example.com';

    it('join anonymous accounts to each other and to the user that has the address', async () => {
      await play(store(), { cus_1: { email } });
      await play(store(), { cus_2: { email } });
      expect(await accountsOf(store(), 'cus_1')).toEqual(['cus_1', 'cus_2']);
      await play(store(), { cus_3: { ...ANNA, email } });
      expect(await accountsOf(store(), 'anna')).toEqual(['cus_1', 'cus_2', 'cus_3']);
      await play(store(), { cus_4: { email } });
      expect(await accountsOf(store(), 'anna')).toEqual(['cus_1', 'cus_2', 'cus_3', 'cus_4']);
    });

    it('never join two users', async () => {
      await play(store(), { cus_1: { ...ANNA, email }, cus_2: { ...BEN, email } });
      await play(store(), { cus_1: { ...ANNA, email }, cus_2: { ...BEN, email } });
      expect([await accountsOf(store(), 'anna'), await accountsOf(store(), 'ben')]).toEqual([['cus_1'], ['cus_2']]);
    });

    it('are free again once no account of the profile names them', async () => {
      await play(store(), { cus_1: { ...ANNA, email } });
      await play(store(), { cus_1: { ...ANNA, email: 'new@example.com' } });
      await play(store(), { cus_2: { email } });
      expect(await accountsOf(store(), 'anna')).toEqual(['cus_1']);
      expect(await accountsOf(store(), 'cus_2')).toEqual(['cus_2']);
    });
  });
};
