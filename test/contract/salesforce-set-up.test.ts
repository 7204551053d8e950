import { afterEach, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { SetUpPlan, Tool, ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { statusOf } from '../../src/destination-kit/status-of.ts';
import { instant } from '../../src/domain/instant.ts';
import { toReadFailure } from '../../src/pipeline/verify/read-pauses.ts';
import { RUN_AS, type SalesforceStandIn, startSalesforceStandIn } from '../../src/simulate/vendors/salesforce.ts';
import { toolOf } from '../stand-ins/salesforce-bench.ts';
import { NOW } from './tool-records.ts';

const CLIENT = { clientId: 'consumer-key', clientSecret: 'consumer-secret' };
const AUDIENCES = [{ key: 'dunning_first_failure_of_a_standard_plan', description: 'First failure.' }];
const TIMEOUT_MS = 5_000;

let standIn: SalesforceStandIn;
let settings: ToolSettings;
afterEach(() => standIn.close());

const open = async (options: { readonly allocation?: number } = {}): Promise<void> => {
  standIn = await startSalesforceStandIn({ ...CLIENT, ...options });
  settings = toolOf('salesforce').credentials({ ...CLIENT, loginUrl: standIn.url });
};
const setUpOf = ({ setUp }: Tool) => {
  if (setUp === undefined) throw new Error('no set-up');
  return setUp;
};
const planOf = (tool: Tool): Promise<SetUpPlan> =>
  setUpOf(tool).plan(settings, fieldsOf(tool.subject, AUDIENCES), TIMEOUT_MS);
const applyAll = async (tool: Tool): Promise<void> => {
  for (const step of (await planOf(tool)).missing) await setUpOf(tool).apply(settings, step, TIMEOUT_MS);
};
const problemsOf = async (tool: Tool) => (await tool.inspect?.(settings, TIMEOUT_MS))?.map(({ problem }) => problem);

const CONTACTS = toolOf('salesforce');
const ACCOUNTS = toolOf('salesforce-accounts');
const TASKS = toolOf('salesforce-tasks');

describe('the plan', () => {
  it('of a bare organisation names a field for each attribute, the external id, and who is to write them', async () => {
    await open();
    const { missing, conflicts, present } = await planOf(CONTACTS);
    expect(conflicts).toEqual([]);
    expect(present).toEqual([]);
    const what = missing.map((step) => step.what);
    expect(what[0]).toBe('permission set Recoup');
    expect(what).toContain('Contact field Recoup_User_Id__c (Text, unique external id)');
    expect(what).toContain('Contact field In_Dunning__c (Checkbox)');
    expect(what).toContain('Contact field Next_Retry_Date__c (Date)');
    expect(what).toContain('Contact field Next_Retry_At__c (DateTime)');
    expect(what).toContain('Contact field Dunning_Status__c (Picklist)');
    expect(what).not.toContain('Contact field Email__c (Text)');
    expect(what.at(-1)).toBe('permission set Recoup assigned to the user that Recoup runs as');
  });

  it.each([CONTACTS, ACCOUNTS, TASKS])(
    'of $key applied leaves nothing to do, and applied again is no error',
    async (tool) => {
      await open();
      const steps = (await planOf(tool)).missing;
      for (const step of [...steps, ...steps]) await setUpOf(tool).apply(settings, step, TIMEOUT_MS);
      const after = await planOf(tool);
      expect(after).toMatchObject({ missing: [], conflicts: [] });
      expect(after.present.length).toBeGreaterThan(0);
      expect(await problemsOf(tool)).toEqual([]);
    },
  );

  it('makes what a delivery needs: fields that were not opened are no use', async () => {
    await open();
    const sink = makeActionsSink(CONTACTS, settings, { now: () => NOW, timeoutMs: TIMEOUT_MS });
    standIn.org.put('Contact', { LastName: 'Ann', Email: 'ann@example.com' });
    const record = {
      userId: 'ann',
      at: instant(NOW),
      isNew: true,
      events: [],
      attributes: { in_dunning: true, email: 'ann@example.com', in_dunning_first_failure_of_a_standard_plan: true },
    };
    const bare = await sink.send([record]);
    expect(bare).toMatchObject({
      answer: 'stopped',
      reason: expect.stringContaining('npm run recoup -- destinations apply'),
    });
    const { missing } = await planOf(CONTACTS);
    for (const step of missing.filter(({ what }) => what.includes(' field ')))
      await setUpOf(CONTACTS).apply(settings, step, TIMEOUT_MS);
    expect(await sink.send([record])).toMatchObject({ answer: 'stopped' });
    const rest = await planOf(CONTACTS);
    expect(rest.missing.map(({ what }) => what).join('\n')).not.toContain(' field ');
    await applyAll(CONTACTS);
    expect(await sink.send([record])).toMatchObject({ answer: 'each', outcomes: [{ result: 'delivered' }] });
    expect(standIn.org.all('PermissionSetAssignment')).toMatchObject([{ AssigneeId: RUN_AS }]);
  });

  it('says of a field of another type, or an id that is not unique, what to do', async () => {
    await open();
    const text = { label: 'Old', type: 'Text', length: 80 };
    for (const name of ['In_Dunning__c', 'Recoup_User_Id__c']) {
      standIn.org.addField(`Contact.${name}`, text);
      standIn.org.open('Contact', name);
    }
    const { conflicts } = await planOf(CONTACTS);
    expect(conflicts).toEqual([
      'Contact.Recoup_User_Id__c is not both an external id and unique: mark it so in Setup, or name another field',
      'Contact.In_Dunning__c is of type string: rename or delete it, so that it can be made as boolean',
    ]);
  });

  it('names a picklist that somebody restricted and that lacks a value; its own take any', async () => {
    await open();
    await applyAll(CONTACTS);
    expect((await planOf(CONTACTS)).conflicts).toEqual([]);
    await open();
    const valueSet = { restricted: true, valueSetDefinition: { value: [{ valueName: 'dispute' }] } };
    standIn.org.addField('Contact.Suppression_Reason__c', { label: 'Reason', type: 'Picklist', valueSet });
    standIn.org.open('Contact', 'Suppression_Reason__c');
    expect((await planOf(CONTACTS)).conflicts).toEqual([
      expect.stringMatching(/^Contact\.Suppression_Reason__c is restricted and lacks the values .*\bheld\b/),
    ]);
  });

  it('makes the key of tasks on Activity, where fields of tasks live', async () => {
    await open();
    const { missing } = await planOf(TASKS);
    expect(missing.map(({ spec }) => spec)).toContainEqual(
      expect.objectContaining({ kind: 'field', fullName: 'Activity.Recoup_Task_Key__c' }),
    );
    expect(missing.map(({ what }) => what).join('\n')).toContain('edit 1 field of Task\n');
  });

  it('rejects without the secret where the login is refused', async () => {
    await open();
    const wrong = { ...settings, client_secret: 'wrong-secret' };
    await expect(setUpOf(CONTACTS).plan(wrong, [], TIMEOUT_MS)).rejects.toThrow(/invalid_client/);
    await expect(setUpOf(CONTACTS).plan(wrong, [], TIMEOUT_MS)).rejects.not.toThrow(/wrong-secret/);
  });
});

describe('the inspection', () => {
  it('of a bare organisation says what is missing', async () => {
    await open();
    const problems = await problemsOf(CONTACTS);
    expect(problems).toContain('Contact.Recoup_User_Id__c is missing or hidden');
    expect(problems?.join('\n')).toContain('In_Dunning__c');
  });

  it('finds ids that stand on several records, without telling them', async () => {
    await open();
    standIn.org.addField('Contact.Recoup_User_Id__c', { label: 'Id', type: 'Text', length: 80, externalId: true });
    standIn.org.open('Contact', 'Recoup_User_Id__c');
    for (const LastName of ['One', 'Two'])
      standIn.org.put('Contact', { LastName, Recoup_User_Id__c: 'ann@example.com' });
    const problems = await problemsOf(CONTACTS);
    expect(problems).toContain('Contact.Recoup_User_Id__c is not unique');
    expect(problems).toContain(
      '1 values of Contact.Recoup_User_Id__c stand on several records: those subjects are refused',
    );
    expect(problems?.join('\n')).not.toContain('ann@');
  });

  it('tells when few API calls are left', async () => {
    await open({ allocation: 100 });
    await applyAll(TASKS);
    for (let call = 0; call < 80; call += 1)
      await fetch(`${standIn.url}/services/data/v64.0/sobjects`, {
        headers: { authorization: 'Bearer 00D000000000001!session-1' },
      });
    expect((await problemsOf(TASKS))?.join('\n')).toMatch(/of the 100 API calls of 24 hours are used/);
  });
});

describe('what Salesforce holds', () => {
  const ATTRIBUTES = {
    in_dunning: true,
    next_retry_date: '2026-03-13T12:00:00.000Z',
    dunning_amount_due: 49.5,
    in_dunning_new: true,
  };

  it('is read back under the names and in the formats that were delivered', async () => {
    await open();
    await applyAll(CONTACTS);
    standIn.org.addField('Contact.In_Dunning_New__c', { label: 'New', type: 'Checkbox', defaultValue: 'false' });
    standIn.org.open('Contact', 'In_Dunning_New__c');
    const Id = standIn.org.put('Contact', { LastName: 'Ann', Email: 'ann@example.com', Recoup_User_Id__c: 'ann' });
    const sink = makeActionsSink(CONTACTS, settings, { now: () => NOW, timeoutMs: TIMEOUT_MS });
    await sink.send([{ userId: 'ann', at: NOW, isNew: false, events: [], attributes: ATTRIBUTES }]);
    const profiles = await CONTACTS.readBack?.(settings, ['ann', 'nobody'], TIMEOUT_MS);
    expect(profiles).toHaveLength(1);
    expect(profiles?.[0]).toMatchObject({ userId: 'ann', attributes: { ...ATTRIBUTES, email: 'ann@example.com' } });
    await CONTACTS.erase?.(settings, ['ann', 'nobody'], TIMEOUT_MS);
    const left = standIn.org.all('Contact').find((contact) => contact.Id === Id);
    expect(left).toMatchObject({ LastName: 'Ann', Email: 'ann@example.com', Recoup_User_Id__c: null });
    expect(left).toMatchObject({ In_Dunning__c: false, Next_Retry_At__c: null, In_Dunning_New__c: false });
    expect(await CONTACTS.readBack?.(settings, ['ann'], TIMEOUT_MS)).toEqual([]);
  });

  it('is emptied, but for an id in a field of the customer’s own', async () => {
    await open();
    settings = { ...settings, account_id_field: 'Billing_Id__c' };
    await applyAll(ACCOUNTS);
    standIn.org.put('Account', { Name: 'Acme', Billing_Id__c: 'cus_1', In_Dunning__c: true });
    await ACCOUNTS.erase?.(settings, ['cus_1'], TIMEOUT_MS);
    expect(standIn.org.all('Account')).toMatchObject([{ Billing_Id__c: 'cus_1', In_Dunning__c: false }]);
  });

  it('is refused to a key that may not read or log in, so that read-back stops and tells; an outage is none', async () => {
    await open();
    await applyAll(CONTACTS);
    const failureOf = (own: ToolSettings) =>
      CONTACTS.readBack?.(own, ['ann'], TIMEOUT_MS).then(
        () => null,
        (error: unknown) => toReadFailure(statusOf(error)),
      );
    expect(await failureOf({ ...settings, client_secret: 'wrong-secret' })).toBe('stopped');
    standIn.inject({ kind: 'status', status: 403, reads: true }, { holding: ['ann'] });
    expect(await failureOf(settings)).toBe('stopped');
    standIn.heal();
    standIn.inject({ kind: 'status', status: 503, reads: true });
    expect(await failureOf(settings)).toBe('unanswered');
  });

  it('of tasks is whether they are open; erased, they are gone', async () => {
    await open();
    await applyAll(TASKS);
    standIn.org.put('Task', { Recoup_Task_Key__c: 'dun_1', Subject: 'Call', Priority: 'High' });
    standIn.org.put('Task', { Subject: 'Somebody else' });
    expect(await TASKS.readBack?.(settings, ['dun_1'], TIMEOUT_MS)).toMatchObject([
      { userId: 'dun_1', attributes: { task_state: 'open', subject: 'Call', priority: 'high' } },
    ]);
    await TASKS.erase?.(settings, ['dun_1'], TIMEOUT_MS);
    expect(standIn.org.all('Task')).toMatchObject([{ Subject: 'Somebody else' }]);
  });

  it('is not asked for longer than it may take', async () => {
    await open();
    standIn.inject({ kind: 'status', status: 503, reads: true });
    await expect(CONTACTS.readBack?.(settings, ['ann'], 300)).rejects.toThrow();
    expect(await CONTACTS.checkCredentials?.(settings, 300)).toMatchObject({ ok: false });
    standIn.heal();
    expect(await CONTACTS.checkCredentials?.(settings, TIMEOUT_MS)).toEqual({ ok: true });
  });
});
