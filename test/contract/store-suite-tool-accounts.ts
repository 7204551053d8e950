import { describe, expect, it } from 'vitest';
import type { ToolTold } from '../../src/pipeline/commitments.ts';
import type { Claim, Commit } from '../../src/pipeline/ports.ts';
import type { ToolChange, ToolRow } from '../../src/pipeline/tools/tool-ports.ts';
import { arrive, claimed, decideBy, play, settle } from './store-people.ts';
import { decided, later, NOTHING_SAID, NOW, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';
import {
  accountOf,
  DELIVERED,
  edge,
  FOREVER,
  onlyRow,
  REJECTED,
  RETRY,
  settlementOf,
  UNKNOWN,
  waiting,
  want,
  wanted,
} from './store-tool-samples.ts';

const ANNA = { user: 'anna' };
const BEN = { user: 'ben' };
const TOGETHER = { cus_1: ANNA, cus_2: ANNA, cus_3: BEN };
const PARTED = { ...TOGETHER, cus_2: BEN };
const TASKS = { tool: 'tasks', channel: 'live' } as const;

/** What is wanted of a tool for an account, under its id unless told otherwise. */
const about = (customer: string, changes: Partial<ToolChange> = {}): ToolChange =>
  wanted({ ...TASKS, userId: customer, account: accountOf(customer), ...changes });

/** What the rows of a tool, and what was told of them, do when their account is found to be another person's. */
export const toolAccountPromises = (store: Subject): void => {
  const tasks = (): Promise<readonly ToolRow[]> => store().nextToolRows({ ...TASKS, now: FOREVER, limit: 9 });
  const profileOf = async (user: string) => (await store().findProfiles(user))[0];
  const usersIn = async (user: string) => (await profileOf(user))?.tools.map(({ userId }) => userId);
  const onlyTask = async (): Promise<ToolRow> => {
    const [row, ...more] = await tasks();
    if (row === undefined || more.length > 0) throw new Error('not exactly one row waits');
    return row;
  };
  /** Anna's second account turns out to be Ben's. */
  const part = async (changes?: (claim: Claim) => Partial<Commit>) => {
    await arrive(store(), 'cus_1', 'cus_2');
    return settle(store(), decideBy(PARTED, changes));
  };

  describe('the rows of an account in the tools', () => {
    it('go with it when accounts part, with what waits and what was sent, and those of others stay', async () => {
      await play(store(), TOGETHER);
      const news = [edge('e_1', 'exit')];
      const rows = [about('cus_1'), about('cus_2', { edges: news }), about('cus_2', { userId: 'ep_1' }), wanted()];
      await want(store(), rows);
      const before = await tasks();
      await store().settleTools(
        before.map((row) => settlementOf(row, RETRY)),
        later(5),
        later(1),
      );
      await part();
      expect(await usersIn('anna')).toEqual(['u_1', 'cus_1']);
      expect((await profileOf('ben'))?.tools).toMatchObject([
        { userId: 'cus_2', status: 'waiting', sends: [{ result: 'retry', events: [{ id: 'e_1' }] }] },
        { userId: 'ep_1', status: 'waiting', sends: [{ result: 'retry' }] },
      ]);
      const ben = (await profileOf('ben'))?.profileId ?? 0;
      const moved = before.map((row) => ({ ...row, failures: 1 }));
      expect(await tasks()).toEqual(moved.map((row) => (row.userId === 'cus_1' ? row : { ...row, profileId: ben })));
    });

    it.each([
      ['of somebody who turns out to be a known user', {}],
      ['of a user, linked to another', ANNA],
    ])('go with it when it is the only one %s', async (_, before) => {
      await play(store(), { cus_2: before, cus_3: BEN });
      await want(store(), [about('cus_2')], { customer: 'cus_2' });
      await play(store(), { cus_2: BEN });
      expect(await usersIn('ben')).toEqual(['cus_2']);
      expect(await usersIn('anna')).toEqual(before === ANNA ? [] : undefined);
    });

    it('are one row with what is wanted from then on, of a version above all before', async () => {
      await play(store(), TOGETHER);
      for (let n = 0; n < 5; n += 1) await want(store(), [about('cus_2', { desired: { n } })]);
      const before = await onlyTask();
      await part();
      await want(store(), [about('cus_2', { desired: { n: 'newer' } })], { customer: 'cus_3' });
      const after = await onlyTask();
      expect(after).toMatchObject({ desired: { n: 'newer' }, profileId: (await profileOf('ben'))?.profileId });
      expect(after.version).toBeGreaterThan(before.version);
    });

    it('are there for the outcome of a call that was under way when the account moved', async () => {
      await play(store(), TOGETHER);
      await want(store(), [about('cus_2', { edges: [edge('e_1', 'news')] })]);
      const row = await onlyTask();
      await part();
      await store().settleTools([settlementOf(row, DELIVERED)], NOW, NOW);
      expect(await tasks()).toEqual([]);
      await want(store(), [about('cus_2', { desired: {}, edges: [edge('e_2', 'news')] })], { customer: 'cus_3' });
      const next = await onlyTask();
      expect(next).toMatchObject({ delivered: { in_dunning: true }, edges: [{ event: { id: 'e_2' } }] });
      await store().settleTools([settlementOf(next, UNKNOWN)], NOW, NOW);
      await store().settleTools([settlementOf(row, DELIVERED)], NOW, NOW);
      expect(await onlyTask()).toMatchObject({ edges: [{ status: 'unknown' }] });
    });

    it('keep waiting for what was wanted of them after they moved, whatever the call says', async () => {
      await play(store(), TOGETHER);
      for (let n = 0; n < 6; n += 1) await want(store(), [about('cus_2', { desired: { n } })]);
      const row = await onlyTask();
      await part();
      for (let n = 6; n < 12; n += 1) {
        await want(store(), [about('cus_2', { desired: { n } })], { customer: 'cus_3' });
        await store().settleTools([settlementOf(row, DELIVERED)], NOW, NOW);
        expect(await onlyTask()).toMatchObject({ desired: { n } });
      }
    });

    it('keep their dead letters, which are those of the new profile and are replayed there', async () => {
      await play(store(), TOGETHER);
      await want(store(), [about('cus_2', { edges: [edge('e_1', 'news')] })]);
      await store().settleTools([settlementOf(await onlyTask(), REJECTED)], NOW, NOW);
      await part();
      expect(await store().replayDeadLetters(null, NOW)).toBe(1);
      const ben = (await profileOf('ben'))?.profileId;
      expect(await onlyTask()).toMatchObject({ profileId: ben, edges: [{ event: { id: 'e_1' } }] });
    });

    it('keep one dead letter where two rows turn out to be one', async () => {
      await play(store(), { cus_2: {}, cus_3: BEN });
      for (const customer of ['cus_2', 'cus_3']) {
        await want(store(), [wanted({ amountMinor: 1999, currency: 'USD' })], { customer });
        await store().settleTools([settlementOf(await onlyRow(store()), REJECTED)], NOW, NOW);
      }
      await play(store(), { cus_2: BEN, cus_3: BEN });
      expect(await store().deadLetters({ replayed: false, limit: 9 })).toMatchObject([{ amountMinor: 1999 }]);
    });

    it('keep their dead letters also when whoever they left is erased', async () => {
      await play(store(), TOGETHER);
      await want(store(), [about('cus_2')]);
      await store().settleTools([settlementOf(await onlyTask(), REJECTED)], NOW, NOW);
      await part();
      await store().erase('anna', NOW);
      const letters = await store().deadLetters({ replayed: false, limit: 9 });
      expect(letters.map(({ subject }) => subject)).toEqual(['tasks cus_2']);
    });

    it('are of an account of the profile: of no other is anything written', async () => {
      await play(store(), TOGETHER);
      await arrive(store(), 'cus_1');
      const foreign = workAll(store(), NOW, (claim) => decided(claim, { tools: [about('cus_3')] }));
      await expect(foreign).rejects.toThrow(RangeError);
      expect(await tasks()).toEqual([]);
    });
  });

  describe('what tools were told of an account', () => {
    const toldOf = (customer: string | null, userId: string): ToolTold => ({
      userId,
      desired: { in_dunning: true },
      running: null,
      announced: [],
      ...(customer === null ? {} : { account: accountOf(customer) }),
    });
    const told = {
      braze: toldOf(null, 'anna'),
      'tasks#cus_1': toldOf('cus_1', 'cus_1'),
      'tasks#cus_2': toldOf('cus_2', 'cus_2'),
      'tasks/recorder#ep_2': toldOf('cus_2', 'ep_2'),
    };
    const bens = { 'tasks#cus_3': toldOf('cus_3', 'cus_3') };
    const toolsOf = (claims: readonly Claim[]) =>
      Object.fromEntries(claims.map(({ userId, commitments }) => [userId, commitments.tools]));
    /** Every profile says of the tools what it has said, and those who are asked for by name say this first. */
    const telling =
      (tools: Readonly<Record<string, Commit['commitments']['tools']>>) =>
      (claim: Claim): Partial<Commit> => {
        const said = { ...claim.commitments.tools, ...tools[claim.userId ?? ''] };
        return { commitments: { ...NOTHING_SAID, userId: claim.userId, tools: said } };
      };

    it('is handed to whom the account belongs, the rest stays', async () => {
      await play(store(), TOGETHER);
      await arrive(store(), 'cus_1', 'cus_3');
      await settle(store(), decideBy(TOGETHER, telling({ anna: told, ben: bens })));
      const [, second = []] = await part(telling({}));
      const { 'tasks#cus_2': account, 'tasks/recorder#ep_2': episode, ...annas } = told;
      expect(toolsOf(second)).toEqual({
        anna: annas,
        ben: { ...bens, 'tasks#cus_2': account, 'tasks/recorder#ep_2': episode },
      });
    });

    it('is merged with what was told of the others where two profiles are one person', async () => {
      await play(store(), { cus_2: {}, cus_3: BEN });
      const { braze: _, 'tasks#cus_1': __, ...anonymous } = told;
      await arrive(store(), 'cus_2', 'cus_3');
      await settle(
        store(),
        decideBy({ cus_3: BEN }, (claim) => telling({ '': anonymous, ben: bens })(claim)),
      );
      await arrive(store(), 'cus_2');
      const [, second = []] = await settle(store(), decideBy({ cus_2: BEN, cus_3: BEN }, telling({})));
      expect(toolsOf(second)).toEqual({ ben: { ...bens, ...anonymous } });
    });

    it('is what a new profile begins with', async () => {
      await play(store(), { cus_1: ANNA, cus_2: ANNA });
      await arrive(store(), 'cus_1');
      await settle(store(), decideBy(TOGETHER, telling({ anna: told })));
      const [, second = []] = await part(telling({}));
      expect(toolsOf(second).ben).toEqual({
        'tasks#cus_2': told['tasks#cus_2'],
        'tasks/recorder#ep_2': told['tasks/recorder#ep_2'],
      });
      expect(second.find(({ userId }) => userId === 'ben')?.commitments).toMatchObject({ traits: null, userId: null });
    });
  });

  describe('the switch to live of a tool that is told of accounts', () => {
    const at = later(1_000);
    const woken = async () => (await workAll(store(), at)).map(claimed);

    it('wakes who is in dunning with an account of which it never heard', async () => {
      await play(store(), TOGETHER);
      await want(store(), [about('cus_1')], { customer: 'cus_1', inDunning: true });
      await want(store(), [about('cus_3')], { customer: 'cus_3', inDunning: true });
      expect(await store().wakeForTool('tasks', at)).toBe(1);
      expect(await woken()).toEqual([['cus_1', 'cus_2']]);
      await want(store(), [about('cus_2', { userId: 'ep_1' })], { customer: 'cus_1', inDunning: true });
      expect(await store().wakeForTool('tasks', at)).toBe(0);
    });

    it('wakes nobody of several accounts for a tool that is told of people', async () => {
      await play(store(), TOGETHER);
      await want(store(), [wanted()], { inDunning: true });
      expect(await store().wakeForTool('braze', at)).toBe(0);
    });

    it('wakes for an account that a recorder took last, also after it moved', async () => {
      await play(store(), TOGETHER);
      await want(store(), [about('cus_2')], { inDunning: true });
      await want(store(), [about('cus_2', { channel: 'recorder' })], { inDunning: true });
      await part();
      await want(store(), [about('cus_3')], { customer: 'cus_3', inDunning: true });
      expect(await store().wakeForTool('tasks', at)).toBe(1);
      expect(await woken()).toEqual([['cus_2', 'cus_3']]);
      await want(store(), [about('cus_2')], { customer: 'cus_3', inDunning: true });
      expect(await store().wakeForTool('tasks', at)).toBe(0);
    });
  });

  describe('erasing somebody of whose accounts tools were told', () => {
    it('takes the rows, their events, what was sent and what was refused', async () => {
      await play(store(), TOGETHER);
      await want(store(), [about('cus_1', { edges: [edge('e_1', 'news')] }), about('cus_2')]);
      const [row, other] = await tasks();
      if (row === undefined || other === undefined) throw new Error('two rows wait');
      await store().settleTools([settlementOf(row, REJECTED), settlementOf(other, DELIVERED)], NOW, NOW);
      const erased = await store().erase('anna', NOW);
      expect(erased?.rows).toMatchObject({ tool_states: 2, tool_edges: 1, tool_sends: 2, dead_letters: 1 });
      expect(await store().toolCounts()).toMatchObject([{ settled: 0, waiting: 0, dead: 0 }]);
    });

    it('deletes in each tool under the ids that it was told: of the user, of the account, of the episode', async () => {
      await play(store(), TOGETHER);
      const rows = [wanted({ userId: 'anna' }), about('cus_1'), about('cus_2', { userId: 'ep_1' })];
      await want(store(), rows);
      const erased = await store().erase('anna', NOW);
      // A former user is whom a call named.
      expect([erased?.userIds, erased?.formerUserIds]).toEqual([['anna'], ['u_1']]);
      expect((await store().toolDeletions()).map(({ tool, id }) => [tool, id])).toEqual([
        ['braze', 'anna'],
        ['segment', 'anna'],
        ['tasks', 'cus_1'],
        ['tasks', 'ep_1'],
      ]);
    });

    it('takes an account out of a call under way that left for another profile', async () => {
      await play(store(), TOGETHER);
      await want(store(), [about('cus_2'), about('cus_1')]);
      await store().saveToolCall(
        'tasks',
        'live',
        (await tasks()).map((row) => settlementOf(row, UNKNOWN)),
      );
      await part();
      await store().erase('ben', NOW);
      const left = await store().loadToolCall('tasks', 'live');
      expect(left.map(({ row }) => row.userId)).toEqual(['cus_1']);
    });
  });

  it('a row of a person stays where it is when an account leaves', async () => {
    await play(store(), TOGETHER);
    await want(store(), [wanted({ userId: 'anna' })]);
    await part();
    expect((await waiting(store())).map(({ profileId }) => profileId)).toEqual([(await profileOf('anna'))?.profileId]);
    expect(await onlyRow(store())).toMatchObject({ userId: 'anna' });
  });
};
