import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../src/domain/instant.ts';
import { AFTER_DRIFT_MS, LOOKS_MS } from '../../src/domain/read-back.ts';
import type { HeldRow, Verdict } from '../../src/pipeline/verify/verify-ports.ts';
import { decided, deliveryOf, later, NOW, parked, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';
import {
  ABSENT,
  DELIVERED,
  edge,
  FOREVER,
  onlyRow,
  RECORDED,
  REJECTED,
  settlementOf,
  waiting,
  want,
  wanted,
} from './store-tool-samples.ts';

const SAME: Verdict = { seen: 'same' };
const DRIFT: Verdict = { seen: 'drift', names: ['in_dunning'] };
const NOTHING: Verdict = { seen: 'nothing' };

/** Somebody who paid. */
const cleared = (userId = 'u_1') => wanted({ userId, desired: { in_dunning: false }, urgent: true });

/** What every store keeps of what was read back from the tools. */
export const verifyPromises = (store: Subject): void => {
  describe('reading back', () => {
    const due = (now: Instant = FOREVER) => store().nextToVerify('braze', now, 100);
    const sample = (limit = 100) => store().nextToSample('braze', limit);
    const nextAt = () => store().nextVerifyAt('braze');
    /** Sends the only row that waits, to a tool that can be read back. */
    const send = async (now: Instant, outcome: Parameters<typeof settlementOf>[1] = DELIVERED): Promise<void> => {
      const row = await onlyRow(store());
      await store().settleTools([settlementOf(row, outcome, { readsBack: true })], now, now);
    };
    const only = async (rows: Promise<readonly HeldRow[]>): Promise<HeldRow> => {
      const [row, ...more] = await rows;
      if (row === undefined || more.length > 0) throw new Error('not exactly one row is to be read back');
      return row;
    };
    const look = async (verdict: Verdict, now: Instant) =>
      (await store().settleLooks([{ row: await only(due()), verdict }], now))[0];

    it('looks at what ends dunning a minute after it was taken, and not before', async () => {
      await want(store(), [cleared()]);
      await send(NOW);
      expect(await nextAt()).toBe(later(MINUTE_MS));
      expect(await due(later(MINUTE_MS - 1))).toEqual([]);
      const row = { userId: 'u_1', version: 1, desired: { in_dunning: false }, isOvertaken: false };
      expect(await due(later(MINUTE_MS))).toMatchObject([row]);
      expect(await sample()).toEqual([]);
    });

    it('leaves to the sample who is in dunning, and of a recorder or of whom the tool does not know nothing', async () => {
      await want(store(), [wanted()]);
      await send(NOW);
      await want(store(), [wanted({ tool: 'iterable', channel: 'recorder', urgent: true })]);
      const [recorded] = await store().nextToolRows({ tool: 'iterable', channel: 'recorder', now: FOREVER, limit: 1 });
      if (recorded === undefined) throw new Error('the recorder has nothing');
      await store().settleTools([settlementOf(recorded, RECORDED)], NOW, NOW);
      await want(store(), [cleared('u_2')], { customer: 'cus_2' });
      await send(NOW, ABSENT);
      expect([await nextAt(), await store().nextVerifyAt('iterable')]).toEqual([null, null]);
      expect((await sample()).map(({ userId }) => userId)).toEqual(['u_1']);
      expect(await store().nextToSample('iterable', 9)).toEqual([]);
    });

    it('never looks at a row that no settlement says can be read back', async () => {
      await want(store(), [cleared()]);
      await store().settleTools([settlementOf(await onlyRow(store()), DELIVERED)], NOW, NOW);
      expect(await nextAt()).toBeNull();
    });

    it('looks again after each look that finds it as it should be, and then no more', async () => {
      await want(store(), [cleared()]);
      await send(NOW);
      let at = later(MINUTE_MS);
      for (const waitMs of [...LOOKS_MS.slice(1), null]) {
        expect(await look(SAME, at)).toEqual({ end: 'verified', drifts: 0 });
        const next = waitMs === null ? null : ((at + waitMs) as Instant);
        expect(await nextAt()).toBe(next);
        at = next ?? at;
      }
      expect(await sample()).toHaveLength(1);
      expect(await store().verifyCounts()).toMatchObject([{ tool: 'braze', verified: LOOKS_MS.length, drifted: 0 }]);
    });

    it('has what differs asserted at once, as it is wanted by then, and looked at ever later', async () => {
      await want(store(), [cleared()]);
      await send(NOW);
      let at = later(MINUTE_MS);
      for (const [index, waitMs] of [...AFTER_DRIFT_MS, AFTER_DRIFT_MS.at(-1) ?? 0].entries()) {
        expect(await look(DRIFT, at)).toEqual({ end: 'drifted', drifts: index + 1 });
        expect(await waiting(store(), at)).toMatchObject([
          { uncertain: ['in_dunning'], waitingSince: at, failures: 0 },
        ]);
        expect(await nextAt()).toBeNull();
        await send(at);
        at = (at + waitMs) as Instant;
        expect(await nextAt()).toBe(at);
      }
      expect(await store().verifyCounts()).toMatchObject([{ drifted: AFTER_DRIFT_MS.length + 1, fought: 1 }]);
      await look(SAME, at);
      await look(SAME, later(DAY_MS));
      await look(SAME, later(2 * DAY_MS));
      expect(await store().verifyCounts()).toMatchObject([{ fought: 0 }]);
    });

    it('begins anew with a new decision', async () => {
      await want(store(), [cleared()]);
      await send(NOW);
      for (const at of [later(MINUTE_MS), later(HOUR_MS)]) {
        await look(DRIFT, at);
        await send(at);
      }
      await want(store(), [cleared()], { at: later(2 * HOUR_MS) });
      await send(later(2 * HOUR_MS));
      expect(await nextAt()).toBe(later(2 * HOUR_MS + MINUTE_MS));
    });

    it('passes over what was decided anew, sent again or erased while the tool was asked', async () => {
      await want(store(), [cleared()]);
      await send(NOW);
      const old = await only(due());
      const judge = (row: HeldRow) => store().settleLooks([{ row, verdict: DRIFT }], later(HOUR_MS));
      await want(store(), [wanted()], { at: later(1) });
      expect(await judge(old)).toMatchObject([{ end: 'passed_over' }]);
      expect(await onlyRow(store())).toMatchObject({ uncertain: [], desired: { in_dunning: true } });
      await send(later(2));
      expect(await judge(old)).toMatchObject([{ end: 'passed_over' }]);
      expect(await waiting(store())).toEqual([]);
      await want(store(), [cleared()], { at: later(3) });
      await send(later(4));
      const row = await only(due());
      await store().settleLooks([{ row, verdict: DRIFT }], later(5));
      await send(later(6));
      expect(await judge(row)).toMatchObject([{ end: 'passed_over' }]);
      expect(await judge({ ...(await only(due())), userId: 'somebody_else' })).toMatchObject([{ end: 'passed_over' }]);
      expect(await store().verifyCounts()).toMatchObject([{ verified: 0, drifted: 1 }]);
    });

    it('verifies the suppressions that were acknowledged, once, and tells since when the oldest is not', async () => {
      await want(store(), [wanted()]);
      await send(NOW);
      await store().accept([deliveryOf('cus_1', 'evt_paid')]);
      const { userId } = cleared();
      const about = { tool: 'braze', channel: 'live', userId, episodeId: 'ep_1', reason: 'recovered' } as const;
      const begun = [{ ...about, occurredAt: NOW, receivedAt: NOW }];
      await workAll(store(), NOW, (claim) =>
        decided(claim, { tools: [cleared()], suppressions: { begun, resumed: [], calls: [] } }),
      );
      const line = async () => (await store().suppressions({ since: NOW, after: 0, limit: 9 }))[0];
      await send(later(1));
      expect(await line()).toMatchObject({ acknowledgedAt: later(1), verifiedAt: null });
      expect(await store().verifyCounts()).toMatchObject([{ verified: 0, oldestUnverifiedAt: later(1) }]);
      await look(DRIFT, later(MINUTE_MS));
      expect(await line()).toMatchObject({ verifiedAt: null });
      await send(later(2 * MINUTE_MS));
      await look(SAME, later(3 * MINUTE_MS));
      expect(await line()).toMatchObject({ acknowledgedAt: later(1), verifiedAt: later(3 * MINUTE_MS) });
      await look(SAME, later(HOUR_MS));
      expect(await line()).toMatchObject({ verifiedAt: later(3 * MINUTE_MS) });
      expect(await store().verifyCounts()).toMatchObject([{ verified: 2, drifted: 1, oldestUnverifiedAt: null }]);
    });

    it('leaves nothing of an erased person to be read, and takes no answer about them', async () => {
      await want(store(), [cleared()]);
      await send(NOW);
      const row = await only(due());
      await store().erase('cus_1', later(1));
      expect([await due(), await sample(), await nextAt()]).toEqual([[], [], null]);
      expect(await store().settleLooks([{ row, verdict: DRIFT }], later(2))).toMatchObject([{ end: 'passed_over' }]);
      expect(await waiting(store())).toEqual([]);
    });

    it('verifies no suppression whose exit the tool refused, though it holds the state', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      await send(NOW);
      await store().accept([deliveryOf('cus_1', 'evt_paid')]);
      const change = { ...cleared(), edges: [edge('e_2', 'exit')] };
      const about = { tool: 'braze', channel: 'live', userId: 'u_1', episodeId: 'ep_1', reason: 'recovered' } as const;
      const begun = [{ ...about, occurredAt: NOW, receivedAt: NOW }];
      await workAll(store(), NOW, (claim) =>
        decided(claim, { tools: [change], suppressions: { begun, resumed: [], calls: [] } }),
      );
      await send(NOW, REJECTED);
      await want(store(), [cleared()], { at: later(1) });
      await send(later(2));
      await look(SAME, later(MINUTE_MS + 2));
      expect((await store().suppressions({ since: NOW, after: 0, limit: 9 }))[0]).toMatchObject({ verifiedAt: null });
    });

    it('passes over somebody of the sample who was decided anew and sent while the tool was asked', async () => {
      await want(store(), [wanted()]);
      await send(NOW);
      const row = await only(sample());
      await want(store(), [wanted({ desired: { in_dunning: true, dunning_stage: 'retrying' } })], { at: later(1) });
      await send(later(2));
      expect(await store().settleLooks([{ row, verdict: DRIFT }], later(3))).toMatchObject([{ end: 'passed_over' }]);
      expect(await waiting(store())).toEqual([]);
    });

    it('takes the least recently read ones first for the sample, which comes round', async () => {
      const users = ['u_1', 'u_2', 'u_3'];
      for (const userId of users) {
        await want(store(), [wanted({ userId })], { customer: `cus_${userId}` });
        await send(NOW);
      }
      const seen: string[] = [];
      for (let turn = 1; turn <= 4; turn += 1) {
        const row = await only(sample(1));
        seen.push(row.userId);
        await store().settleLooks([{ row, verdict: turn === 2 ? NOTHING : SAME }], later(turn * HOUR_MS));
      }
      expect(seen).toEqual([...users, 'u_1']);
    });

    it('has somebody of the sample who drifted looked at again, though nothing of theirs is urgent', async () => {
      await want(store(), [wanted()]);
      await send(NOW);
      await store().settleLooks([{ row: await only(sample()), verdict: DRIFT }], later(1));
      await send(later(2));
      expect(await nextAt()).toBe(later(2 + (AFTER_DRIFT_MS[0] ?? 0)));
    });

    it('looks at nobody of whom a decision fails with something unread, unless what it would assert ends dunning', async () => {
      await want(store(), [wanted()]);
      await send(NOW);
      await store().settleLooks([{ row: await only(sample()), verdict: DRIFT }], later(1));
      await send(later(2));
      await want(store(), [wanted({ userId: 'u_2' })], { customer: 'cus_2' });
      await send(later(2));
      await want(store(), [cleared('u_3')], { customer: 'cus_3' });
      await send(later(2));
      const users = async (rows: Promise<readonly HeldRow[]>) => (await rows).map(({ userId }) => userId).sort();
      expect([await users(due()), await users(sample())]).toEqual([['u_1', 'u_3'], ['u_2']]);
      await store().accept(['cus_1', 'cus_2', 'cus_3'].map((customer) => deliveryOf(customer, `evt_paid_${customer}`)));
      await workAll(store(), later(3), (claim) => parked(claim, later(HOUR_MS)));
      expect([await users(due()), await users(sample())]).toEqual([['u_3'], []]);
      await workAll(store(), later(HOUR_MS));
      expect([await users(due()), await users(sample())]).toEqual([['u_1', 'u_3'], ['u_2']]);
    });

    it('leaves the older of two rows of one external id to itself, so that they do not fight', async () => {
      await want(store(), [cleared()]);
      await send(NOW);
      await want(store(), [wanted()], { customer: 'cus_2', at: later(1) });
      await send(later(1));
      const row = await only(due());
      expect(row.isOvertaken).toBe(true);
      await store().settleLooks([{ row, verdict: NOTHING }], later(MINUTE_MS));
      expect(await nextAt()).toBeNull();
      expect((await sample()).map(({ desired }) => desired)).toEqual([{ in_dunning: true }]);
    });
  });
};
