import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { Attributes } from '../../src/destination-kit/record.ts';
import type { BatchAnswer } from '../../src/destination-kit/sink.ts';
import { type HubspotBench, openHubspotTaskBench } from '../stand-ins/hubspot-bench.ts';
import { NOW } from './tool-records.ts';

let bench: HubspotBench;
beforeEach(async () => {
  bench = await openHubspotTaskBench({ now: () => NOW });
});
afterEach(() => bench.standIn.close());

const PAID = 'Closed by Recoup: paid on 2026-03-12, by "the customer" & a retry.';
const send = async (...records: readonly ReturnType<HubspotBench['record']>[]) =>
  outcomesOf(await makeActionsSink(bench.tool, bench.settings, { now: () => NOW }).send(records));
const outcomesOf = (answer: BatchAnswer) => (answer.answer === 'each' ? answer.outcomes : [answer]);
const change = (attributes: Attributes, id = 'dun_1') => bench.record(id, { isNew: false, attributes });
const close = (id = 'dun_1') => change({ task_state: 'closed', comment: PAID }, id);
const tasks = () => [...bench.standIn.account.objects.tasks.values()];
const writes = () => bench.standIn.requests.filter(({ path }) => !path.endsWith('/batch/read'));
const edit = (properties: Readonly<Record<string, string>>) => {
  const [task] = bench.standIn.account.find('tasks', 'recoup_task_key', 'dun_1');
  bench.standIn.account.edit('tasks', task?.id ?? '', properties);
};

describe('a hand-off', () => {
  it('is one task with its due date, owner, contact and company', async () => {
    bench.know(['dun_1']);
    expect(await send(bench.record('dun_1'))).toEqual([{ result: 'delivered', warning: null }]);
    await send(bench.record('dun_1'));
    expect(tasks()).toHaveLength(1);
    expect(tasks()[0]?.associations.map(({ typeId }) => typeId)).toEqual([204, 192]);
    expect(bench.heldOf('dun_1')).toMatchObject({
      hs_timestamp: '2026-03-11T12:00:00.000Z',
      hs_task_status: 'NOT_STARTED',
      hs_task_priority: 'HIGH',
      hubspot_owner_id: '22',
      recoup_task_key: 'dun_1',
    });
  });

  it('is rich text in which nothing of the facts is markup', async () => {
    await send(
      bench.record('dun_1', { attributes: { ...bench.record('dun_1').attributes, body: 'a <b> & "c"\n\nd' } }),
    );
    expect(bench.heldOf('dun_1')?.hs_task_body).toBe('a &lt;b&gt; &amp; &quot;c&quot;<br><br>d');
  });

  it.each([
    ['the contact’s owner where the company has none', { contact: '11' }, '11'],
    ['the default owner where neither has one', {}, '77'],
  ])('goes to %s', async (_case, { contact = '' }: { contact?: string }, owner) => {
    bench.standIn.account.add('contacts', { recoup_user_id: 'user_dun_1', hubspot_owner_id: contact });
    bench.standIn.account.add('companies', { recoup_account_id: 'cus_dun_1' });
    await send(bench.record('dun_1'));
    expect(bench.heldOf('dun_1')).toMatchObject({ hubspot_owner_id: owner });
  });

  it('finds the contact by email only where none carries the user id, and takes none of two', async () => {
    bench.standIn.account.add('contacts', { email: 'dun_1@example.com' });
    bench.standIn.account.add('contacts', { email: 'dun_2@example.com' });
    bench.standIn.account.add('contacts', { email: 'x@example.com', hs_additional_emails: 'dun_2@example.com' });
    const [one, two] = await send(bench.record('dun_1'), bench.record('dun_2'));
    expect([one, two]).toMatchObject([
      { result: 'delivered', warning: null },
      { warning: expect.stringContaining('neither') },
    ]);
    expect(tasks().map(({ associations }) => associations.length)).toEqual([1, 0]);
  });

  it.each([
    ['found by the user id', { recoup_user_id: 'user_dun_1', hubspot_owner_id: '11' }],
    ['found by email', { email: 'dun_1@example.com', hubspot_owner_id: '11' }],
  ])('stands with the company of the contact, %s, where none carries the account id yet', async (_case, contact) => {
    const { account } = bench.standIn;
    const associatedcompanyid = account.add('companies', { name: 'Acme', hubspot_owner_id: '22' });
    account.add('contacts', { ...contact, associatedcompanyid });
    expect(await send(bench.record('dun_1'))).toEqual([{ result: 'delivered', warning: null }]);
    expect(tasks()[0]?.associations).toMatchObject([{ typeId: 204 }, { typeId: 192, to: associatedcompanyid }]);
    expect(bench.heldOf('dun_1')).toMatchObject({ hubspot_owner_id: '22' });
  });

  it('stands with the company that carries the account id, not with another of the contact', async () => {
    const { account } = bench.standIn;
    const associatedcompanyid = account.add('companies', { name: 'Another', hubspot_owner_id: '33' });
    account.add('contacts', { recoup_user_id: 'user_dun_1', associatedcompanyid });
    const own = account.add('companies', { recoup_account_id: 'cus_dun_1' });
    await send(bench.record('dun_1'));
    expect(tasks()[0]?.associations).toMatchObject([{ typeId: 204 }, { typeId: 192, to: own }]);
    expect(bench.heldOf('dun_1')).not.toMatchObject({ hubspot_owner_id: '33' });
  });

  it('that is over before it was told makes no task', async () => {
    const { attributes } = bench.record('dun_1');
    const over = bench.record('dun_1', { attributes: { ...attributes, task_state: 'closed', comment: PAID } });
    expect(await send(over)).toEqual([{ result: 'delivered', warning: null }]);
    expect(writes()).toEqual([]);
  });

  it('that was closed as lost and is paid late gets the second comment, too', async () => {
    await send(bench.record('dun_1'));
    await send(change({ task_state: 'closed', comment: 'Closed by Recoup: lost.' }));
    await send(change({ comment: 'Closed by Recoup: paid late.' }));
    expect(bench.heldOf('dun_1')?.hs_task_body).toMatch(
      /Closed by Recoup: lost\.<br><br>Closed by Recoup: paid late\.$/,
    );
    expect(bench.heldOf('dun_1')).toMatchObject({ hs_task_status: 'COMPLETED' });
  });

  it('is not made a second time when the answer was lost', async () => {
    bench.standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { calls: 1 });
    await send(bench.record('dun_1'));
    expect(await send(bench.record('dun_1'))).toMatchObject([{ result: 'delivered' }]);
    expect(tasks()).toHaveLength(1);
  });

  it('is looked for again when its key was taken between the look and the creation', async () => {
    const taken = '[{"isValid":false,"error":"CONFLICTING_UNIQUE_VALUE","name":"recoup_task_key"}]';
    const body = { status: 'error', category: 'VALIDATION_ERROR', message: `Property values were not valid: ${taken}` };
    bench.standIn.inject({ kind: 'status', status: 400, body }, { calls: 1 });
    expect(await send(bench.record('dun_1'))).toMatchObject([{ result: 'retry' }]);
  });
});

describe('an open task', () => {
  beforeEach(async () => {
    bench.know(['dun_1']);
    await send(bench.record('dun_1'));
  });

  it('gets new words while they are Recoup’s, whatever the editor made of the markup', async () => {
    const body = String(bench.heldOf('dun_1')?.hs_task_body);
    edit({ hs_task_body: `<div><p>${body.replaceAll('<br>', '</p> <p>')}</p></div>` });
    await send(change({ body: 'Second attempt', subject: 'Payment failed, attempt 2' }));
    await send(change({ body: 'Third attempt' }));
    expect(bench.heldOf('dun_1')).toMatchObject({
      hs_task_body: 'Third attempt',
      hs_task_subject: 'Payment failed, attempt 2',
    });
  });

  it('keeps what a person wrote into it, and says so', async () => {
    const body = `${bench.heldOf('dun_1')?.hs_task_body}<br>Called her, calls back Monday`;
    edit({ hs_task_body: body });
    expect(await send(change({ body: 'Second attempt' }))).toMatchObject([
      { result: 'delivered', warning: expect.stringContaining('somebody changed') },
    ]);
    expect(bench.heldOf('dun_1')?.hs_task_body).toBe(body);
  });

  it('keeps the due date, the priority and the owner that a person gave it', async () => {
    edit({ hs_timestamp: '2026-04-01T00:00:00.000Z', hubspot_owner_id: '99', hs_task_priority: 'LOW' });
    await send(change({ due_at: '2026-03-20T00:00:00.000Z', priority: 'high', body: 'Second attempt' }));
    expect(bench.heldOf('dun_1')).toMatchObject({
      hs_timestamp: '2026-04-01T00:00:00.000Z',
      hubspot_owner_id: '99',
      hs_task_priority: 'LOW',
    });
  });

  it('closes with the comment after what a person wrote, once', async () => {
    const body = `${bench.heldOf('dun_1')?.hs_task_body}<br>Called her`;
    edit({ hs_task_body: body, hs_task_status: 'IN_PROGRESS' });
    await send(close());
    const before = writes().length;
    await send(close());
    expect(writes()).toHaveLength(before);
    expect(bench.heldOf('dun_1')).toMatchObject({
      hs_task_status: 'COMPLETED',
      hs_task_body: `${body}<br><br>Closed by Recoup: paid on 2026-03-12, by &quot;the customer&quot; &amp; a retry.`,
    });
  });

  it('that a person closed is neither reopened nor closed again, and hears how it ended', async () => {
    edit({ hs_task_status: 'COMPLETED' });
    await send(change({ task_state: 'open', body: 'Second attempt' }));
    expect(writes()).toHaveLength(1);
    await send(close());
    expect(JSON.stringify(writes().at(-1)?.body)).not.toContain('hs_task_status');
    expect(bench.heldOf('dun_1')?.hs_task_body).toContain('<br><br>Closed by Recoup');
  });

  it('that a person deleted is not made again', async () => {
    const [task] = tasks();
    bench.standIn.account.archive('tasks', task?.id ?? '');
    expect(await send(change({ body: 'Second attempt' }))).toMatchObject([
      { result: 'delivered', warning: expect.stringContaining('none is made') },
    ]);
    expect(writes()).toHaveLength(1);
  });

  it('closes beside one that is made in the same call, whose failure is its own', async () => {
    bench.know(['dun_2']);
    bench.standIn.inject({ kind: 'status', status: 502 }, { holding: ['dun_1'], calls: 1 });
    expect(await send(close(), bench.record('dun_2'))).toMatchObject([{ result: 'unknown' }, { result: 'delivered' }]);
    expect(tasks()).toHaveLength(2);
  });
});
