import { describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../src/domain/instant.ts';
import type { Commit } from '../../src/pipeline/ports.ts';
import type { NewSuppression } from '../../src/pipeline/suppressions/suppression-ports.ts';
import { play } from './store-people.ts';
import { decided, deliveryOf, later, NOW, queued, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';
import {
  accountOf,
  DELIVERED,
  edge,
  onlyRow,
  REJECTED,
  RETRY,
  settlementOf,
  UNKNOWN,
  wanted,
} from './store-tool-samples.ts';

const ENDED: NewSuppression = {
  tool: 'braze',
  channel: 'live',
  userId: 'u_1',
  episodeId: 'ep_1',
  reason: 'recovered',
  occurredAt: NOW,
  receivedAt: NOW,
};
const OF_SEGMENT: NewSuppression = { ...ENDED, tool: 'segment', userId: null };
const RETENTION = { deliveriesDays: 30, outboxDays: 30, logDays: 30 };

/** What every store keeps of suppressions, from the decision to the tool's word. */
export const suppressionPromises = (store: Subject): void => {
  describe('the ledger of suppressions', () => {
    let events = 0;
    const commit = async (changes: Partial<Commit>): Promise<void> => {
      events += 1;
      await store().accept([deliveryOf('cus_1', `evt_s${events}`)]);
      await workAll(store(), NOW, (claim) => decided(claim, changes));
    };
    const ledger = (suppressions: Partial<Commit['suppressions']>): Pick<Commit, 'suppressions'> => ({
      suppressions: { begun: [], resumed: [], calls: [], ...suppressions },
    });
    const send = async (outcome: Parameters<typeof settlementOf>[1], at = later(MINUTE_MS)): Promise<void> => {
      const row = await onlyRow(store());
      await store().settleTools([settlementOf(row, outcome)], at, at);
    };
    const lines = () => store().suppressions({ since: NOW, after: 0, limit: 100 });
    const leaks = () => store().openLeaks(100);
    const enters = () => commit({ tools: [wanted({ edges: [edge('in_1')] })] });
    const pays = (extra: Partial<Commit['suppressions']> = {}) =>
      commit({
        tools: [wanted({ desired: { in_dunning: false }, edges: [edge('out_1', 'exit')], urgent: true })],
        ...ledger({ begun: [ENDED], ...extra }),
      });

    it('is open until the tool has acknowledged state and exit, and then says when it did', async () => {
      await enters();
      await send(DELIVERED);
      await pays();
      expect(await leaks()).toMatchObject([{ tool: 'braze', userId: 'u_1', reason: 'recovered', status: 'waiting' }]);
      await send(DELIVERED);
      expect(await leaks()).toEqual([]);
      const at = later(MINUTE_MS);
      expect(await lines()).toMatchObject([{ stateAt: at, exitAt: at, acknowledgedAt: at, neverReached: false }]);
    });

    it.each([RETRY, UNKNOWN])('stays open after an answer that is $result', async (outcome) => {
      await enters();
      await send(DELIVERED);
      await pays();
      await send(outcome);
      expect(await leaks()).toHaveLength(1);
    });

    it('stays open where only the exit was sent: the state is acknowledged when it is', async () => {
      await enters();
      await send(DELIVERED);
      await pays();
      const row = await onlyRow(store());
      const exits = settlementOf({ ...row, onlyExits: true }, DELIVERED, { sent: {}, again: NOW });
      await store().settleTools([exits], NOW, NOW);
      expect(await leaks()).toHaveLength(1);
      expect(await lines()).toMatchObject([{ stateAt: null, exitAt: NOW, acknowledgedAt: null }]);
      await send(DELIVERED);
      expect(await leaks()).toEqual([]);
      expect(await lines()).toMatchObject([{ stateAt: later(MINUTE_MS), exitAt: NOW }]);
    });

    it('refused stays open with its dead letter, though the row rests', async () => {
      await enters();
      await send(DELIVERED);
      await pays();
      await send(REJECTED);
      const [letter] = await store().deadLetters({ replayed: false, limit: 10 });
      expect(await leaks()).toMatchObject([{ status: 'dead', deadLetter: letter?.seq }]);
      await store().replayDeadLetters(null, NOW);
      await send(DELIVERED);
      expect(await leaks()).toEqual([]);
    });

    it('is closed at once where nothing of the dunning had left for the tool', async () => {
      await enters();
      await pays();
      expect(await leaks()).toEqual([]);
      expect(await lines()).toMatchObject([{ neverReached: true, acknowledgedAt: NOW }]);
    });

    it('is open where the call that carries the entry is under way, or of unknown outcome', async () => {
      await enters();
      const row = await onlyRow(store());
      await store().saveToolCall('braze', 'live', [settlementOf(row, UNKNOWN)]);
      await pays();
      expect(await leaks()).toHaveLength(1);
    });

    it('is not closed by the answer to a call that left before it was decided', async () => {
      await enters();
      await send(DELIVERED);
      await commit({ tools: [wanted({ desired: { in_dunning: true, dunning_stage: 'retrying' } })] });
      const before = await onlyRow(store());
      await pays();
      await store().settleTools([settlementOf(before, DELIVERED)], NOW, NOW);
      expect(await leaks()).toHaveLength(1);
      await send(DELIVERED);
      expect(await leaks()).toEqual([]);
    });

    it('of a tool that hears no events is not closed by an older call either', async () => {
      await commit({ tools: [wanted()] });
      await send(DELIVERED);
      await commit({ tools: [wanted({ desired: { in_dunning: true, dunning_stage: 'retrying' } })] });
      const before = await onlyRow(store());
      await commit({
        tools: [wanted({ desired: { in_dunning: false }, urgent: true })],
        ...ledger({ begun: [ENDED] }),
      });
      await store().settleTools([settlementOf(before, DELIVERED)], NOW, NOW);
      expect(await leaks()).toHaveLength(1);
      await send(DELIVERED);
      expect(await leaks()).toEqual([]);
    });

    it('is overtaken when dunning of the same episode goes on, and measured no more', async () => {
      await enters();
      await send(DELIVERED);
      await pays();
      await commit({
        tools: [wanted()],
        ...ledger({ resumed: [{ tool: 'braze', channel: 'live', userId: 'u_1', episodeId: 'ep_1' }] }),
      });
      expect(await leaks()).toEqual([]);
      expect(await lines()).toMatchObject([{ overtakenAt: NOW, acknowledgedAt: null }]);
    });

    it('stays open while another episode begins and the exit of the first is unheard', async () => {
      await enters();
      await send(DELIVERED);
      await pays();
      await commit({
        tools: [wanted({ edges: [edge('in_2', 'entry', 'ep_2')] })],
        ...ledger({ resumed: [{ tool: 'braze', channel: 'live', userId: 'u_1', episodeId: 'ep_2' }] }),
      });
      expect(await leaks()).toHaveLength(1);
      await send(DELIVERED);
      expect(await lines()).toMatchObject([{ exitAt: later(MINUTE_MS), acknowledgedAt: later(MINUTE_MS) }]);
    });

    it('of Segment waits for each of its calls', async () => {
      await commit({
        outbox: [queued('m_state'), queued('m_exit')],
        ...ledger({
          begun: [OF_SEGMENT],
          calls: [
            { messageId: 'm_state', about: 'state' },
            { messageId: 'm_exit', about: 'dunning_retrying' },
          ],
        }),
      });
      const rows = await store().nextCalls({ channel: 'segment', calls: 10, bytes: 100_000 });
      const settle = (index: number, at = NOW) =>
        store().settle([{ seq: rows[index]?.seq ?? 0, outcome: { result: 'delivered' } }], at);
      await settle(0);
      expect(await lines()).toMatchObject([{ stateAt: NOW, exitAt: null, acknowledgedAt: null }]);
      expect(await leaks()).toHaveLength(1);
      await settle(1, later(5));
      expect(await lines()).toMatchObject([{ stateAt: NOW, exitAt: later(5), acknowledgedAt: later(5) }]);
    });

    it('is tallied by layer for who scrapes, without those that never reached the tool', async () => {
      await enters();
      await send(DELIVERED);
      await pays();
      await send(DELIVERED);
      const { tallies, leaks: open } = await store().suppressionCounts();
      expect(open).toEqual([]);
      expect(tallies.map(({ layer, leMs, n, sumMs }) => [layer, leMs, n, sumMs])).toEqual([
        ['acknowledged', 60_000, 1, 60_000],
        ['decided', 250, 1, 0],
        ['exit', 60_000, 1, 60_000],
        ['state', 60_000, 1, 60_000],
      ]);
    });

    it('is swept with the log once it is closed, and never while it is open', async () => {
      await enters();
      await send(DELIVERED);
      await pays();
      await store().sweep(RETENTION, later(60 * DAY_MS), 1_000);
      expect(await lines()).toHaveLength(1);
      await send(DELIVERED);
      await store().sweep(RETENTION, later(60 * DAY_MS), 1_000);
      expect(await lines()).toEqual([]);
    });

    const BEN = { user: 'ben' };
    /** Somebody of this customer enters, is heard of, and pays. */
    const paysAs = async (customer: string, account: 'of the account' | 'of the person'): Promise<void> => {
      const about = { account: account === 'of the account' ? accountOf(customer) : null };
      const decideAs = async (changes: Partial<Commit>): Promise<void> => {
        events += 1;
        await store().accept([deliveryOf(customer, `evt_s${events}`)]);
        await workAll(store(), NOW, (claim) => decided(claim, changes));
      };
      await decideAs({ tools: [wanted({ ...about })] });
      await store().settleTools([settlementOf(await rowOf(), DELIVERED)], NOW, NOW);
      const cleared = wanted({ ...about, desired: { in_dunning: false }, urgent: true });
      await decideAs({ tools: [cleared], ...ledger({ begun: [ENDED] }) });
    };
    const rowOf = async () => {
      const rows = await store().nextToolRows({ tool: 'braze', channel: 'live', now: later(DAY_MS), limit: 9 });
      const row = rows.at(-1);
      if (row === undefined) throw new Error('no row waits');
      return row;
    };

    it('goes with an account to the person whom it belongs to, and is closed there', async () => {
      await play(store(), { cus_2: { user: 'anna' }, cus_3: BEN });
      await paysAs('cus_2', 'of the account');
      await play(store(), { cus_2: BEN });
      expect(await leaks()).toMatchObject([{ userId: 'u_1' }]);
      const ben = (await store().findProfiles('ben'))[0]?.profileId;
      expect((await rowOf()).profileId).toBe(ben);
      await send(DELIVERED);
      expect(await leaks()).toEqual([]);
    });

    it('that moved with its account is overtaken by a decision about the person who has it now', async () => {
      await play(store(), { cus_2: { user: 'anna' }, cus_3: BEN });
      await paysAs('cus_2', 'of the account');
      await play(store(), { cus_2: BEN });
      events += 1;
      await store().accept([deliveryOf('cus_3', `evt_s${events}`)]);
      await workAll(store(), NOW, (claim) =>
        decided(claim, ledger({ resumed: [{ tool: 'braze', channel: 'live', userId: 'u_1', episodeId: 'ep_1' }] })),
      );
      expect(await leaks()).toEqual([]);
    });

    it('stays open where two rows turn out to be one, until that one is acknowledged', async () => {
      await play(store(), { cus_2: {}, cus_3: BEN });
      await paysAs('cus_2', 'of the person');
      await paysAs('cus_3', 'of the person');
      expect(await leaks()).toHaveLength(2);
      await play(store(), { cus_2: BEN, cus_3: BEN });
      expect(await leaks()).toHaveLength(2);
      await send(DELIVERED);
      expect(await leaks()).toEqual([]);
    });

    it('remembers which tool takes no calls until it takes them again', async () => {
      const pause = { until: later(5), stopped: true, reason: 'no such key' };
      await store().saveToolPause('braze', 'live', pause);
      expect((await store().suppressionCounts()).pauses).toEqual([{ tool: 'braze', channel: 'live', ...pause }]);
      await store().saveToolPause('braze', 'live', null);
      expect((await store().suppressionCounts()).pauses).toEqual([]);
    });
  });
};
