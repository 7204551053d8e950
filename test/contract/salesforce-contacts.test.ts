import { afterEach, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import type { BatchAnswer } from '../../src/destination-kit/sink.ts';
import { type BenchOptions, openSalesforceContactBench, type SalesforceBench } from '../stand-ins/salesforce-bench.ts';
import { NOW } from './tool-records.ts';

const ID = 'Recoup_User_Id__c';
const DELIVERED = { result: 'delivered', warning: null };

let bench: SalesforceBench;
afterEach(() => bench.standIn.close());

const open = async (options?: BenchOptions): Promise<SalesforceBench> => {
  bench = await openSalesforceContactBench({ now: () => NOW }, options);
  return bench;
};
const send = (...records: readonly ToolRecord[]): Promise<BatchAnswer> =>
  makeActionsSink(bench.tool, bench.settings, { now: () => NOW, timeoutMs: 2_000 }).send(records);
const outcomesOf = async (...records: readonly ToolRecord[]) => {
  const answer = await send(...records);
  return answer.answer === 'each' ? answer.outcomes : answer;
};
const contacts = () => bench.standIn.org.all('Contact');
const writes = () => bench.standIn.requests.filter(({ method, path }) => method !== 'GET' && path.includes('sobjects'));

describe('a user of whom nothing was acknowledged', () => {
  it('gets the Contact that has the email, which is linked and not doubled, and keeps its name and email', async () => {
    const { standIn, record, fieldsOf } = await open();
    const id = standIn.org.put('Contact', { LastName: 'Byron', Email: 'Ann@Example.com' });
    expect(await outcomesOf(record('ann'))).toEqual([DELIVERED]);
    expect(contacts()).toHaveLength(1);
    expect(contacts()[0]).toMatchObject({ Id: id, LastName: 'Byron', Email: 'Ann@Example.com', [ID]: 'ann' });
    expect(fieldsOf('ann')).toMatchObject({
      In_Dunning__c: true,
      Dunning_Stage__c: 'first_failure',
      Dunning_Amount_Due__c: 49.5,
      Next_Retry_Date__c: '2026-03-13',
      Next_Retry_At__c: '2026-03-13T12:00:00.000Z',
    });
  });

  it('is found by the id before the email is asked for', async () => {
    const { standIn, record, know, fieldsOf } = await open();
    know(['ann']);
    standIn.org.put('Contact', { LastName: 'Other', Email: 'ann@example.com' });
    expect(await outcomesOf(record('ann'))).toEqual([DELIVERED]);
    expect(fieldsOf('ann')).toMatchObject({ In_Dunning__c: true });
  });

  it('is refused with a sentence where several Contacts have the email, and nobody is written', async () => {
    const { standIn, record } = await open();
    for (const LastName of ['One', 'Two']) standIn.org.put('Contact', { LastName, Email: 'ann@example.com' });
    expect(await outcomesOf(record('ann'))).toMatchObject([
      {
        result: 'rejected',
        reason: `several Contacts have this user's email: put the user id into ${ID} of the right one`,
      },
    ]);
    expect(writes()).toHaveLength(0);
  });

  it("does not take over the Contact of another user, in the same call or another's", async () => {
    const { standIn, record } = await open();
    standIn.org.put('Contact', { LastName: 'One', Email: 'shared@example.com' });
    const shared = (id: string) => record(id, { attributes: { in_dunning: true, email: 'shared@example.com' } });
    expect(await outcomesOf(shared('ann'), shared('bob'))).toMatchObject([DELIVERED, { result: 'rejected' }]);
    expect(await outcomesOf(shared('cem'))).toMatchObject([{ result: 'rejected' }]);
    expect(contacts().map((contact) => contact[ID])).toEqual(['ann']);
  });

  it('of whom Salesforce knows nothing is absent, and nothing is written', async () => {
    const { record } = await open();
    expect(await outcomesOf(record('ann'))).toMatchObject([{ result: 'absent' }]);
    expect(writes()).toHaveLength(0);
  });

  it('is made where that is asked for and the email is known, once for one email', async () => {
    const { record } = await open({ credentials: { createMissing: 'true' } });
    const twin = record('twin', { attributes: { in_dunning: true, email: 'ann@example.com' } });
    const nameless = record('bob', { attributes: { in_dunning: true } });
    expect(await outcomesOf(record('ann'), twin, nameless)).toMatchObject([
      DELIVERED,
      { result: 'retry' },
      { result: 'absent' },
    ]);
    expect(contacts()).toHaveLength(1);
    expect(contacts()[0]).toMatchObject({
      LastName: 'ann',
      Email: 'ann@example.com',
      [ID]: 'ann',
      In_Dunning__c: true,
    });
  });

  it('that a duplicate rule of the organisation refuses is told so', async () => {
    const { standIn, record } = await open({ credentials: { createMissing: 'true' }, duplicateRule: true });
    // The rule compares names, which no look-up does.
    standIn.org.put('Contact', { LastName: 'ann' });
    expect(await outcomesOf(record('ann'))).toMatchObject([
      { result: 'rejected', reason: expect.stringContaining('DUPLICATES_DETECTED') },
    ]);
    expect(contacts()).toHaveLength(1);
  });

  it('may have quotes, backslashes and line ends in the id: SOQL is not led astray', async () => {
    const { record, know, fieldsOf } = await open();
    const odd = "o'brien\\' OR Id != '\nx";
    know([odd]);
    know(['innocent']);
    expect(await outcomesOf(record(odd))).toEqual([DELIVERED]);
    expect(fieldsOf(odd)).toMatchObject({ In_Dunning__c: true });
    expect(fieldsOf('innocent')).toEqual({});
  });

  it('is looked up with 199 others in addresses that no proxy refuses, over pages', async () => {
    const { record, know, standIn } = await open({ pageSize: 7 });
    const ids = Array.from({ length: 200 }, (_, index) => `user_with_a_long_identifier_${'x'.repeat(40)}_${index}`);
    know(ids);
    expect(await outcomesOf(...ids.map((id) => record(id)))).toEqual(ids.map(() => DELIVERED));
    expect(Math.max(...standIn.requests.map(({ path }) => path.length))).toBeLessThan(8_200);
    expect(writes()).toHaveLength(1);
  });
});

describe('a user who was written before', () => {
  const changed = (id: string, attributes: ToolRecord['attributes']) => bench.record(id, { attributes, isNew: false });

  it('costs one request, and a null clears', async () => {
    const { know, fieldsOf, record, standIn } = await open();
    know(['ann']);
    await send(record('ann'));
    const before = standIn.requests.length;
    const attributes = { in_dunning: null, next_retry_date: null, dunning_stage: 'recovered' };
    expect(await outcomesOf(changed('ann', attributes))).toEqual([DELIVERED]);
    // A login, since this is another sink, and the write.
    expect(standIn.requests.slice(before).map(({ method }) => method)).toEqual(['POST', 'PATCH']);
    expect(fieldsOf('ann')).toMatchObject({ In_Dunning__c: false, Dunning_Stage__c: 'recovered' });
    expect(Object.keys(fieldsOf('ann') ?? {})).not.toContain('Next_Retry_Date__c');
    expect(Object.keys(fieldsOf('ann') ?? {})).not.toContain('Next_Retry_At__c');
  });

  it('and was deleted there is absent, and not made again', async () => {
    await open({ credentials: { createMissing: 'true' } });
    expect(await outcomesOf(changed('ann', { in_dunning: false }))).toMatchObject([{ result: 'absent' }]);
    expect(contacts()).toHaveLength(0);
  });

  it('whose email alone changed is not written at all', async () => {
    const { know } = await open();
    know(['ann']);
    expect(await outcomesOf(changed('ann', { email: 'new@example.com' }))).toEqual([DELIVERED]);
    expect(writes()).toHaveLength(0);
  });

  it('with a link that is too long is written without it, and that is told', async () => {
    const { know, fieldsOf } = await open();
    know(['ann']);
    const update_payment_url = `https://pay.example.com/${'x'.repeat(300)}`;
    expect(await outcomesOf(changed('ann', { update_payment_url, in_dunning: true }))).toEqual([
      { result: 'delivered', warning: 'longer than Salesforce keeps, and left out: update_payment_url' },
    ]);
    expect(fieldsOf('ann')).toEqual({ In_Dunning__c: true });
  });
});

describe('a call of several requests', () => {
  it('tells the outcome of each record, whichever request it was in', async () => {
    const { know, record, standIn } = await open({ credentials: { createMissing: 'true' } });
    know(['known', 'refused']);
    standIn.inject({ kind: 'partial', ids: ['refused'] });
    const outcomes = await outcomesOf(
      record('made'),
      record('refused', { isNew: false }),
      record('gone', { isNew: false }),
      record('known', { isNew: false }),
      record('refused-too', { attributes: { in_dunning: true } }),
    );
    expect(outcomes).toMatchObject([
      DELIVERED,
      { result: 'rejected', reason: 'FIELD_CUSTOM_VALIDATION_EXCEPTION: a rule of the organisation' },
      { result: 'absent' },
      DELIVERED,
      { result: 'absent' },
    ]);
  });

  it.each([
    ['403 with a limit', { kind: 'throttled' }, 'retry'],
    ['503', { kind: 'status', status: 503 }, 'retry'],
    ['500', { kind: 'status', status: 500 }, 'unknown'],
    ['a torn connection', { kind: 'silence', applied: true, socket: 'destroyed' }, 'unknown'],
    ['a page', { kind: 'garbage', applied: true, body: '<html>' }, 'unknown'],
  ] as const)('whose second is answered %s says nothing wrong of the first', async (_case, fault, result) => {
    const { know, record, standIn, fieldsOf } = await open({ credentials: { createMissing: 'true' } });
    know(['known']);
    standIn.inject(fault, { holding: ['made'] });
    const sent = [record('made'), record('known', { isNew: false })];
    expect(await outcomesOf(...sent)).toMatchObject([{ result }, DELIVERED]);
    standIn.heal();
    // Whatever became of it: sent again it stands there once.
    expect(await outcomesOf(record('made'))).toEqual([DELIVERED]);
    expect(contacts().filter((contact) => contact[ID] === 'made')).toHaveLength(1);
    expect(fieldsOf('known')).toMatchObject({ In_Dunning__c: true });
  });
});

describe('errors of single records', () => {
  const result = (statusCode: string, message: string, fields: readonly string[] = []) => ({
    success: false,
    errors: [{ statusCode, message, fields }],
  });
  const outcomeOn = async (body: unknown) => {
    const { standIn, record, know } = await open();
    know(['ann', 'bob']);
    standIn.inject({ kind: 'status', status: 200, body: [body, { id: '003', success: true, errors: [] }] });
    return outcomesOf(record('ann', { isNew: false }), record('bob', { isNew: false }));
  };

  it.each([
    ['a locked row', result('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access')],
    ['a locked row inside a trigger', result('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Trg: UNABLE_TO_LOCK_ROW, x')],
    ['automation out of time', result('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Apex CPU time limit exceeded')],
    [
      'our own id being written',
      result('DUPLICATE_VALUE', `duplicate value found: ${ID} duplicates value on record with id: 003`),
    ],
    ['our own id twice in a call', result('DUPLICATE_VALUE', 'Duplicate external id specified: ann', [ID])],
  ])('%s: sent again', async (_case, body) => {
    expect(await outcomeOn(body)).toMatchObject([{ result: 'retry' }, DELIVERED]);
  });

  it.each([
    [
      'a duplicate of something else',
      result('DUPLICATE_VALUE', 'duplicate value found: Tax_Id__c duplicates', ['Tax_Id__c']),
    ],
    ['a rule', result('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'no')],
    [
      'another required field',
      result('REQUIRED_FIELD_MISSING', 'Required fields are missing: [Region__c]', ['Region__c']),
    ],
    ['automation that fails', result('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Trg: null pointer')],
    ['a deleted record', result('ENTITY_IS_DELETED', 'entity is deleted')],
    ['duplicates', result('DUPLICATES_DETECTED', 'Use one of these records?')],
  ])('%s: refused', async (_case, body) => {
    expect(await outcomeOn(body)).toMatchObject([{ result: 'rejected' }, DELIVERED]);
  });

  it.each([
    ['nothing', null],
    ['a word', 'yes'],
    ['a failure without an error', { success: false, errors: [] }],
  ])('%s in place of a result: unknown', async (_case, body) => {
    expect(await outcomeOn(body)).toMatchObject([{ result: 'unknown' }, DELIVERED]);
  });

  it('a field hidden from us: owed while others were taken, and a stop once nothing is taken', async () => {
    const hidden = result('INVALID_FIELD_FOR_INSERT_UPDATE', 'Unable to create/update fields: In_Dunning__c', [
      'In_Dunning__c',
    ]);
    expect(await outcomeOn(hidden)).toMatchObject([{ result: 'retry' }, DELIVERED]);
    bench.standIn.heal();
    bench.standIn.inject({ kind: 'status', status: 200, body: [hidden] });
    expect(await send(bench.record('ann', { isNew: false }))).toMatchObject({
      answer: 'stopped',
      reason: expect.stringContaining('npm run recoup -- destinations apply'),
    });
  });

  it('an answer of another length tells nothing of anybody', async () => {
    const { standIn, record, know } = await open();
    know(['ann', 'bob']);
    standIn.inject({ kind: 'status', status: 200, body: [{ success: true, errors: [] }] });
    expect(await outcomesOf(record('ann', { isNew: false }), record('bob', { isNew: false }))).toMatchObject([
      { result: 'unknown' },
      { result: 'unknown' },
    ]);
  });
});
