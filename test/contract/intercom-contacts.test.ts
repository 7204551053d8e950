import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intercom } from '../../destinations/intercom/index.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { type IntercomBench, openBareIntercomBench, openIntercomBench } from '../stand-ins/intercom-bench.ts';
import { IDS, makeSupportRig, type SupportRig, TIMEOUT_MS } from './support-rig.ts';
import { DELIVERED } from './tool-at-hand.ts';
import { NOW } from './tool-records.ts';

const ABSENT = { result: 'absent', reason: 'Intercom does not know the contact' };

let rig: SupportRig<IntercomBench>;
beforeEach(async () => {
  rig = makeSupportRig(await openIntercomBench({ now: () => NOW }));
});
afterEach(() => rig.bench.standIn.close());

describe('the status', () => {
  it('of many contacts is one search and one update each', async () => {
    rig.bench.know(IDS);
    const before = rig.requests().length;
    expect(await rig.outcomes()).toEqual([DELIVERED, DELIVERED, DELIVERED]);
    expect(rig.requests().slice(before)).toEqual([
      'POST /contacts/search',
      'PUT /contacts/con_0',
      'PUT /contacts/con_1',
      'PUT /contacts/con_2',
    ]);
  });

  it('of a full call is looked up with as many filters as a search takes', async () => {
    const ids = Array.from({ length: intercom.limits.objects }, (_, index) => `user_${index}`);
    rig.bench.know(ids);
    expect(await rig.outcomes(ids)).toEqual(ids.map(() => DELIVERED));
  });

  it('for which Intercom has no attribute stops the tool, and refuses nobody', async () => {
    const bare = await openBareIntercomBench({ now: () => NOW });
    bare.know(['ann']);
    const answer = await rig.sinkWith(bare.settings).send([bare.record('ann')]);
    expect(answer).toMatchObject({ answer: 'stopped', reason: expect.stringContaining('destinations apply') });
    await bare.standIn.close();
  });
});

describe('a contact', () => {
  it.each([
    ['who has another external id', [{ email: 'ann@example.com', external_id: 'somebody else' }]],
    ['who is a lead', [{ email: 'ann@example.com', role: 'lead' }]],
    ['who is there twice', [{ email: 'ann@example.com' }, { email: 'ann@example.com' }]],
  ])('%s is nobody that the email may find', async (_case, contacts) => {
    for (const contact of contacts) rig.bench.standIn.addContact(contact);
    expect(await rig.outcomes(['ann'])).toEqual([ABSENT]);
    expect(rig.bench.standIn.contacts[0]?.custom_attributes).toEqual({});
  });

  it('whose id differs in case alone is somebody else', async () => {
    rig.bench.know(['Ann']);
    expect(await rig.outcomes(['ann'])).toEqual([ABSENT]);
    expect(rig.bench.heldOf('Ann')).toEqual({});
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

it('the recorder makes the same requests and sends none', async () => {
  rig.bench.know(['ann', 'bob']);
  await rig.send(['ann', 'bob']);
  const recorded: unknown[] = [];
  const recorder = makeRecorderSink(intercom, {
    onRequest: ({ method, body }) => recorded.push([method, JSON.parse(body)]),
  });
  const records = ['ann', 'bob'].map((id) => rig.bench.record(id));
  expect(await recorder.send(records)).toEqual({
    answer: 'each',
    outcomes: [{ result: 'recorded' }, { result: 'recorded' }],
  });
  expect(recorded).toEqual(rig.bench.standIn.requests.slice(-3).map(({ method, body }) => [method, body]));
});
