import { afterEach, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { type BenchOptions, openSalesforceTaskBench, type SalesforceBench } from '../stand-ins/salesforce-bench.ts';
import { NOW } from './tool-records.ts';

const DELIVERED = { result: 'delivered', warning: null };
const SELLER = '005000000000777AAA';
const COMMENT = 'Recovered on 12 March 2026.';
const CLOSED = { task_state: 'closed', comment: COMMENT };

let bench: SalesforceBench;
afterEach(() => bench.standIn.close());

const open = async (options?: BenchOptions): Promise<SalesforceBench> => {
  bench = await openSalesforceTaskBench({ now: () => NOW }, options);
  bench.standIn.org.put('User', { Id: SELLER, Name: 'Seller', IsActive: true });
  return bench;
};
const outcomesOf = async (...records: readonly ToolRecord[]) => {
  const sink = makeActionsSink(bench.tool, bench.settings, { now: () => NOW, timeoutMs: 2_000 });
  const answer = await sink.send(records);
  return answer.answer === 'each' ? answer.outcomes : answer;
};
const change = (id: string, attributes: ToolRecord['attributes']) => bench.record(id, { attributes, isNew: false });
const tasks = () => bench.standIn.org.all('Task');
const idOf = (object: string) => bench.standIn.org.all(object)[0]?.Id;

describe('an open hand-off', () => {
  it("is one Task on the Contact and the Account, of the Account's owner", async () => {
    const { standIn, record } = await open({ credentials: { defaultOwner: '005000000000001AAA' } });
    standIn.org.put('Account', { Name: 'Acme', Recoup_Account_Id__c: 'acct_dun_1', OwnerId: SELLER });
    standIn.org.put('Contact', { LastName: 'Ann', Recoup_User_Id__c: 'user_dun_1' });
    expect(await outcomesOf(record('dun_1'))).toEqual([DELIVERED]);
    expect(tasks()).toHaveLength(1);
    expect(tasks()[0]).toMatchObject({
      Recoup_Task_Key__c: 'dun_1',
      Subject: 'Payment failed: take over',
      Description: 'A payment failed.\nCall them.',
      Status: 'Not Started',
      Priority: 'High',
      ActivityDate: '2026-03-11',
      WhoId: idOf('Contact'),
      WhatId: idOf('Account'),
      OwnerId: SELLER,
    });
  });

  it.each([
    ["the Contact's owner, where the Account's has left", 'Contact'],
    ['the default owner, where neither is there', 'default'],
  ])('belongs to %s', async (_case, where) => {
    const { standIn, record } = await open({ credentials: { defaultOwner: SELLER } });
    standIn.org.put('User', { Id: '005000000000999AAA', IsActive: false });
    if (where === 'Contact') {
      standIn.org.put('User', { Id: '005000000000888AAA', IsActive: true });
      standIn.org.put('Account', { Name: 'Acme', Recoup_Account_Id__c: 'acct_dun_1', OwnerId: '005000000000999AAA' });
      standIn.org.put('Contact', { LastName: 'A', Recoup_User_Id__c: 'user_dun_1', OwnerId: '005000000000888AAA' });
    }
    expect(await outcomesOf(record('dun_1'))).toEqual([DELIVERED]);
    expect(tasks()[0]?.OwnerId).toBe(where === 'Contact' ? '005000000000888AAA' : SELLER);
  });

  it('that nobody would own is made, and says so', async () => {
    const { record } = await open();
    expect(await outcomesOf(record('dun_1'))).toMatchObject([
      { result: 'delivered', warning: expect.stringContaining('no default owner') },
    ]);
    expect(tasks()).toHaveLength(1);
  });

  it('finds the Contact by email only where none carries the user id, and only one has the email', async () => {
    const { standIn, record } = await open({ credentials: { defaultOwner: SELLER } });
    const id = standIn.org.put('Contact', { LastName: 'One', Email: 'dun_1@example.com' });
    for (const LastName of ['Two', 'Three']) standIn.org.put('Contact', { LastName, Email: 'dun_2@example.com' });
    expect(await outcomesOf(record('dun_1'), record('dun_2'))).toEqual([DELIVERED, DELIVERED]);
    expect(tasks().map(({ WhoId }) => WhoId)).toEqual([id, undefined]);
  });

  it.each([
    ['found by the user id', { Recoup_User_Id__c: 'user_dun_1' }, true],
    ['found by email', { Email: 'dun_1@example.com' }, true],
    ['whose owner has left', { Recoup_User_Id__c: 'user_dun_1' }, false],
  ])(
    'stands with the Account of the Contact, %s, where none carries the account id yet',
    async (_case, keys, IsActive) => {
      const { standIn, record } = await open({ credentials: { defaultOwner: '005000000000001AAA' } });
      const OwnerId = standIn.org.put('User', { Id: '005000000000888AAA', IsActive });
      const AccountId = standIn.org.put('Account', { Name: 'Acme', OwnerId });
      const WhoId = standIn.org.put('Contact', { LastName: 'Ann', ...keys, AccountId, OwnerId: SELLER });
      expect(await outcomesOf(record('dun_1'))).toEqual([DELIVERED]);
      expect(tasks()[0]).toMatchObject({ WhoId, WhatId: AccountId, OwnerId: IsActive ? OwnerId : SELLER });
    },
  );

  it('stands with the Account that carries the account id, not with another above the Contact', async () => {
    const { standIn, record } = await open({ credentials: { defaultOwner: SELLER } });
    const AccountId = standIn.org.put('Account', { Name: 'Another' });
    standIn.org.put('Contact', { LastName: 'Ann', Recoup_User_Id__c: 'user_dun_1', AccountId });
    const WhatId = standIn.org.put('Account', { Name: 'Acme', Recoup_Account_Id__c: 'acct_dun_1', OwnerId: SELLER });
    await outcomesOf(record('dun_1'));
    expect(tasks()[0]).toMatchObject({ WhatId, OwnerId: SELLER });
  });

  it('is made once, whatever became of the answer', async () => {
    const { standIn, record, know } = await open();
    know(['dun_1']);
    standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { calls: 1 });
    expect(await outcomesOf(record('dun_1'))).toMatchObject({ answer: 'unknown' });
    expect(await outcomesOf(record('dun_1'))).toEqual([DELIVERED]);
    expect(tasks()).toHaveLength(1);
  });

  it('that another writer makes meanwhile is sent again, not made twice', async () => {
    const { standIn, record, know } = await open();
    know(['dun_1']);
    standIn.org.put('Task', { Recoup_Task_Key__c: 'dun_1', Subject: 'first' });
    // The look-up came before the other writer.
    const before = { records: [], totalSize: 0, done: true };
    standIn.inject({ kind: 'status', status: 200, reads: true, body: before }, { calls: 1, holding: ['dun_1'] });
    expect(await outcomesOf(record('dun_1'))).toMatchObject([{ result: 'retry' }]);
    expect(tasks()).toHaveLength(1);
  });

  it('follows the episode while nobody touched it, and not once a person did', async () => {
    const { standIn, record, know } = await open();
    know(['dun_1']);
    await outcomesOf(record('dun_1'));
    await outcomesOf(change('dun_1', { body: 'Two payments failed.' }));
    expect(tasks()[0]?.Description).toBe('Two payments failed.');
    standIn.org.put('Task', { Id: tasks()[0]?.Id, Description: 'I called them. They pay on Friday.' }, SELLER);
    expect(await outcomesOf(change('dun_1', { body: 'Three payments failed.' }))).toMatchObject([
      { result: 'delivered', warning: 'a person edited the task: left as it is' },
    ]);
    expect(tasks()[0]?.Description).toBe('I called them. They pay on Friday.');
  });
});

describe('an ended episode', () => {
  it('closes its Task and says how it ended, once, below what a person wrote', async () => {
    const { standIn, record, know } = await open();
    know(['dun_1']);
    await outcomesOf(record('dun_1'));
    standIn.org.put('Task', { Id: tasks()[0]?.Id, Description: 'I called them.' }, SELLER);
    expect(await outcomesOf(change('dun_1', CLOSED))).toEqual([DELIVERED]);
    const closed = { Status: 'Completed', IsClosed: true, Description: `I called them.\n\n${COMMENT}` };
    expect(tasks()[0]).toMatchObject(closed);
    expect(await outcomesOf(change('dun_1', CLOSED))).toEqual([DELIVERED]);
    expect(tasks()[0]).toMatchObject(closed);
  });

  it('gives its Task the words of an ended one where nobody touched it, and a person’s words stay', async () => {
    const { standIn, record, know } = await open();
    know(['dun_1', 'dun_2', 'dun_3']);
    await outcomesOf(record('dun_1'), record('dun_2'), record('dun_3'));
    const [, second, third] = tasks();
    standIn.org.put('Task', { Id: second?.Id, Description: 'I called them.' }, SELLER);
    standIn.org.put('Task', { Id: third?.Id, Status: 'Completed' }, SELLER);
    const ended = {
      ...CLOSED,
      subject: 'Payment failed',
      body: 'A payment failed.',
      due_at: '2026-04-01T00:00:00.000Z',
    };
    await outcomesOf(change('dun_1', ended), change('dun_2', ended), change('dun_3', ended));
    const told = (words: string) => `${words}\n\n${COMMENT}`;
    const before = 'A payment failed.\nCall them.';
    expect(tasks()).toMatchObject([
      { Subject: 'Payment failed', Description: told('A payment failed.'), ActivityDate: '2026-03-11' },
      { Subject: 'Payment failed: take over', Description: told('I called them.') },
      { Subject: 'Payment failed: take over', Description: told(before) },
    ]);
    await outcomesOf(change('dun_1', ended));
    expect(tasks()[0]?.Description).toBe(told('A payment failed.'));
    await outcomesOf(change('dun_1', { ...ended, body: 'It was paid late.', comment: 'Paid after all.' }));
    expect(tasks()[0]?.Description).toBe(`${told('A payment failed.')}\n\nPaid after all.`);
  });

  it('leaves a Task closed that a person closed, and one open again that a person opened', async () => {
    const { standIn, record, know } = await open();
    know(['dun_1']);
    await outcomesOf(record('dun_1'));
    standIn.org.put('Task', { Id: tasks()[0]?.Id, Status: 'Completed' }, SELLER);
    const before = standIn.requests.length;
    await outcomesOf(change('dun_1', { body: 'More.' }));
    expect(standIn.requests.slice(before).map(({ method }) => method)).toEqual(['POST', 'GET']);
    await outcomesOf(change('dun_1', CLOSED));
    const written = standIn.requests.at(-1)?.body as { readonly records: readonly Record<string, unknown>[] };
    expect(Object.keys(written.records[0] ?? {})).not.toContain('Status');
    expect(tasks()[0]).toMatchObject({ Status: 'Completed' });
  });

  it('that had no Task gets none', async () => {
    const { record } = await open();
    expect(await outcomesOf(record('dun_1', { attributes: { ...CLOSED, subject: 'Late' } }))).toMatchObject([
      { result: 'delivered', warning: expect.stringContaining('there is none') },
    ]);
    expect(tasks()).toHaveLength(0);
  });

  it('whose Task a person deleted gets no other', async () => {
    const { standIn, record, know } = await open();
    know(['dun_1']);
    await outcomesOf(record('dun_1'));
    standIn.org.remove('Task', String(tasks()[0]?.Id));
    expect(
      await outcomesOf(change('dun_1', { task_state: 'open', body: 'More.' }), change('dun_1b', CLOSED)),
    ).toMatchObject([{ result: 'delivered', warning: 'the task is no longer in Salesforce' }, { result: 'delivered' }]);
    expect(tasks()).toHaveLength(0);
  });
});
