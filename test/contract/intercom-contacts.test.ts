import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intercom } from '../../destinations/intercom/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import type { ToolSink } from '../../src/destination-kit/sink.ts';
import { contactAttributes } from '../stand-ins/agent-record.ts';
import { type IntercomBench, openBareIntercomBench, openIntercomBench } from '../stand-ins/intercom-bench.ts';
import { NOW } from './tool-records.ts';

const DELIVERED = { result: 'delivered', warning: null };
const ABSENT = { result: 'absent', reason: 'Intercom does not know the contact' };
const TIMEOUT_MS = 5_000;

let bench: IntercomBench;
let sink: ToolSink;
const sinkWith = (settings: ToolSettings) =>
  makeActionsSink(intercom, settings, { now: () => NOW, timeoutMs: TIMEOUT_MS });
beforeEach(async () => {
  bench = await openIntercomBench({ now: () => NOW });
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
  it('is eleven attributes of a contact who is there, dates in seconds, and nothing else', async () => {
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
      next_retry_date: 1_773_403_200,
      plan_id: 'pro_monthly',
      arr: 594,
      dunning_episode_id: 'dun_ann',
    });
    expect(bench.standIn.requests.at(-1)?.body).toEqual({ custom_attributes: expect.any(Object) });
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
    const record = bench.record('ann', { attributes: { mrr: 3, dunning_state_version: 2 } });
    expect(await sink.send([record])).toEqual({ answer: 'each', outcomes: [DELIVERED] });
    expect(requests()).toHaveLength(before);
  });

  it('of many contacts is one search and one update each', async () => {
    bench.know(IDS);
    const before = requests().length;
    expect(await outcomes()).toEqual([DELIVERED, DELIVERED, DELIVERED]);
    expect(requests().slice(before)).toEqual([
      'POST /contacts/search',
      'PUT /contacts/con_0',
      'PUT /contacts/con_1',
      'PUT /contacts/con_2',
    ]);
  });

  it('of a full call is looked up with as many filters as a search takes', async () => {
    const ids = Array.from({ length: intercom.limits.objects }, (_, index) => `user_${index}`);
    bench.know(ids);
    expect(await outcomes(ids)).toEqual(ids.map(() => DELIVERED));
  });

  it('for which Intercom has no attribute stops the tool, and refuses nobody', async () => {
    const bare = await openBareIntercomBench({ now: () => NOW });
    bare.know(['ann']);
    const answer = await sinkWith(bare.settings).send([bare.record('ann')]);
    expect(answer).toMatchObject({ answer: 'stopped', reason: expect.stringContaining('destinations apply') });
    await bare.standIn.close();
  });
});

describe('a contact', () => {
  it('whom Intercom does not know is left out, and nobody is made', async () => {
    bench.know(['bob']);
    expect(await outcomes()).toEqual([ABSENT, DELIVERED, ABSENT]);
    expect(bench.standIn.contacts).toHaveLength(1);
  });

  it('known by email alone is given the external id, and found by it from then on', async () => {
    bench.standIn.addContact({ email: 'Ann@Example.com' });
    expect(await outcomes(['ann'])).toEqual([DELIVERED]);
    expect(bench.standIn.contacts[0]?.external_id).toBe('ann');
    await sink.send([bench.record('ann', { attributes: { dunning_stage: 'retrying' }, isNew: false })]);
    expect(bench.heldOf('ann')).toMatchObject({ dunning_stage: 'retrying' });
  });

  it.each([
    ['who has another external id', [{ email: 'ann@example.com', external_id: 'somebody else' }]],
    ['who is a lead', [{ email: 'ann@example.com', role: 'lead' }]],
    ['who is there twice', [{ email: 'ann@example.com' }, { email: 'ann@example.com' }]],
  ])('%s is nobody that the email may find', async (_case, contacts) => {
    for (const contact of contacts) bench.standIn.addContact(contact);
    expect(await outcomes(['ann'])).toEqual([ABSENT]);
    expect(bench.standIn.contacts[0]?.custom_attributes).toEqual({});
  });

  it('is looked for by email only the first time', async () => {
    bench.standIn.addContact({ email: 'ann@example.com' });
    expect(await sink.send([bench.record('ann', { isNew: false })])).toMatchObject({ outcomes: [ABSENT] });
  });

  it('whose id differs in case alone is somebody else', async () => {
    bench.know(['Ann']);
    expect(await outcomes(['ann'])).toEqual([ABSENT]);
    expect(bench.heldOf('Ann')).toEqual({});
  });
});

describe('a failure', () => {
  beforeEach(() => bench.know(IDS));

  it('of one contact for its data is told of that contact alone', async () => {
    bench.standIn.inject({ kind: 'partial', ids: ['bob'] });
    const reason = 'status 400: parameter_invalid: Custom attribute is not of its type';
    expect(await outcomes()).toEqual([DELIVERED, { result: 'rejected', reason }, DELIVERED]);
  });

  it('that leaves one update in doubt is told of that one alone', async () => {
    bench.standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { holding: ['bob'] });
    expect(await outcomes()).toMatchObject([DELIVERED, { result: 'unknown' }, DELIVERED]);
  });

  it('with an answer of somebody else leaves that one in doubt', async () => {
    bench.standIn.inject({ kind: 'garbage', applied: true, body: '<html>a proxy</html>' }, { holding: ['bob'] });
    expect(await outcomes()).toMatchObject([DELIVERED, { result: 'unknown' }, DELIVERED]);
  });

  it('of the limit before anything was written pauses the whole call until Intercom says', async () => {
    bench.standIn.inject({ kind: 'throttled' });
    expect(await send()).toMatchObject({ answer: 'throttled', until: NOW + 10_000 });
  });

  it('of the limit after something was written is told of those that were not', async () => {
    bench.standIn.inject({ kind: 'throttled' }, { holding: ['bob'] });
    expect(await outcomes()).toMatchObject([DELIVERED, { result: 'retry' }, { result: 'retry' }]);
  });

  it('of the search leaves nothing in doubt', async () => {
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
    expect(JSON.stringify(told)).not.toContain(String(bench.badSettings.access_token));
    expect(await intercom.checkCredentials?.(bench.badSettings, TIMEOUT_MS)).toMatchObject({ ok: false });
    expect(await intercom.checkCredentials?.(bench.settings, TIMEOUT_MS)).toEqual({ ok: true });
  });
});

describe('set-up', () => {
  it('makes what is missing, names what cannot be used, and then has nothing to do', async () => {
    const bare = await openBareIntercomBench({ now: () => NOW });
    bare.standIn.addAttribute({ name: 'recoup_arr', data_type: 'string' });
    bare.standIn.addAttribute({ name: 'recoup_plan_id', data_type: 'string', archived: true });
    const plan = () => intercom.setUp?.plan(bare.settings, fieldsOf('contact', []), TIMEOUT_MS);
    const first = await plan();
    expect(first?.missing).toHaveLength(9);
    expect(first?.conflicts).toEqual([
      'contact attribute recoup_plan_id is archived: unarchive it in the settings of Intercom',
      'contact attribute recoup_arr is of type string and must be float, which Intercom cannot change: rename it',
    ]);
    for (const step of first?.missing ?? []) await intercom.setUp?.apply(bare.settings, step, TIMEOUT_MS);
    expect(await plan()).toMatchObject({ missing: [], present: { length: 9 } });
    const [made] = first?.missing ?? [];
    if (made !== undefined) await intercom.setUp?.apply(bare.settings, made, TIMEOUT_MS);
    await bare.standIn.close();
  });
});

it('what is read back is what was desired', async () => {
  bench.know(['ann']);
  await sink.send([bench.record('ann', { attributes: contactAttributes('ann', NOW) })]);
  const [profile, ...more] = (await intercom.readBack?.(bench.settings, ['ann', 'nobody'], TIMEOUT_MS)) ?? [];
  expect(more).toEqual([]);
  expect(profile).toEqual({ userId: 'ann', attributes: intercom.toHeld?.(contactAttributes('ann', NOW)), flows: [] });
});

it('the recorder makes the same requests and sends none', async () => {
  bench.know(['ann', 'bob']);
  await send(['ann', 'bob']);
  const recorded: unknown[] = [];
  const recorder = makeRecorderSink(intercom, {
    onRequest: ({ method, body }) => recorded.push([method, JSON.parse(body)]),
  });
  const records = ['ann', 'bob'].map((id) => bench.record(id));
  expect(await recorder.send(records)).toEqual({
    answer: 'each',
    outcomes: [{ result: 'recorded' }, { result: 'recorded' }],
  });
  expect(recorded).toEqual(bench.standIn.requests.slice(-3).map(({ method, body }) => [method, body]));
});
