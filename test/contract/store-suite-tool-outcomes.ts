import { describe, expect, it } from 'vitest';
import { HOUR_MS, type Instant } from '../../src/domain/instant.ts';
import type { ToolState } from '../../src/pipeline/tools/tool-ports.ts';
import { later, NOW } from './store-samples.ts';
import type { Subject } from './store-suite.ts';
import {
  ABSENT,
  DELIVERED,
  edge,
  onlyRow,
  RECORDED,
  REJECTED,
  RETRY,
  settlementOf,
  UNKNOWN,
  waiting,
  want,
  wanted,
} from './store-tool-samples.ts';

type Outcome = Parameters<typeof settlementOf>[1];
type Changes = Parameters<typeof settlementOf>[2];

/** What becomes of a row by each outcome of a call. */
export const toolOutcomePromises = (store: Subject): void => {
  describe('the outcome of a call to a tool', () => {
    const RETRY_AT = later(HOUR_MS);
    /** Sends the only row that waits. */
    const send = async (outcome: Outcome, changes: Changes = {}, now: Instant = later(9)) => {
      const row = await onlyRow(store());
      await store().settleTools([settlementOf(row, outcome, changes)], RETRY_AT, now);
      return row;
    };
    const state = async (): Promise<ToolState | undefined> =>
      (await store().findProfiles('cus_1'))[0]?.tools.find(({ userId }) => userId === 'u_1');
    const openLetters = () => store().deadLetters({ replayed: false, limit: 10 });

    it.each([DELIVERED, RECORDED])('$result settles the row and ends its events', async (outcome) => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      await send(outcome);
      expect(await waiting(store())).toEqual([]);
      expect(await state()).toMatchObject({ status: 'settled', delivered: { in_dunning: true }, waitingSince: null });
      await want(store(), [wanted({ desired: {} })]);
      expect(await onlyRow(store())).toMatchObject({ edges: [], reached: ['ep_1'], failures: 0 });
    });

    it('delivered overlays what the tool holds with what was sent, which is certain again', async () => {
      await want(store(), [wanted({ desired: { a: 1, b: 1, c: 1 } })]);
      await send(DELIVERED);
      await want(store(), [wanted({ desired: { a: 2, b: 2, c: 2 } })]);
      await send(UNKNOWN, { sent: { a: 2, b: 2 } });
      expect(await onlyRow(store())).toMatchObject({ uncertain: ['a', 'b'], delivered: { a: 1, b: 1, c: 1 } });
      await want(store(), [wanted({ desired: { a: 3, b: null, c: 1 } })]);
      await send(DELIVERED, { sent: { b: null } });
      await want(store(), [wanted({ desired: {} })]);
      expect(await onlyRow(store())).toMatchObject({ delivered: { a: 1, b: null, c: 1 }, uncertain: ['a'] });
    });

    it('delivered lets the row wait on, from now, when more was wanted meanwhile', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      await send(RETRY);
      const row = await onlyRow(store());
      await want(store(), [wanted({ desired: { in_dunning: false }, edges: [edge('e_2', 'exit')] })], { at: later(1) });
      await store().settleTools([settlementOf(row, DELIVERED)], RETRY_AT, later(9));
      const [next] = await waiting(store(), later(9));
      expect(next).toMatchObject({ version: 2, waitingSince: later(9), failures: 0, delivered: { in_dunning: true } });
      expect(next?.edges.map(({ event }) => event.id)).toEqual(['e_2']);
    });

    it('delivered lets the row wait on while it has events to say', async () => {
      await want(store(), [wanted({ edges: [edge('e_1'), edge('e_2')] })]);
      const { edges } = await onlyRow(store());
      await send(DELIVERED, { edges: edges.slice(0, 1).map(({ seq }) => seq) });
      expect((await onlyRow(store(), later(9))).edges.map(({ event }) => event.id)).toEqual(['e_2']);
    });

    it('delivered that is to be asserted again waits until then, and leaves doubtful what was', async () => {
      await want(store(), [wanted()]);
      await send(UNKNOWN);
      await send(DELIVERED, { again: later(77) });
      expect(await waiting(store(), later(76))).toEqual([]);
      const again = { uncertain: ['in_dunning'], delivered: { in_dunning: true }, failures: 0 };
      expect(await waiting(store(), later(77))).toMatchObject([again]);
      const row = await onlyRow(store());
      await want(store(), [wanted({ desired: {} })], { at: later(10) });
      await store().settleTools([settlementOf(row, DELIVERED, { again: later(99) })], RETRY_AT, later(11));
      expect(await waiting(store(), later(11))).toMatchObject([{ version: 2, uncertain: ['in_dunning'] }]);
    });

    it('unknown leaves attributes and events in doubt, and counts their episodes as reached', async () => {
      const desired = { in_dunning: true, dunning_episode_id: 'ep_2' };
      await want(store(), [wanted({ desired, edges: [edge('e_1')] })]);
      await send(UNKNOWN);
      expect(await waiting(store(), later(HOUR_MS - 1))).toEqual([]);
      const row = await onlyRow(store(), RETRY_AT);
      expect(row).toMatchObject({
        delivered: null,
        uncertain: ['in_dunning', 'dunning_episode_id'],
        waitingSince: NOW,
      });
      expect(row.edges).toMatchObject([{ status: 'unknown' }]);
      expect(row.reached.toSorted()).toEqual(['ep_1', 'ep_2']);
    });

    it('absent settles the row, drops what it had to say, and has the next change sent whole', async () => {
      await want(store(), [wanted({ desired: { a: 1, b: 1 } })]);
      await send(DELIVERED);
      await want(store(), [wanted({ desired: { a: 2, b: 1 } })]);
      await send(UNKNOWN, { sent: { a: 2 } });
      await want(store(), [wanted({ desired: { a: 3, b: 1 }, edges: [edge('e_1'), edge('e_2', 'news')] })]);
      const { edges } = await onlyRow(store());
      await send(ABSENT, { sent: { a: 3 }, edges: edges.slice(0, 1).map(({ seq }) => seq) });
      expect(await waiting(store())).toEqual([]);
      const sent = { result: 'absent', attributes: { a: 3 }, events: [edge('e_1').event], detail: ABSENT.reason };
      const { sends, ...row } = (await state()) ?? { sends: [] };
      expect(row).toMatchObject({ status: 'settled', delivered: null });
      expect(sends.at(-1)).toMatchObject(sent);
      expect(await openLetters()).toEqual([]);
      await want(store(), [wanted({ desired: { a: 4, b: 1 }, edges: [edge('e_1')] })]);
      const next = await onlyRow(store());
      expect(next).toMatchObject({ delivered: null, reached: [], edges: [] });
      // Should it be found again, it may hold them still.
      expect(next.uncertain.toSorted()).toEqual(['a', 'b']);
    });

    it('absent lets the row wait on with what was decided meanwhile', async () => {
      await want(store(), [wanted({ edges: [edge('e_1', 'news')] })]);
      const row = await onlyRow(store());
      await want(store(), [wanted({ edges: [edge('e_2', 'news')] })], { at: later(1) });
      await store().settleTools([settlementOf(row, ABSENT)], RETRY_AT, later(9));
      const [next] = await waiting(store(), later(9));
      expect(next).toMatchObject({ version: 2, delivered: null, waitingSince: later(9) });
      expect(next?.edges.map(({ event }) => event.id)).toEqual(['e_2']);
    });

    it('retry waits until the instant that the tool names, or that the engine chose, and reaches nobody', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      await send({ ...RETRY, at: later(50) });
      expect(await store().nextToolRetryAt('braze', 'live')).toBe(later(50));
      await send(RETRY);
      expect(await store().nextToolRetryAt('braze', 'live')).toBe(RETRY_AT);
      const row = await onlyRow(store());
      expect(row).toMatchObject({ failures: 2, waitingSince: NOW, delivered: null, uncertain: [], reached: [] });
      expect(row.edges).toMatchObject([{ status: 'queued' }]);
    });

    it.each([RETRY, UNKNOWN])('$result does not hold up what became urgent meanwhile', async (outcome) => {
      await want(store(), [wanted()]);
      const row = await onlyRow(store());
      await want(store(), [wanted({ urgent: true })], { at: later(1) });
      await store().settleTools([settlementOf(row, outcome)], RETRY_AT, later(2));
      expect(await waiting(store(), later(2))).toMatchObject([{ version: 2, failures: 1 }]);
    });

    it('rejected makes a dead letter with what was refused and the money at stake', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')], amountMinor: 5, currency: 'EUR' })]);
      await want(store(), [wanted({ amountMinor: 1999, currency: 'USD' })]);
      await send(REJECTED);
      expect(await waiting(store())).toEqual([]);
      const [letter, ...more] = await openLetters();
      expect(more).toEqual([]);
      expect(letter).toMatchObject({ kind: 'tool', subject: 'braze u_1', code: 'tool_rejected' });
      expect(letter).toMatchObject({ amountMinor: 1999, currency: 'USD', createdAt: later(9) });
      expect(letter?.message).toContain('not a string');
      const refused = { tool: 'braze', userId: 'u_1', attributes: { in_dunning: true }, events: [edge('e_1').event] };
      expect(JSON.parse(letter?.payload ?? '')).toEqual(refused);
      expect(await state()).toMatchObject({ status: 'dead', delivered: null, waitingSince: null });
      expect(await store().toolCounts()).toMatchObject([{ dead: 1, waiting: 0, settled: 0 }]);
    });

    it('rejected is over when something else is wanted, without the events that were refused', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      const row = await send(REJECTED);
      await want(store(), [wanted({ desired: { in_dunning: 'yes' }, edges: [edge('e_2')] })], { at: later(20) });
      const again = await onlyRow(store(), later(20));
      expect(again).toMatchObject({ waitingSince: later(20), failures: 0, desired: { in_dunning: 'yes' } });
      expect(again.edges.map(({ event }) => event.id)).toEqual(['e_2']);
      expect(again.edges[0]?.seq).toBeGreaterThan(row.edges[0]?.seq ?? 0);
    });

    it('rejected in part leaves in doubt what the tool holds, and its episode to be ended', async () => {
      await want(store(), [
        wanted({ desired: { in_dunning: true, dunning_episode_id: 'ep_1' }, edges: [edge('e_1')] }),
      ]);
      await send({ ...REJECTED, partly: true });
      await want(store(), [wanted({ desired: { in_dunning: true } })], { at: later(20) });
      const again = await onlyRow(store(), later(20));
      expect(again.uncertain).toEqual(['in_dunning', 'dunning_episode_id']);
      expect(again.reached).toContain('ep_1');
    });

    it('rejected of what is not wanted any more leaves the row waiting', async () => {
      await want(store(), [wanted()]);
      const row = await onlyRow(store());
      await want(store(), [wanted({ desired: {} })], { at: later(1) });
      await store().settleTools([settlementOf(row, REJECTED)], RETRY_AT, later(9));
      expect(await waiting(store(), later(9))).toMatchObject([{ version: 2, waitingSince: later(9) }]);
      expect(await openLetters()).toHaveLength(1);
    });

    it('rejected again takes the place of what is open of the row: its money counts once, and a replay is one', async () => {
      await want(store(), [wanted({ edges: [edge('e_1', 'exit')], amountMinor: 1999, currency: 'USD' })]);
      await send(REJECTED);
      const desired = { in_dunning: 'no' };
      await want(store(), [wanted({ desired, amountMinor: 5, currency: 'EUR' })], { at: later(20) });
      await send({ ...REJECTED, reason: 'no more' }, {}, later(21));
      const [letter, ...more] = await openLetters();
      expect(more).toEqual([]);
      expect(letter).toMatchObject({ amountMinor: 5, currency: 'EUR', createdAt: later(21), subject: 'braze u_1' });
      expect(letter?.message).toContain('no more');
      expect(letter?.payload).toContain('"no"');
      // Events of the first refusal go along.
      expect(await store().replayDeadLetters(null, later(30))).toBe(1);
      expect((await onlyRow(store(), later(30))).edges).toMatchObject([{ event: { id: 'e_1' } }]);
      await send(REJECTED, {}, later(31));
      expect(await openLetters()).toMatchObject([{ createdAt: later(31) }]);
      expect(await store().deadLetters({ replayed: true, limit: 9 })).toHaveLength(2);
    });

    it('rejected of other rows leaves each its own', async () => {
      await want(store(), [wanted(), wanted({ userId: 'u_2' }), wanted({ tool: 'iterable' })]);
      for (const tool of ['braze', 'iterable'])
        for (const row of await store().nextToolRows({ tool, channel: 'live', now: later(9), limit: 9 }))
          await store().settleTools([settlementOf(row, REJECTED)], RETRY_AT, later(9));
      const subjects = (await openLetters()).map(({ subject }) => subject);
      expect(subjects.toSorted()).toEqual(['braze u_1', 'braze u_2', 'iterable u_1']);
    });

    it('replayed has the row wait with what it is to be now, and its exits and news alone', async () => {
      const edges = [edge('e_1'), edge('e_2', 'exit'), edge('e_3', 'news', '')];
      await want(store(), [wanted({ edges })]);
      await send(REJECTED);
      expect(await store().replayDeadLetters(null, later(30))).toBe(1);
      const row = await onlyRow(store(), later(30));
      expect(row).toMatchObject({ waitingSince: later(30), failures: 0, desired: { in_dunning: true } });
      expect(row.edges).toMatchObject([
        { event: { id: 'e_2' }, role: 'exit', status: 'queued' },
        { event: { id: 'e_3' }, role: 'news', episodeId: '', status: 'queued' },
      ]);
      expect(await openLetters()).toEqual([]);
      expect(await store().replayDeadLetters(null, later(30))).toBe(0);
    });

    it('replayed does not bring back the state that was refused when another took its place', async () => {
      await want(store(), [wanted()]);
      await send(REJECTED);
      await want(store(), [wanted({ desired: { in_dunning: false } })], { at: later(20) });
      await send(DELIVERED);
      expect(await store().replayDeadLetters(null, later(30))).toBe(1);
      const row = await onlyRow(store(), later(30));
      expect(row).toMatchObject({ desired: { in_dunning: false }, delivered: { in_dunning: false }, version: 2 });
    });

    it('needs no call: events that meet are dropped and nothing is kept as sent', async () => {
      await want(store(), [wanted({ edges: [edge('e_1'), edge('e_2', 'exit')] })]);
      const { edges } = await onlyRow(store());
      await send(DELIVERED, { sent: {}, edges: [], dropped: edges.map(({ seq }) => seq) });
      expect(await state()).toMatchObject({ status: 'settled', delivered: null, sends: [] });
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      expect(await onlyRow(store())).toMatchObject({ edges: [], reached: [] });
    });

    /** All that the store says of tools. */
    const picture = async () => {
      const retryAt = await store().nextToolRetryAt('braze', 'live');
      return { rows: await waiting(store()), state: await state(), letters: await openLetters(), retryAt };
    };
    const TWICE = [DELIVERED, ABSENT, UNKNOWN, RETRY, REJECTED].flatMap((outcome) => [
      { outcome, result: outcome.result, what: 'state and events', edges: [edge('e_1')], at: later(9) },
      { outcome, result: outcome.result, what: 'state alone', edges: [], at: later(9) },
      { outcome, result: outcome.result, what: 'events, in no time', edges: [edge('e_1')], at: NOW },
    ]);

    it.each(TWICE)('$result that comes twice counts once: $what', async ({ outcome, edges, at }) => {
      await want(store(), [wanted({ edges })]);
      const row = await onlyRow(store());
      await want(store(), [wanted({ desired: { in_dunning: false }, edges: [edge('e_2', 'exit')] })]);
      const settlement = settlementOf(row, outcome);
      await store().settleTools([settlement], RETRY_AT, at);
      const once = await picture();
      await store().settleTools([settlement], later(2 * HOUR_MS), later(10));
      expect(await picture()).toEqual(once);
      expect(once.state?.sends).toHaveLength(1);
    });

    it('of an old call takes nothing back that a newer one brought', async () => {
      await want(store(), [wanted({ desired: { n: 1 } })]);
      const old = await onlyRow(store());
      await want(store(), [wanted({ desired: { n: 2 } })], { at: later(1) });
      await send(DELIVERED);
      await store().settleTools([settlementOf(old, DELIVERED)], RETRY_AT, later(10));
      await store().settleTools([settlementOf(old, REJECTED)], RETRY_AT, later(10));
      expect(await state()).toMatchObject({ status: 'settled', delivered: { n: 2 } });
      expect(await openLetters()).toEqual([]);
    });

    it('of a row that nobody knows changes nothing', async () => {
      await want(store(), [wanted()]);
      const row = await onlyRow(store());
      const strangers = [
        { ...row, userId: 'u_9' },
        { ...row, profileId: row.profileId + 1 },
      ];
      for (const stranger of strangers) await store().settleTools([settlementOf(stranger, DELIVERED)], RETRY_AT, NOW);
      expect(await waiting(store())).toEqual([row]);
    });

    it('is kept to be looked at, the newest 50, oldest first', async () => {
      await want(store(), [wanted({ edges: [edge('e_1')] })]);
      for (let n = 0; n < 50; n += 1) await send(RETRY, { sent: { n }, edges: [] }, later(n));
      await send(UNKNOWN, { sent: {} }, later(50));
      await send({ result: 'delivered', warning: 'no such user' }, { edges: [] }, later(51));
      const sends = (await state())?.sends ?? [];
      expect(sends).toHaveLength(50);
      expect(sends[0]).toEqual({
        at: later(2),
        result: 'retry',
        attributes: { n: 2 },
        events: [],
        detail: 'too many calls',
      });
      expect(sends.slice(-2)).toEqual([
        { at: later(50), result: 'unknown', attributes: {}, events: [edge('e_1').event], detail: 'no answer' },
        { at: later(51), result: 'delivered', attributes: { in_dunning: true }, events: [], detail: 'no such user' },
      ]);
    });
  });
};
