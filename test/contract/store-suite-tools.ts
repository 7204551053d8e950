import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import { arrive, decideBy, settle } from './store-people.ts';
import { customerOf, decided, deliveryOf, later, NOTHING_SAID, NOW, parked, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';
import { BRAZE, DELIVERED, edge, onlyRow, RETRY, settlementOf, waiting, want, wanted } from './store-tool-samples.ts';

/** What the delivery to tools may rely on: what waits, in which order, and since when. */
export const toolPromises = (store: Subject): void => {
  describe('tools', () => {
    const settleAll = async (at = NOW) => {
      const rows = await waiting(store());
      await store().settleTools(
        rows.map((row) => settlementOf(row, DELIVERED)),
        at,
        at,
      );
    };

    it('have a row for whom a decision wants something of them', async () => {
      expect(await waiting(store())).toEqual([]);
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      expect(await waiting(store())).toEqual([
        {
          ...BRAZE,
          profileId: 1,
          userId: 'u_1',
          version: 1,
          decidedAt: NOW,
          desired: { in_dunning: true },
          delivered: null,
          uncertain: [],
          edges: [{ ...edge('e_1'), seq: expect.any(Number), status: 'queued', committedAt: NOW }],
          reached: [],
          waitingSince: NOW,
          failures: 0,
        },
      ]);
    });

    it('are told apart, as are their recorders and the users that a customer was linked to', async () => {
      const changes = [
        wanted(),
        wanted({ userId: 'u_2' }),
        wanted({ channel: 'recorder' }),
        wanted({ tool: 'customer_io' }),
      ];
      await want(store(), changes);
      expect((await waiting(store())).map(({ userId }) => userId)).toEqual(['u_1', 'u_2']);
      const recorded = await store().nextToolRows({ tool: 'braze', channel: 'recorder', now: NOW, limit: 9 });
      expect(recorded).toMatchObject([{ channel: 'recorder', userId: 'u_1' }]);
      const others = await store().nextToolRows({ tool: 'customer_io', channel: 'live', now: NOW, limit: 9 });
      expect(others).toMatchObject([{ tool: 'customer_io', userId: 'u_1' }]);
    });

    it('are sent the urgent first, then the longest waiting, up to the limit', async () => {
      await want(store(), [wanted({ userId: 'u_1' })], { customer: 'cus_1', at: later(2) });
      await want(store(), [wanted({ userId: 'u_2' })], { customer: 'cus_2', at: later(1) });
      await want(store(), [wanted({ userId: 'u_3', urgent: true })], { customer: 'cus_3', at: later(3) });
      await want(store(), [wanted({ userId: 'u_4' })], { customer: 'cus_4', at: later(2) });
      expect((await waiting(store())).map(({ userId }) => userId)).toEqual(['u_3', 'u_2', 'u_1', 'u_4']);
      const first = await store().nextToolRows({ ...BRAZE, now: later(3), limit: 2 });
      expect(first.map(({ userId }) => userId)).toEqual(['u_3', 'u_2']);
    });

    it('are sent the newest state, whose wait began with the first that was not sent', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      const newest = { desired: { in_dunning: false }, edges: [edge('e_2', 'exit')], urgent: true };
      await want(store(), [wanted(newest)], { at: later(HOUR_MS) });
      const row = await onlyRow(store());
      expect(row).toMatchObject({ version: 2, decidedAt: later(HOUR_MS), desired: { in_dunning: false } });
      expect(row).toMatchObject({ waitingSince: NOW });
      expect(row.edges.map(({ event, committedAt }) => [event.id, committedAt])).toEqual([
        ['e_1', NOW],
        ['e_2', later(HOUR_MS)],
      ]);
    });

    it('are not sent while something came in of which nobody has decided what it makes of them', async () => {
      await want(store(), [wanted()]);
      await store().accept([deliveryOf('cus_1', 'evt_paid', NOW)]);
      expect(await waiting(store())).toEqual([]);
      await workAll(store(), NOW, (claim) => decided(claim, { tools: [wanted({ desired: { in_dunning: false } })] }));
      expect(await waiting(store())).toMatchObject([{ desired: { in_dunning: false } }]);
    });

    it('are not sent while the decision about what came in fails, however long it is parked', async () => {
      await want(store(), [wanted()]);
      await store().accept([deliveryOf('cus_1', 'evt_paid', NOW)]);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await waiting(store(), later(1))).toEqual([]);
      await workAll(store(), later(HOUR_MS), (claim) => decided(claim));
      expect(await waiting(store(), later(HOUR_MS))).toHaveLength(1);
    });

    it('are sent while a decision fails that had nothing to read: what they say was true, and is', async () => {
      await want(store(), [wanted()]);
      await store().wakeForRuleset('rules-2', NOW, 10);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await waiting(store(), later(1))).toHaveLength(1);
    });

    it('hear nothing of a contact while nobody has decided, or can decide, what came in about the account', async () => {
      const anna = { user: 'anna', contacts: ['carl'] };
      const decide = decideBy({ cus_1: anna }, ({ userId }) =>
        userId === 'carl' ? { tools: [wanted({ userId: 'carl' })] } : {},
      );
      await arrive(store(), 'cus_1');
      await settle(store(), decide);
      expect(await waiting(store(), NOW)).toMatchObject([{ userId: 'carl' }]);
      await arrive(store(), 'cus_1');
      expect(await waiting(store(), NOW)).toEqual([]);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await waiting(store(), later(1))).toEqual([]);
      await workAll(store(), later(HOUR_MS), decideBy({ cus_1: anna }));
      await settle(store(), decideBy({ cus_1: anna }));
      expect(await waiting(store(), later(HOUR_MS))).toMatchObject([{ userId: 'carl' }]);
    });

    it('hear at once of the end of dunning, whatever came in since and whether or not it can be decided', async () => {
      await want(store(), [wanted({ desired: { in_dunning: false }, urgent: true })]);
      await store().accept([deliveryOf('cus_1', 'evt_more', NOW)]);
      expect(await waiting(store(), NOW)).toHaveLength(1);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await waiting(store(), later(1))).toHaveLength(1);
    });

    it('hear the news while a decision fails: what was is never out of date', async () => {
      await want(store(), [wanted({ desired: {}, edges: [edge('e_1', 'news')] })]);
      await store().accept([deliveryOf('cus_1', 'evt_more', NOW)]);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await waiting(store(), later(1))).toHaveLength(1);
    });

    it('hear of the end of an episode that they heard of while a decision fails, and for the rest wait for it', async () => {
      await want(store(), [wanted({ edges: [edge('e_a', 'entry', 'ep_A')] })]);
      await settleAll();
      await want(store(), [wanted({ edges: [edge('x_a', 'exit', 'ep_A'), edge('e_b', 'entry', 'ep_B')] })]);
      await store().accept([deliveryOf('cus_1', 'evt_more', NOW)]);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await waiting(store(), later(1))).toMatchObject([{ onlyExits: true }]);
      await workAll(store(), later(HOUR_MS), (claim) => decided(claim));
      expect((await onlyRow(store(), later(HOUR_MS))).onlyExits).toBe(undefined);
    });

    it('hear nothing of the end of an episode that they never heard of while a decision fails', async () => {
      await want(store(), [wanted({ edges: [edge('e_a', 'entry', 'ep_A'), edge('x_a', 'exit', 'ep_A')] })]);
      await store().accept([deliveryOf('cus_1', 'evt_more', NOW)]);
      await workAll(store(), NOW, (claim) => parked(claim, later(HOUR_MS)));
      expect(await waiting(store(), later(1))).toEqual([]);
    });

    it('begin to wait anew once they were settled', async () => {
      await want(store(), [wanted()]);
      await settleAll();
      expect(await waiting(store())).toEqual([]);
      await want(store(), [wanted({ desired: {} })], { at: later(5) });
      expect(await onlyRow(store())).toMatchObject({ waitingSince: later(5), delivered: { in_dunning: true } });
    });

    it('hear of an event once, however often it is decided', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      await want(store(), [wanted({ edges: [edge('e_1'), edge('e_2')] })]);
      expect((await onlyRow(store())).edges.map(({ event }) => event.id)).toEqual(['e_1', 'e_2']);
      await settleAll();
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      expect((await onlyRow(store())).edges).toEqual([]);
    });

    it('are not knocked at before the backoff is over, but for what is urgent', async () => {
      await want(store(), [wanted()]);
      const [row] = await waiting(store());
      if (row !== undefined) await store().settleTools([settlementOf(row, RETRY)], later(HOUR_MS), NOW);
      expect(await waiting(store(), later(HOUR_MS - 1))).toEqual([]);
      expect(await store().nextToolRetryAt('braze', 'live')).toBe(later(HOUR_MS));
      await want(store(), [wanted()], { at: later(1) });
      expect(await waiting(store(), later(HOUR_MS - 1))).toEqual([]);
      expect(await waiting(store(), later(HOUR_MS))).toMatchObject([{ failures: 1 }]);
      await want(store(), [wanted({ urgent: true })], { at: later(2) });
      expect(await waiting(store(), later(2))).toMatchObject([{ failures: 1, waitingSince: NOW }]);
    });

    it('say when the next row is to be sent, if any', async () => {
      expect(await store().nextToolRetryAt('braze', 'live')).toBeNull();
      await want(store(), [wanted()], { at: later(7) });
      expect(await store().nextToolRetryAt('braze', 'live')).toBe(later(7));
      expect(await store().nextToolRetryAt('braze', 'recorder')).toBeNull();
      expect(await store().nextToolRetryAt('customer_io', 'live')).toBeNull();
      await settleAll();
      expect(await store().nextToolRetryAt('braze', 'live')).toBeNull();
    });

    it('are counted, the urgent ones and the oldest among those that wait', async () => {
      expect(await store().toolCounts()).toEqual([]);
      await want(store(), [wanted({ userId: 'u_0' }), wanted({ userId: 'u_9', channel: 'recorder' })]);
      await settleAll();
      await want(store(), [wanted({ userId: 'u_1' })], { at: later(3) });
      const urgent = wanted({ userId: 'u_2', urgent: true });
      await want(store(), [urgent], { customer: 'cus_2', at: later(4) });
      const live = { ...BRAZE, settled: 1, waiting: 2, dead: 0, urgent: 1, oldestWaitingAt: later(3) };
      const recorder = { tool: 'braze', channel: 'recorder', settled: 0, waiting: 1, dead: 0, urgent: 0 };
      expect(await store().toolCounts()).toEqual([live, { ...recorder, oldestWaitingAt: NOW }]);
      await settleAll();
      const settled = { ...live, settled: 3, waiting: 0, urgent: 0, oldestWaitingAt: null };
      expect(await store().toolCounts()).toContainEqual(settled);
    });

    it('keep a store in its namespace once they were to be told something', async () => {
      await store().claimNamespace('dev');
      await want(store(), [wanted({ channel: 'recorder' })]);
      await store().claimNamespace('production');
      await want(store(), [wanted()]);
      await expect(store().claimNamespace('dev')).rejects.toMatchObject({ code: 'namespace_mismatch' });
    });

    it('leave what a profile said before in the commitments, each under its name', async () => {
      const told = { userId: 'u_1', desired: { in_dunning: true }, running: 'ep_1', announced: ['ep_1:retrying'] };
      const tools = { braze: told, 'braze/recorder': { ...told, running: null } };
      await store().accept([deliveryOf('cus_1', 'evt_1')]);
      const commitments = { ...NOTHING_SAID, audiences: ['a', 'b'], tools };
      await workAll(store(), NOW, (claim) => decided(claim, { commitments, dueAt: NOW }));
      const [claim] = await workAll(store(), NOW);
      expect(claim?.commitments).toEqual(commitments);
    });
  });

  describe('the switch of a tool to live', () => {
    const recorder = (changes: Parameters<typeof wanted>[0] = {}) => wanted({ channel: 'recorder', ...changes });
    const woken = async () => (await workAll(store(), later(HOUR_MS))).map(customerOf);

    it('wakes who is in dunning and of whom the live tool never heard', async () => {
      await want(store(), [], { customer: 'cus_never', inDunning: true });
      await want(store(), [recorder()], { customer: 'cus_recorded', inDunning: true });
      await want(store(), [recorder()], { customer: 'cus_over', inDunning: false });
      await want(store(), [wanted()], { customer: 'cus_told', inDunning: true });
      expect(await store().wakeForTool('braze', later(HOUR_MS))).toBe(2);
      expect(await woken()).toEqual(['cus_never', 'cus_recorded']);
    });

    it('wakes whose state a recorder took after the live tool last heard of them', async () => {
      await want(store(), [wanted()], { customer: 'cus_1', inDunning: true });
      await want(store(), [recorder({ desired: {} })], { customer: 'cus_1', inDunning: true });
      await want(store(), [recorder()], { customer: 'cus_2', inDunning: true });
      await want(store(), [wanted()], { customer: 'cus_2', inDunning: true });
      await want(store(), [wanted(), recorder({ tool: 'customer_io' })], { customer: 'cus_3', inDunning: true });
      expect(await store().wakeForTool('braze', later(HOUR_MS))).toBe(1);
      expect(await woken()).toEqual(['cus_1']);
    });

    it('wakes who paid, ended or was called off while the tool had no key and nothing was recorded', async () => {
      const told = [
        ['cus_person', wanted({ desired: { in_dunning: true } })],
        ['cus_task', wanted({ desired: { task_state: 'open' } })],
        ['cus_alert', wanted({ desired: {}, edges: [edge('e_1')] })],
        ['cus_well', wanted({ desired: { in_dunning: false } })],
        ['cus_closed', wanted({ desired: { task_state: 'closed' } })],
      ] as const;
      for (const [customer, change] of told) await want(store(), [change], { customer, inDunning: true });
      const rows = await waiting(store());
      const sent = rows.map((row) => settlementOf(row, DELIVERED, { edges: row.edges.map(({ seq }) => seq) }));
      await store().settleTools(sent, NOW, NOW);
      for (const [customer] of told) await want(store(), [], { customer, inDunning: false });
      expect(await store().wakeForTool('braze', later(HOUR_MS))).toBe(3);
      expect(await woken()).toEqual(['cus_person', 'cus_task', 'cus_alert']);
    });

    it('wakes nobody twice once the live tool is to hear of them', async () => {
      await want(store(), [wanted()], { inDunning: true });
      await want(store(), [recorder()], { inDunning: true });
      await want(store(), [wanted()], { inDunning: true });
      expect(await store().wakeForTool('braze', later(HOUR_MS))).toBe(0);
      expect(await store().wakeForTool('customer_io', later(HOUR_MS))).toBe(1);
    });
  });
};
