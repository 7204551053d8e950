import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import type { Attributes } from '../../src/destination-kit/record.ts';
import type { HubspotList } from '../../src/simulate/vendors/hubspot/lists.ts';
import type { ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';
import { type HubspotBench, openHubspotContactBench } from '../stand-ins/hubspot-bench.ts';
import { recorded } from './recorded.ts';
import { NOW } from './tool-records.ts';

const NAME = 'Recoup: do not dun';
const WORKFLOW = '5501234';
const ANN = 'user_ann';

let bench: HubspotBench;
let list: HubspotList;
beforeEach(async () => {
  bench = await openHubspotContactBench({ now: () => NOW });
  list = bench.standIn.lists.named(NAME) ?? bench.standIn.lists.add(NAME);
  bench.standIn.account.add('contacts', { recoup_user_id: ANN, email: 'ann@example.com' });
  bench.standIn.account.add('contacts', { recoup_user_id: 'user_bob', email: 'bob@example.com' });
  bench.standIn.lists.enrolments.set(WORKFLOW, new Set(['ann@example.com', 'bob@example.com']));
});
afterEach(() => bench.standIn.close());

const settings = (own: object = {}) => ({ ...bench.settings, suppression_list: NAME, unenrol_workflows: '', ...own });
const say = async (states: Readonly<Record<string, Attributes>>, own: object = {}) => {
  const records = Object.entries(states).map(([id, attributes]) => bench.record(id, { isNew: false, attributes }));
  const answer = await makeActionsSink(bench.tool, settings(own), { now: () => NOW }).send(records);
  return answer.answer === 'each' ? answer.outcomes : answer;
};
const idOf = (id: string) => bench.standIn.account.find('contacts', 'recoup_user_id', id)[0]?.id ?? '';
const members = () => [...list.members];
const requests = (part: string) => bench.standIn.requests.filter(({ path }) => path.includes(part));
const DELIVERED = { result: 'delivered', warning: null };

describe('the list of contacts who are not to be dunned', () => {
  it.each([
    ['pays', { in_dunning: false }],
    ['is suppressed', { dunning_suppressed: true }],
    ['belongs to nobody any more', { in_dunning: null }],
  ])('is joined by who %s, and left by who is dunned again', async (_name, attributes) => {
    expect(await say({ [ANN]: attributes })).toEqual([DELIVERED]);
    expect(members()).toEqual([idOf(ANN)]);
    expect(await say({ [ANN]: { in_dunning: true, dunning_suppressed: false } })).toEqual([DELIVERED]);
    expect(members()).toEqual([]);
  });

  it('is joined after the properties, and left before them: on it nobody is enrolled, and leaving it enrols nobody', async () => {
    list.members.add(idOf('user_bob'));
    await say({ user_bob: { in_dunning: true }, [ANN]: { in_dunning: false } });
    expect(members()).toEqual([idOf(ANN)]);
    const change = [`GET ${encodeURIComponent(NAME)}`, 'PUT add-and-remove'];
    expect(bench.standIn.requests.map(({ method, path }) => `${method} ${path.replace(/.*\//, '')}`)).toEqual([
      ...['POST update', ...change],
      ...['POST read', ...change, 'POST update'],
    ]);
    expect(
      bench.standIn.requests.map(({ body }) => JSON.stringify(body)).map((body) => body.includes('"true"')),
    ).toEqual([false, false, false, false, false, false, true]);
  });

  it('is left by a contact that is found by its address, too', async () => {
    const id = bench.standIn.account.add('contacts', { email: 'new@example.com' });
    list.members.add(id);
    const record = bench.record('user_new', { attributes: { in_dunning: true, email: 'new@example.com' } });
    await makeActionsSink(bench.tool, settings(), { now: () => NOW }).send([record]);
    expect(members()).toEqual([]);
    expect(bench.standIn.requests.at(-1)?.path).toContain('/update');
  });

  it.each<readonly [string, ToolFault]>([
    ['out of order', { kind: 'status', status: 502 }],
    ['garbled', { kind: 'garbage', applied: true, body: '{"ok":true}' }],
  ])(
    'that cannot be left, HubSpot being %s, is no start: the properties wait, and of nobody else',
    async (_, fault) => {
      list.members.add(idOf(ANN));
      bench.standIn.inject(fault, { calls: 1, holding: [idOf(ANN)] });
      const told = { [ANN]: { in_dunning: true }, user_bob: { in_dunning: false } };
      expect(await say(told)).toMatchObject([
        { result: 'unknown', reason: expect.stringMatching(/list was not changed: .*; properties not told/) },
        DELIVERED,
      ]);
      const held = (id: string) =>
        bench.standIn.account.find('contacts', 'recoup_user_id', id)[0]?.properties.in_dunning;
      expect([held(ANN), held('user_bob')]).toEqual([undefined, 'false']);
      expect(await say(told)).toEqual([DELIVERED, DELIVERED]);
      expect(held(ANN)).toBe('true');
      expect(members()).toEqual([idOf('user_bob')]);
    },
  );

  it.each<readonly [string, ToolFault, object]>([
    ['takes nothing', { kind: 'throttled' }, { result: 'unknown' }],
    ['refuses it', { kind: 'status', status: 400 }, { result: 'rejected', partly: true }],
    ['says nothing', { kind: 'silence', applied: false, socket: 'destroyed' }, { result: 'unknown' }],
  ])(
    'once left leaves in doubt what HubSpot holds where it %s: whoever pays meanwhile is put back',
    async (_, fault, end) => {
      list.members.add(idOf(ANN));
      bench.standIn.inject(fault, { calls: 1, holding: ['objectWriteTraceId'] });
      expect(await say({ [ANN]: { in_dunning: true } })).toMatchObject([end]);
      expect(members()).toEqual([]);
    },
  );

  it('once left is no reason to spare a call that is refused: without them it is halved as ever', async () => {
    bench.standIn.inject({ kind: 'status', status: 400 }, { calls: 1, holding: ['objectWriteTraceId'] });
    expect(await say({ [ANN]: { in_dunning: true }, user_bob: { in_dunning: true } })).toMatchObject({
      answer: 'refused',
    });
  });

  it('holds a contact that is new in HubSpot, too', async () => {
    const record = bench.record('user_new', { attributes: { in_dunning: false, email: 'new@example.com' } });
    await makeActionsSink(bench.tool, settings(), { now: () => NOW }).send([record]);
    expect(members()).toEqual([idOf('user_new')]);
  });

  it('is left alone by a change in something else, and by everybody while policy names none', async () => {
    await say({ [ANN]: { dunning_attempt_number: 2 } });
    await say({ [ANN]: { in_dunning: false } }, { suppression_list: '' });
    expect(requests('/lists/')).toEqual([]);
  });

  it('is joined by nobody whose contact is gone', async () => {
    expect(await say({ user_gone: { in_dunning: false }, [ANN]: { in_dunning: false } })).toMatchObject([
      { result: 'absent' },
      DELIVERED,
    ]);
    expect(members()).toEqual([idOf(ANN)]);
  });

  it('that nobody made leaves the record owed, and says how it is made', async () => {
    bench.standIn.lists.all.clear();
    expect(await say({ [ANN]: { in_dunning: false } })).toMatchObject([
      { result: 'unknown', reason: expect.stringMatching(/no such list .*destinations apply/) },
    ]);
  });

  it.each<readonly [string, ToolFault]>([
    ['throttled', { kind: 'throttled' }],
    ['out of order', { kind: 'status', status: 502 }],
    ['not allowed', { kind: 'status', status: 403 }],
    ['garbled', { kind: 'garbage', applied: true, body: '{"ok":true}' }],
    ['cut off', { kind: 'silence', applied: false, socket: 'destroyed' }],
  ])('when HubSpot is %s is owed by those it is about alone, and made good by the next call', async (_name, fault) => {
    bench.standIn.inject(fault, { calls: 1, holding: [idOf(ANN)] });
    expect(await say({ [ANN]: { in_dunning: false }, user_bob: { dunning_attempt_number: 2 } })).toMatchObject([
      { result: 'unknown', reason: expect.stringMatching(/list was not changed: .*; properties told/) },
      DELIVERED,
    ]);
    expect(await say({ [ANN]: { in_dunning: false } })).toEqual([DELIVERED]);
    expect(members()).toEqual([idOf(ANN)]);
  });

  it('is planned and made once by the set-up', async () => {
    bench.standIn.lists.all.clear();
    const { setUp } = bench.tool;
    const fields = fieldsOf(
      'contact',
      AUDIENCES.all.map(({ key, description }) => ({ key, description })),
    );
    const { missing } = (await setUp?.plan(settings(), fields, 5_000)) ?? { missing: [] };
    expect(missing.map(({ what }) => what)).toEqual([`static list of contacts "${NAME}"`]);
    for (const step of missing) await setUp?.apply(settings(), step, 5_000);
    expect(bench.standIn.lists.named(NAME)?.processingType).toBe('MANUAL');
    expect(await setUp?.plan(settings(), fields, 5_000)).toMatchObject({ missing: [], conflicts: [] });
  });

  it('that is active is a conflict: nobody can be put on it', async () => {
    bench.standIn.lists.all.clear();
    bench.standIn.lists.add(NAME, 'DYNAMIC');
    const plan = await bench.tool.setUp?.plan(settings(), [], 5_000);
    expect(plan?.conflicts).toEqual([expect.stringContaining('a static one is needed')]);
    expect(await say({ [ANN]: { in_dunning: false } })).toMatchObject([{ result: 'unknown' }]);
  });
});

describe('workflows to be left', () => {
  const own = { suppression_list: '', unenrol_workflows: `${WORKFLOW} 77` };
  const enrolled = () => [...(bench.standIn.lists.enrolments.get(WORKFLOW) ?? [])];

  it('lose who is not to be dunned, by the address that HubSpot has, and nobody else', async () => {
    expect(await say({ [ANN]: { in_dunning: false }, user_bob: { in_dunning: true } }, own)).toEqual([
      DELIVERED,
      DELIVERED,
    ]);
    expect(enrolled()).toEqual(['bob@example.com']);
    expect(requests('/automation/').map(({ method, status }) => `${method} ${status}`)).toEqual([
      'DELETE 204',
      'DELETE 404',
    ]);
  });

  it('are no matter of who has no address', async () => {
    bench.standIn.account.add('contacts', { recoup_user_id: 'user_cem' });
    expect(await say({ user_cem: { in_dunning: false } }, own)).toEqual([DELIVERED]);
    expect(requests('/automation/')).toEqual([]);
  });

  it('that HubSpot does not let go leave the record owed, without the address in its reason', async () => {
    bench.standIn.lists.refuseEnrolments(429);
    const outcomes = await say({ [ANN]: { in_dunning: false } }, own);
    expect(outcomes).toMatchObject([
      { result: 'unknown', reason: expect.stringContaining('not taken out of its workflows') },
    ]);
    expect(JSON.stringify(outcomes)).not.toContain('@');
  });

  it('that HubSpot never lets one person go lose everybody else', async () => {
    bench.standIn.lists.refuseEnrolments(500, 'ann@example.com');
    expect(await say({ [ANN]: { in_dunning: false }, user_bob: { in_dunning: false } }, own)).toMatchObject([
      { result: 'unknown', reason: expect.stringContaining('not taken out of its workflows') },
      DELIVERED,
    ]);
    expect(enrolled()).toEqual(['ann@example.com']);
  });

  it('are asked no more of HubSpot once it is throttled', async () => {
    for (let index = 0; index < 20; index += 1)
      bench.standIn.account.add('contacts', { recoup_user_id: `user_${index}`, email: `${index}@example.com` });
    bench.standIn.lists.refuseEnrolments(429);
    const states = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`user_${index}`, { in_dunning: false }]),
    );
    const outcomes = await say(states, own);
    expect(Array.isArray(outcomes) && outcomes.every(({ result }) => result === 'unknown')).toBe(true);
    expect(requests('/automation/').length).toBeLessThanOrEqual(4);
  });
});

it('a run without credentials shows the same requests for the list', async () => {
  const own = bench.tool.credentials({
    ...bench.tool.recorder.credentials,
    suppressionList: NAME,
    unenrolWorkflows: '7',
  });
  const requests = await recorded(bench.tool, own, [
    bench.record(ANN, { isNew: false, attributes: { in_dunning: false } }),
  ]);
  expect(requests.map(({ method, url }) => `${method} ${url.replace(/.*\//, '')}`)).toEqual([
    'POST update',
    `GET ${encodeURIComponent(NAME)}`,
    'PUT add-and-remove',
    'POST read',
  ]);
});
