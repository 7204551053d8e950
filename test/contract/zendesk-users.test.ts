import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zendesk } from '../../destinations/zendesk/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import type { ToolSink } from '../../src/destination-kit/sink.ts';
import { contactAttributes } from '../stand-ins/agent-record.ts';
import { openBareZendeskBench, openZendeskBench, type ZendeskBench } from '../stand-ins/zendesk-bench.ts';
import { NOW } from './tool-records.ts';

const DELIVERED = { result: 'delivered', warning: null };
const TIMEOUT_MS = 5_000;

let bench: ZendeskBench;
let sink: ToolSink;
const sinkWith = (settings: ToolSettings) =>
  makeActionsSink(zendesk, settings, { now: () => NOW, timeoutMs: TIMEOUT_MS });
beforeEach(async () => {
  bench = await openZendeskBench({ now: () => NOW });
  sink = sinkWith(bench.settings);
});
afterEach(() => bench.standIn.close());

const IDS = ['ann', 'bob', 'cem'];
const send = (ids = IDS) => sink.send(ids.map((id) => bench.record(id)));
const outcomes = async (ids = IDS) => {
  const answer = await send(ids);
  return answer.answer === 'each' ? answer.outcomes : answer;
};
const requests = () => bench.standIn.requests.map(({ method, path }) => `${method} ${path}`);

describe('the status', () => {
  it('is eleven fields of a user who is there, and nothing else', async () => {
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
      next_retry_date: '2026-03-13T00:00:00+00:00',
      plan_id: 'pro_monthly',
      arr: 594,
      dunning_episode_id: 'dun_ann',
    });
    expect(bench.standIn.requests.at(-1)?.body).toEqual({ user: { user_fields: expect.any(Object) } });
  });

  it('is cleared by null', async () => {
    bench.know(['ann']);
    await send(['ann']);
    const attributes = { next_retry_date: null, dunning_amount_due: null, in_dunning: false };
    await sink.send([bench.record('ann', { attributes, isNew: false })]);
    expect(bench.heldOf('ann')).not.toHaveProperty('next_retry_date');
    expect(bench.heldOf('ann')).not.toHaveProperty('dunning_amount_due');
    expect(bench.heldOf('ann')).toMatchObject({ in_dunning: false, dunning_stage: 'first_failure' });
  });

  it('that agents do not see is no request', async () => {
    bench.know(['ann']);
    const before = requests().length;
    expect(await sink.send([bench.record('ann', { attributes: { mrr: 3, dunning_state_version: 2 } })])).toEqual({
      answer: 'each',
      outcomes: [DELIVERED],
    });
    expect(requests()).toHaveLength(before);
  });

  it('of many users is one look-up and one update each', async () => {
    bench.know(IDS);
    const before = requests().length;
    expect(await outcomes()).toEqual([DELIVERED, DELIVERED, DELIVERED]);
    expect(requests().slice(before)).toEqual([
      'GET /api/v2/users/show_many.json?external_ids=ann,bob,cem',
      'PUT /api/v2/users/9000.json',
      'PUT /api/v2/users/9001.json',
      'PUT /api/v2/users/9002.json',
    ]);
  });

  it('for which Zendesk has no field is not taken for held, and goes again once the field is there', async () => {
    const bare = await openBareZendeskBench({ now: () => NOW });
    bare.standIn.addField({ key: 'recoup_in_dunning', type: 'checkbox', title: 'In dunning' });
    bare.know(['ann']);
    const attributes = { in_dunning: true, dunning_stage: 'retrying', next_retry_date: null };
    const sendBare = () => sinkWith(bare.settings).send([bare.record('ann', { attributes })]);
    const reason = 'Zendesk lacks user fields, see "destinations apply": recoup_dunning_stage';
    expect(await sendBare()).toEqual({ answer: 'each', outcomes: [{ result: 'unknown', reason }] });
    bare.standIn.addField({ key: 'recoup_dunning_stage', type: 'text', title: 'Dunning stage' });
    bare.standIn.addField({ key: 'recoup_next_retry_date', type: 'date', title: 'Next retry' });
    expect(await sendBare()).toEqual({ answer: 'each', outcomes: [DELIVERED] });
    expect(bare.heldOf('ann')).toEqual({ in_dunning: true, dunning_stage: 'retrying' });
    await bare.standIn.close();
  });
});

describe('a user', () => {
  it('whom Zendesk does not know is left out, and nobody is made', async () => {
    bench.know(['bob']);
    expect(await outcomes()).toEqual([
      { result: 'absent', reason: 'Zendesk does not know the user' },
      DELIVERED,
      { result: 'absent', reason: 'Zendesk does not know the user' },
    ]);
    expect(bench.standIn.users).toHaveLength(1);
  });

  it('known by email alone is given the external id, and found by it from then on', async () => {
    bench.standIn.addUser({ email: 'Ann@Example.com' });
    expect(await outcomes(['ann'])).toEqual([DELIVERED]);
    expect(bench.standIn.users[0]?.external_id).toBe('ann');
    const attributes = { dunning_stage: 'retrying' };
    await sink.send([bench.record('ann', { attributes, isNew: false })]);
    expect(bench.heldOf('ann')).toMatchObject({ dunning_stage: 'retrying' });
  });

  it.each([
    ['who has another external id', { email: 'ann@example.com', external_id: 'somebody else' }],
    ['who is an agent', { email: 'ann@example.com', role: 'agent' }],
    ['whose address only begins alike', { email: 'ann@example.com.invalid' }],
  ])('%s is nobody that the email may find', async (_case, user) => {
    bench.standIn.addUser(user);
    expect(await outcomes(['ann'])).toMatchObject([{ result: 'absent' }]);
    expect(bench.standIn.users[0]?.user_fields).toEqual({});
  });

  it('is looked for by email only the first time', async () => {
    bench.standIn.addUser({ email: 'ann@example.com' });
    const record = bench.record('ann', { isNew: false });
    expect(await sink.send([record])).toMatchObject({ outcomes: [{ result: 'absent' }] });
  });

  it('whose id differs in case alone is refused: Zendesk takes both for one', async () => {
    bench.know(['Ann']);
    expect(await outcomes(['ann'])).toMatchObject([{ result: 'rejected' }]);
    expect(bench.heldOf('Ann')).toEqual({});
  });

  it('whose id has a comma is refused and no other is asked for in its place', async () => {
    bench.know(['ann', 'bob']);
    expect(await outcomes(['ann,bob'])).toMatchObject([{ result: 'rejected' }]);
    expect(bench.heldOf('ann')).toEqual({});
  });
});

describe('a failure', () => {
  beforeEach(() => bench.know(IDS));

  it('of one user for its data is told of that user alone', async () => {
    bench.standIn.inject({ kind: 'partial', ids: ['bob'] });
    expect(await outcomes()).toEqual([
      DELIVERED,
      { result: 'rejected', reason: 'status 422: RecordInvalid user_fields' },
      DELIVERED,
    ]);
  });

  it('that leaves one update in doubt is told of that one alone', async () => {
    bench.standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { holding: ['bob'] });
    expect(await outcomes()).toMatchObject([DELIVERED, { result: 'unknown' }, DELIVERED]);
  });

  it('of the limit before anything was written pauses the whole call as long as Zendesk asks', async () => {
    bench.standIn.inject({ kind: 'throttled' });
    expect(await send()).toMatchObject({ answer: 'throttled', until: NOW + 60_000 });
  });

  it('of the limit after something was written is told of those that were not', async () => {
    bench.standIn.inject({ kind: 'throttled' }, { holding: ['bob'] });
    expect(await outcomes()).toMatchObject([DELIVERED, { result: 'retry' }, { result: 'retry' }]);
  });

  it('of the look-up leaves nothing in doubt', async () => {
    bench.standIn.inject({ kind: 'status', status: 500, reads: true });
    expect(await outcomes()).toMatchObject([{ result: 'retry' }, { result: 'retry' }, { result: 'retry' }]);
  });

  it('by an update of somebody else at once stops nobody', async () => {
    bench.standIn.inject({ kind: 'status', status: 409 }, { holding: ['ann'] });
    expect(await outcomes()).toMatchObject([{ result: 'retry' }, DELIVERED, DELIVERED]);
  });

  it('of the token stops the tool, without a word of it', async () => {
    const told = await sinkWith(bench.badSettings).send([bench.record('ann')]);
    expect(told).toMatchObject({ answer: 'stopped' });
    expect(await zendesk.checkCredentials?.(bench.badSettings, TIMEOUT_MS)).toMatchObject({ ok: false });
    expect(await zendesk.checkCredentials?.(bench.settings, TIMEOUT_MS)).toEqual({ ok: true });
  });
});

describe('set-up', () => {
  it('makes what is missing, names what cannot be used, and then has nothing to do', async () => {
    const bare = await openBareZendeskBench({ now: () => NOW });
    bare.standIn.addField({ key: 'recoup_arr', type: 'text', title: 'of somebody' });
    const plan = () => zendesk.setUp?.plan(bare.settings, fieldsOf('contact', []), TIMEOUT_MS);
    const first = await plan();
    expect(first?.missing).toHaveLength(10);
    expect(first?.conflicts).toEqual([
      'user field recoup_arr is of type text and must be decimal: delete it in Admin Center',
    ]);
    for (const step of first?.missing ?? []) await zendesk.setUp?.apply(bare.settings, step, TIMEOUT_MS);
    expect(await plan()).toMatchObject({ missing: [], present: { length: 10 } });
    const [made] = first?.missing ?? [];
    if (made !== undefined) await zendesk.setUp?.apply(bare.settings, made, TIMEOUT_MS);
    await bare.standIn.close();
  });
});

it('what is read back is what was desired, as exactly as Zendesk can hold it', async () => {
  bench.know(['ann']);
  await sink.send([bench.record('ann', { attributes: contactAttributes('ann', NOW) })]);
  const [profile, ...more] = (await zendesk.readBack?.(bench.settings, ['ann', 'nobody'], TIMEOUT_MS)) ?? [];
  expect(more).toEqual([]);
  expect(profile).toEqual({ userId: 'ann', attributes: zendesk.toHeld?.(contactAttributes('ann', NOW)), flows: [] });
});

it('the recorder makes the same requests and sends none', async () => {
  bench.know(['ann']);
  await send(['ann']);
  const recorded: unknown[] = [];
  const recorder = makeRecorderSink(zendesk, { onRequest: ({ method, body }) => recorded.push([method, body]) });
  expect(await recorder.send([bench.record('ann')])).toEqual({ answer: 'each', outcomes: [{ result: 'recorded' }] });
  const sent = bench.standIn.requests.at(-1);
  expect(recorded).toEqual([
    ['GET', ''],
    ['PUT', JSON.stringify(sent?.body)],
  ]);
});
