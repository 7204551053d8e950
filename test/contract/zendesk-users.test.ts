import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zendesk } from '../../destinations/zendesk/index.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { openBareZendeskBench, openZendeskBench, type ZendeskBench } from '../stand-ins/zendesk-bench.ts';
import { IDS, makeSupportRig, type SupportRig, TIMEOUT_MS } from './support-rig.ts';
import { DELIVERED } from './tool-at-hand.ts';
import { NOW } from './tool-records.ts';

let rig: SupportRig<ZendeskBench>;
beforeEach(async () => {
  rig = makeSupportRig(await openZendeskBench({ now: () => NOW }));
});
afterEach(() => rig.bench.standIn.close());

describe('the status', () => {
  it('of many users is one look-up and one update each', async () => {
    rig.bench.know(IDS);
    const before = rig.requests().length;
    expect(await rig.outcomes()).toEqual([DELIVERED, DELIVERED, DELIVERED]);
    expect(rig.requests().slice(before)).toEqual([
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
    const sendBare = () => rig.sinkWith(bare.settings).send([bare.record('ann', { attributes })]);
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
  it.each([
    ['who has another external id', { email: 'ann@example.com', external_id: 'somebody else' }],
    ['who is an agent', { email: 'ann@example.com', role: 'agent' }],
    ['whose address only begins alike', { email: 'ann@example.com.invalid' }],
  ])('%s is nobody that the email may find', async (_case, user) => {
    rig.bench.standIn.addUser(user);
    expect(await rig.outcomes(['ann'])).toMatchObject([{ result: 'absent' }]);
    expect(rig.bench.standIn.users[0]?.user_fields).toEqual({});
  });

  it('whose id differs in case alone is refused: Zendesk takes both for one', async () => {
    rig.bench.know(['Ann']);
    expect(await rig.outcomes(['ann'])).toMatchObject([{ result: 'rejected' }]);
    expect(rig.bench.heldOf('Ann')).toEqual({});
  });

  it('whose id has a comma is refused and no other is asked for in its place', async () => {
    rig.bench.know(['ann', 'bob']);
    expect(await rig.outcomes(['ann,bob'])).toMatchObject([{ result: 'rejected' }]);
    expect(rig.bench.heldOf('ann')).toEqual({});
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

it('the recorder makes the same requests and sends none', async () => {
  rig.bench.know(['ann']);
  await rig.send(['ann']);
  const recorded: unknown[] = [];
  const recorder = makeRecorderSink(zendesk, { onRequest: ({ method, body }) => recorded.push([method, body]) });
  expect(await recorder.send([rig.bench.record('ann')])).toEqual({
    answer: 'each',
    outcomes: [{ result: 'recorded' }],
  });
  const sent = rig.bench.standIn.requests.at(-1);
  expect(recorded).toEqual([
    ['GET', ''],
    ['PUT', JSON.stringify(sent?.body)],
  ]);
});
