import { afterEach, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { openSalesforceAccountBench, type SalesforceBench } from '../stand-ins/salesforce-bench.ts';
import { NOW } from './tool-records.ts';

const DELIVERED = { result: 'delivered', warning: null };

let bench: SalesforceBench;
afterEach(() => bench.standIn.close());

const open = async (): Promise<SalesforceBench> => {
  bench = await openSalesforceAccountBench({ now: () => NOW });
  return bench;
};
const outcomesOf = async (...records: readonly ToolRecord[]) => {
  const answer = await makeActionsSink(bench.tool, bench.settings, { now: () => NOW }).send(records);
  return answer.answer === 'each' ? answer.outcomes : answer;
};
const accounts = () => bench.standIn.org.all('Account');

it('an account is found by its id', async () => {
  const { know, record, fieldsOf } = await open();
  know(['acct_1']);
  expect(await outcomesOf(record('acct_1'))).toEqual([DELIVERED]);
  expect(fieldsOf('acct_1')).toMatchObject({ In_Dunning__c: true, Dunning_Stage__c: 'first_failure' });
});

it("an account that carries no id is found through its owner's Contact, and linked", async () => {
  const { standIn, record, fieldsOf } = await open();
  const AccountId = standIn.org.put('Account', { Name: 'Acme' });
  standIn.org.put('Contact', { LastName: 'Ann', Recoup_User_Id__c: 'user_acct_1', AccountId });
  expect(await outcomesOf(record('acct_1'))).toEqual([DELIVERED]);
  expect(accounts()[0]).toMatchObject({ Id: AccountId, Name: 'Acme', Recoup_Account_Id__c: 'acct_1' });
  expect(fieldsOf('acct_1')).toMatchObject({ In_Dunning__c: true });
});

it('the Account of another billing account is left alone, of this call or of an earlier one', async () => {
  const { standIn, record } = await open();
  const AccountId = standIn.org.put('Account', { Name: 'Acme' });
  standIn.org.put('Contact', { LastName: 'Ann', Recoup_User_Id__c: 'ann', AccountId });
  const owned = (id: string) => record(id, { attributes: { in_dunning: true, user_id: 'ann' } });
  expect(await outcomesOf(owned('acct_1'), owned('acct_2'))).toMatchObject([DELIVERED, { result: 'absent' }]);
  expect(await outcomesOf(owned('acct_3'))).toMatchObject([{ result: 'absent' }]);
  expect(accounts()).toMatchObject([{ Recoup_Account_Id__c: 'acct_1' }]);
});

it('an account that Salesforce does not know is absent and never made, new or not', async () => {
  const { record, standIn } = await open();
  standIn.org.put('Contact', { LastName: 'Ann', Recoup_User_Id__c: 'user_acct_1' });
  expect(await outcomesOf(record('acct_1'), record('acct_2'), record('acct_3', { isNew: false }))).toMatchObject([
    { result: 'absent' },
    { result: 'absent' },
    { result: 'absent' },
  ]);
  expect(accounts()).toHaveLength(0);
});

it('a change of owner alone writes nothing', async () => {
  const { know, record, standIn } = await open();
  know(['acct_1']);
  expect(await outcomesOf(record('acct_1', { attributes: { user_id: 'bob' }, isNew: false }))).toEqual([DELIVERED]);
  expect(standIn.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(0);
});
