import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contactAttributes } from '../../src/simulate/vendors/agent-record.ts';
import type { ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { openIntercomBench } from '../stand-ins/intercom-bench.ts';
import { openZendeskBench } from '../stand-ins/zendesk-bench.ts';
import { IDS, makeSupportRig, type SupportRig, TIMEOUT_MS } from './support-rig.ts';
import { DELIVERED } from './tool-at-hand.ts';
import { NOW } from './tool-records.ts';

/** What Zendesk and Intercom share: a look-up, then one write for each customer. */
interface SupportTool {
  readonly bench: ToolBench;
  /** Somebody whom support knows by address alone. */
  readonly addContact: (email: string) => void;
  /** Of everybody whom support knows. */
  readonly externalIds: () => readonly unknown[];
}

const openZendesk = async (): Promise<SupportTool> => {
  const bench = await openZendeskBench({ now: () => NOW });
  const { standIn } = bench;
  return {
    bench,
    addContact: (email) => void standIn.addUser({ email }),
    externalIds: () => standIn.users.map(({ external_id }) => external_id),
  };
};
const openIntercom = async (): Promise<SupportTool> => {
  const bench = await openIntercomBench({ now: () => NOW });
  const { standIn } = bench;
  return {
    bench,
    addContact: (email) => void standIn.addContact({ email }),
    externalIds: () => standIn.contacts.map(({ external_id }) => external_id),
  };
};

const TOOLS = [
  {
    name: 'Zendesk',
    open: openZendesk,
    unknown: 'Zendesk does not know the user',
    refused: 'status 422: RecordInvalid user_fields',
    pauseMs: 60_000,
    date: '2026-03-13T00:00:00+00:00',
    written: { user: { user_fields: expect.any(Object) } },
  },
  {
    name: 'Intercom',
    open: openIntercom,
    unknown: 'Intercom does not know the contact',
    refused: 'status 400: parameter_invalid: Custom attribute is not of its type',
    pauseMs: 10_000,
    date: 1_773_403_200,
    written: { custom_attributes: expect.any(Object) },
  },
];

describe.each(TOOLS)('$name', ({ open, unknown, refused, pauseMs, date, written }) => {
  const ABSENT = { result: 'absent', reason: unknown };
  let support: SupportTool;
  let rig: SupportRig<ToolBench>;
  beforeEach(async () => {
    support = await open();
    rig = makeSupportRig(support.bench);
  });
  afterEach(() => rig.bench.standIn.close());

  describe('the status', () => {
    it('is eleven fields of a contact who is there, dates as the tool has them, and nothing else', async () => {
      const { bench, sink } = rig;
      bench.know(['ann']);
      const everything = bench.record('ann', { attributes: contactAttributes('ann', NOW) });
      expect(await sink.send([everything])).toEqual({ answer: 'each', outcomes: [DELIVERED] });
      expect(bench.heldOf('ann')).toEqual({
        in_dunning: true,
        dunning_status: 'active',
        dunning_stage: 'first_failure',
        dunning_amount_due: 49.5,
        dunning_currency: 'USD',
        dunning_failure_class: 'update_card',
        dunning_attempt_number: 1,
        next_retry_date: date,
        plan_id: 'pro_monthly',
        arr: 594,
        dunning_episode_id: 'dun_ann',
      });
      expect(bench.standIn.requests.at(-1)?.body).toEqual(written);
    });

    it('is cleared by null', async () => {
      const { bench, sink, send } = rig;
      bench.know(['ann']);
      await send(['ann']);
      const attributes = { next_retry_date: null, dunning_amount_due: null, in_dunning: false };
      await sink.send([bench.record('ann', { attributes, isNew: false })]);
      expect(bench.heldOf('ann')).not.toHaveProperty('next_retry_date');
      expect(bench.heldOf('ann')).not.toHaveProperty('dunning_amount_due');
      expect(bench.heldOf('ann')).toMatchObject({ in_dunning: false, dunning_stage: 'first_failure' });
    });

    it('that agents do not see is no request', async () => {
      const { bench, sink, requests } = rig;
      bench.know(['ann']);
      const before = requests().length;
      const record = bench.record('ann', { attributes: { mrr: 3, dunning_state_version: 2 } });
      expect(await sink.send([record])).toEqual({ answer: 'each', outcomes: [DELIVERED] });
      expect(requests()).toHaveLength(before);
    });

    it('is read back as it was desired, as exactly as the tool can hold it', async () => {
      const { bench, sink } = rig;
      const { readBack, toHeld } = bench.tool;
      bench.know(['ann']);
      const desired = contactAttributes('ann', NOW);
      await sink.send([bench.record('ann', { attributes: desired })]);
      const [profile, ...more] = (await readBack?.(bench.settings, ['ann', 'nobody'], TIMEOUT_MS)) ?? [];
      expect(more).toEqual([]);
      expect(profile).toEqual({ userId: 'ann', attributes: toHeld?.(desired), flows: [] });
    });
  });

  describe('a contact', () => {
    it('whom the tool does not know is left out, and nobody is made', async () => {
      rig.bench.know(['bob']);
      expect(await rig.outcomes()).toEqual([ABSENT, DELIVERED, ABSENT]);
      expect(support.externalIds()).toHaveLength(1);
    });

    it('known by email alone is given the external id, and found by it from then on', async () => {
      const { bench, sink, outcomes } = rig;
      support.addContact('Ann@Example.com');
      expect(await outcomes(['ann'])).toEqual([DELIVERED]);
      expect(support.externalIds()[0]).toBe('ann');
      await sink.send([bench.record('ann', { attributes: { dunning_stage: 'retrying' }, isNew: false })]);
      expect(bench.heldOf('ann')).toMatchObject({ dunning_stage: 'retrying' });
    });

    it('is looked for by email only the first time', async () => {
      support.addContact('ann@example.com');
      const later = rig.bench.record('ann', { isNew: false });
      expect(await rig.sink.send([later])).toMatchObject({ outcomes: [ABSENT] });
    });

    it('of one address goes to the first of two customers of a call, who keeps it', async () => {
      const { bench, sink } = rig;
      const email = 'both@example.com';
      support.addContact(email);
      const records = ['one', 'two'].map((id) => {
        const record = bench.record(id);
        return { ...record, attributes: { ...record.attributes, email } };
      });
      expect(await sink.send(records)).toMatchObject({ answer: 'each', outcomes: [DELIVERED, ABSENT] });
      expect(bench.heldOf('one')).toMatchObject({ dunning_episode_id: 'dun_one' });
      expect(bench.heldOf('two')).toBeNull();
    });

    it('that was deleted since it was looked up is taken for one that is not there, and the call goes on', async () => {
      const { bench, outcomes } = rig;
      bench.know(['one', 'two']);
      bench.standIn.inject({ kind: 'status', status: 404 }, { calls: 1 });
      expect(await outcomes(['one', 'two'])).toMatchObject([{ result: 'absent' }, { result: 'delivered' }]);
      expect(bench.heldOf('two')).toMatchObject({ in_dunning: true });
    });
  });

  describe('a failure', () => {
    beforeEach(() => rig.bench.know(IDS));

    it('of one contact for its data is told of that contact alone', async () => {
      rig.bench.standIn.inject({ kind: 'partial', ids: ['bob'] });
      expect(await rig.outcomes()).toEqual([DELIVERED, { result: 'rejected', reason: refused }, DELIVERED]);
    });

    it('that leaves one update in doubt is told of that one alone', async () => {
      rig.bench.standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { holding: ['bob'] });
      expect(await rig.outcomes()).toMatchObject([DELIVERED, { result: 'unknown' }, DELIVERED]);
    });

    it('with an answer of somebody else leaves that one update in doubt', async () => {
      const body = '<html>a proxy</html>';
      rig.bench.standIn.inject({ kind: 'garbage', applied: true, body }, { holding: ['bob'] });
      expect(await rig.outcomes()).toMatchObject([DELIVERED, { result: 'unknown' }, DELIVERED]);
    });

    it('of the limit before anything was written pauses the whole call until the tool says', async () => {
      rig.bench.standIn.inject({ kind: 'throttled' });
      expect(await rig.send()).toMatchObject({ answer: 'throttled', until: NOW + pauseMs });
    });

    it('of the limit after something was written is told of those that were not', async () => {
      rig.bench.standIn.inject({ kind: 'throttled' }, { holding: ['bob'] });
      expect(await rig.outcomes()).toMatchObject([DELIVERED, { result: 'retry' }, { result: 'retry' }]);
    });

    it('of the look-up leaves nothing in doubt', async () => {
      rig.bench.standIn.inject({ kind: 'status', status: 500, reads: true });
      expect(await rig.outcomes()).toMatchObject([{ result: 'retry' }, { result: 'retry' }, { result: 'retry' }]);
    });

    it('by an update of somebody else at once stops nobody', async () => {
      rig.bench.standIn.inject({ kind: 'status', status: 409 }, { holding: ['ann'] });
      expect(await rig.outcomes()).toMatchObject([{ result: 'retry' }, DELIVERED, DELIVERED]);
    });

    it('of the token stops the tool, without a word of it', async () => {
      const { bench, sinkWith } = rig;
      const told = await sinkWith(bench.badSettings).send([bench.record('ann')]);
      expect(told).toMatchObject({ answer: 'stopped' });
      const [secret] = Object.entries(bench.badSettings).flatMap(([key, value]) => (/token/.test(key) ? [value] : []));
      expect(secret).toMatch(/./);
      expect(JSON.stringify(told)).not.toContain(secret);
      const check = bench.tool.checkCredentials;
      expect(await check?.(bench.badSettings, TIMEOUT_MS)).toMatchObject({ ok: false });
      expect(await check?.(bench.settings, TIMEOUT_MS)).toEqual({ ok: true });
    });
  });
});
