import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { BatchAnswer } from '../../src/destination-kit/sink.ts';
import { type HubspotBench, openHubspotCompanyBench } from '../stand-ins/hubspot-bench.ts';
import { NOW } from './tool-records.ts';

let bench: HubspotBench;
beforeEach(async () => {
  bench = await openHubspotCompanyBench({ now: () => NOW });
});
afterEach(() => bench.standIn.close());

const send = async (...records: readonly ReturnType<HubspotBench['record']>[]) =>
  outcomesOf(await makeActionsSink(bench.tool, bench.settings, { now: () => NOW }).send(records));
const outcomesOf = (answer: BatchAnswer) => (answer.answer === 'each' ? answer.outcomes : [answer]);
const add = (type: 'contacts' | 'companies', properties: Readonly<Record<string, string>>) =>
  bench.standIn.account.add(type, properties);
const companyOf = (id: string) => bench.standIn.account.objects.companies.get(id)?.properties;

describe('a new account in HubSpot', () => {
  it('is the company that carries its id', async () => {
    const company = add('companies', { recoup_account_id: 'cus_1', name: 'Acme' });
    expect(await send(bench.record('cus_1'))).toMatchObject([{ result: 'delivered' }]);
    expect(companyOf(company)).toMatchObject({ name: 'Acme', in_dunning: 'true' });
  });

  it('is the primary company of the owner’s contact, which then carries the id and no user id', async () => {
    bench.know(['cus_1']);
    expect(await send(bench.record('cus_1'))).toMatchObject([{ result: 'delivered' }]);
    expect(bench.heldOf('cus_1')).toMatchObject({ name: 'Company of cus_1', in_dunning: 'true' });
    expect(bench.heldOf('cus_1')).not.toHaveProperty('user_id');
  });

  it('leaves a company that is another account’s alone, also when that one stands in the same call', async () => {
    const company = add('companies', { name: 'Acme' });
    add('contacts', { recoup_user_id: 'user_1', associatedcompanyid: company });
    const recordOf = (id: string) => bench.record(id, { attributes: { in_dunning: true, user_id: 'user_1' } });
    expect(await send(recordOf('cus_1'), recordOf('cus_2'))).toMatchObject([
      { result: 'delivered' },
      { result: 'absent' },
    ]);
    expect(await send(recordOf('cus_3'))).toMatchObject([{ result: 'absent' }]);
    expect(companyOf(company)).toMatchObject({ recoup_account_id: 'cus_1' });
  });

  it.each([
    ['without an owner', { in_dunning: true, user_id: null }],
    ['with an owner whom HubSpot does not know', { in_dunning: true, user_id: 'user_9' }],
    ['with an owner without a company', { in_dunning: true, user_id: 'user_1' }],
  ])('is absent %s, and no company is ever made', async (_case, attributes) => {
    add('contacts', { recoup_user_id: 'user_1' });
    expect(await send(bench.record('cus_1', { attributes }))).toMatchObject([{ result: 'absent' }]);
    expect(bench.standIn.account.objects.companies.size).toBe(0);
  });
});

describe('an account that HubSpot knows', () => {
  it('is updated in one request, and nothing is asked for a new owner alone', async () => {
    add('companies', { recoup_account_id: 'cus_1', in_dunning: 'true', suppression_reason: 'dispute' });
    const change = (attributes: Readonly<Record<string, string | boolean | null>>) =>
      bench.record('cus_1', { isNew: false, attributes });
    expect(await send(change({ user_id: 'user_2' }))).toMatchObject([{ result: 'delivered' }]);
    expect(bench.standIn.requests).toHaveLength(0);
    await send(change({ in_dunning: false, suppression_reason: null }));
    expect(bench.standIn.requests).toHaveLength(1);
    expect(bench.heldOf('cus_1')).toEqual({ recoup_account_id: 'cus_1', in_dunning: 'false' });
  });

  it('is absent when its company was deleted', async () => {
    bench.standIn.account.archive('companies', add('companies', { recoup_account_id: 'cus_1' }));
    const change = bench.record('cus_1', { isNew: false, attributes: { in_dunning: false } });
    expect(await send(change)).toMatchObject([{ result: 'absent' }]);
  });
});
