import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import type { BatchAnswer } from '../../src/destination-kit/sink.ts';
import { type HubspotBench, openHubspotContactBench } from '../stand-ins/hubspot-bench.ts';
import { NOW } from './tool-records.ts';

let bench: HubspotBench;
beforeEach(async () => {
  bench = await openHubspotContactBench({ now: () => NOW });
});
afterEach(() => bench.standIn.close());

const sinkOf = (settings: ToolSettings = bench.settings) => makeActionsSink(bench.tool, settings, { now: () => NOW });
const outcomesOf = (answer: BatchAnswer) => (answer.answer === 'each' ? answer.outcomes : [answer]);
const contacts = () => [...bench.standIn.account.objects.contacts.values()];
const add = (properties: Readonly<Record<string, string>>) => bench.standIn.account.add('contacts', properties);
const bodiesOf = (verb: string) =>
  bench.standIn.requests.filter(({ path }) => path.endsWith(`/batch/${verb}`)).map(({ body }) => JSON.stringify(body));

describe('a new user in HubSpot', () => {
  it('is linked to the contact with the email, whose email and name stay as sales wrote them', async () => {
    add({ email: 'Ann@Example.com', firstname: 'Ann' });
    const record = bench.record('user_1', { attributes: { in_dunning: true, email: 'ANN@example.com' } });
    expect(outcomesOf(await sinkOf().send([record]))).toEqual([{ result: 'delivered', warning: null }]);
    expect(contacts().map(({ properties }) => properties)).toEqual([
      { email: 'Ann@Example.com', firstname: 'Ann', recoup_user_id: 'user_1', in_dunning: 'true' },
    ]);
  });

  it('is found by a second address', async () => {
    add({ email: 'new@example.com', hs_additional_emails: 'old@example.com;older@example.com' });
    await sinkOf().send([bench.record('user_1', { attributes: { in_dunning: true, email: 'older@example.com' } })]);
    expect(contacts()).toHaveLength(1);
    expect(bench.heldOf('user_1')).toMatchObject({ email: 'new@example.com', in_dunning: 'true' });
  });

  it('is not looked for by email where a contact carries the user id', async () => {
    add({ recoup_user_id: 'user_1', email: 'other@example.com' });
    await sinkOf().send([bench.record('user_1')]);
    expect(contacts()).toHaveLength(1);
    expect(bench.heldOf('user_1')).toMatchObject({ email: 'other@example.com', in_dunning: 'true' });
    expect(bodiesOf('read')).toHaveLength(1);
  });

  it('is created once with its email when nobody is found', async () => {
    const sink = sinkOf();
    await sink.send([bench.record('user_1')]);
    await sink.send([bench.record('user_1')]);
    expect(contacts()).toHaveLength(1);
    expect(bench.heldOf('user_1')).toMatchObject({ email: 'user_1@example.com', in_dunning: 'true' });
  });

  it.each([
    ['without an email', { in_dunning: true }, 'true'],
    ['where none are to be made', { in_dunning: true, email: 'a@example.com' }, 'false'],
  ])('is absent %s, and nothing is written', async (_case, attributes, createMissing) => {
    const settings = { ...bench.settings, create_missing: createMissing === 'true' };
    const [outcome] = outcomesOf(await sinkOf(settings).send([bench.record('user_1', { attributes })]));
    expect(outcome).toMatchObject({ result: 'absent' });
    expect(contacts()).toEqual([]);
  });

  it('is refused in words without the email where it is not sure who it is', async () => {
    add({ email: 'two@example.com' });
    add({ email: 'elsewhere@example.com', hs_additional_emails: 'two@example.com' });
    add({ email: 'taken@example.com', recoup_user_id: 'user_9' });
    const recordOf = (id: string, email: string) => bench.record(id, { attributes: { in_dunning: true, email } });
    const answer = await sinkOf().send([
      recordOf('user_1', 'two@example.com'),
      recordOf('user_2', 'taken@example.com'),
      recordOf('user_3', 'free@example.com'),
    ]);
    expect(outcomesOf(answer)).toMatchObject([
      { result: 'rejected', reason: expect.stringContaining('several contacts') },
      { result: 'rejected', reason: expect.stringContaining('another user id') },
      { result: 'delivered' },
    ]);
    expect(JSON.stringify(answer)).not.toContain('@');
    expect([bench.heldOf('user_1'), bench.heldOf('user_2')]).toEqual([null, null]);
    expect(bench.heldOf('user_9')).toEqual({ email: 'taken@example.com', recoup_user_id: 'user_9' });
  });

  it.each([
    ['nobody has', 0],
    ['a contact has', 1],
  ])('waits when another new user of the call has the same email, which %s', async (_case, before) => {
    for (let made = 0; made < before; made += 1) add({ email: 'one@example.com' });
    const recordOf = (id: string) => bench.record(id, { attributes: { in_dunning: true, email: 'one@example.com' } });
    const answer = await sinkOf().send([recordOf('user_1'), recordOf('user_2')]);
    expect(outcomesOf(answer).map((outcome) => 'result' in outcome && outcome.result)).toEqual(['delivered', 'retry']);
    expect(contacts()).toHaveLength(1);
  });

  it('is not doubled when the answer to its creation was lost', async () => {
    bench.standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { calls: 1 });
    const sink = sinkOf();
    expect(await sink.send([bench.record('user_1')])).toMatchObject({ answer: 'unknown' });
    expect(outcomesOf(await sink.send([bench.record('user_1')]))).toMatchObject([{ result: 'delivered' }]);
    expect(contacts()).toHaveLength(1);
  });
});

describe('a user whom HubSpot knows', () => {
  const known = (attributes: Readonly<Record<string, string | number | boolean | null>>, id = 'user_1') =>
    bench.record(id, { isNew: false, attributes });

  it('is updated in one request for a hundred, in which no email is', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `user_${index}`);
    for (const recoup_user_id of ids) add({ recoup_user_id });
    const answer = await sinkOf({ ...bench.settings, suppression_list: '' }).send(
      ids.map((id) => known({ in_dunning: false, email: 'changed@example.com' }, id)),
    );
    expect(outcomesOf(answer).every((outcome) => 'result' in outcome && outcome.result === 'delivered')).toBe(true);
    expect(bench.standIn.requests).toHaveLength(1);
    expect(bodiesOf('update').join()).not.toContain('@');
  });

  it('is asked nothing when only the email changed, which is the sales team’s', async () => {
    add({ recoup_user_id: 'user_1', email: 'sales@example.com' });
    expect(outcomesOf(await sinkOf().send([known({ email: 'new@example.com' })]))).toMatchObject([
      { result: 'delivered' },
    ]);
    expect(bench.standIn.requests).toEqual([]);
  });

  it('is absent once deleted, alone and among others, and no empty double of it is made', async () => {
    const id = add({ recoup_user_id: 'user_1' });
    add({ recoup_user_id: 'user_2' });
    bench.standIn.account.archive('contacts', id);
    const sink = sinkOf();
    const both = await sink.send([known({ in_dunning: false }), known({ in_dunning: false }, 'user_2')]);
    expect(outcomesOf(both)).toMatchObject([{ result: 'absent' }, { result: 'delivered' }]);
    expect(outcomesOf(await sink.send([known({ in_dunning: false })]))).toMatchObject([{ result: 'absent' }]);
    expect(contacts()).toHaveLength(2);
  });

  it('has the day and the instant of the next retry, and both are cleared', async () => {
    add({ recoup_user_id: 'user_1' });
    const sink = sinkOf();
    await sink.send([
      known({ next_retry_date: '2026-03-14T23:30:00.000-02:00', card_expires_at: '2026-04-30T23:59:59.999Z' }),
    ]);
    expect(bench.heldOf('user_1')).toMatchObject({
      next_retry_date: '2026-03-15',
      next_retry_at: '2026-03-15T01:30:00.000Z',
      card_expires_at: '2026-04-30T23:59:59.999Z',
    });
    await sink.send([known({ next_retry_date: null, card_expires_at: null })]);
    expect(bench.heldOf('user_1')).toEqual({ recoup_user_id: 'user_1' });
  });
});

describe('a call with known and new users together', () => {
  it('tells a failure after the first write to its own records and to no others', async () => {
    add({ recoup_user_id: 'user_1' });
    add({ email: 'user_2@example.com' });
    const records = [
      bench.record('user_1', { isNew: false, attributes: { in_dunning: true } }),
      bench.record('user_2'),
      bench.record('user_3'),
    ];
    bench.standIn.inject({ kind: 'status', status: 503 }, { holding: ['user_2'], calls: 1 });
    bench.standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { holding: ['user_3'], calls: 1 });
    expect(outcomesOf(await sinkOf().send(records))).toMatchObject([
      { result: 'delivered' },
      { result: 'retry' },
      { result: 'unknown' },
    ]);
    expect(bench.heldOf('user_2')).toBeNull();
  });

  it('sends those of a later request again when one of them was refused for all', async () => {
    add({ recoup_user_id: 'user_1' });
    add({ email: 'user_2@example.com' });
    add({ email: 'user_3@example.com' });
    const known = bench.record('user_1', { isNew: false, attributes: { in_dunning: true } });
    bench.standIn.inject({ kind: 'status', status: 400 }, { holding: ['user_2'], calls: 1 });
    expect(outcomesOf(await sinkOf().send([known, bench.record('user_2'), bench.record('user_3')]))).toMatchObject([
      { result: 'delivered' },
      { result: 'retry' },
      { result: 'retry' },
    ]);
  });
});
