import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubspotTools } from '../../destinations/hubspot/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { Tool, ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { type HubspotStandIn, startHubspotStandIn } from '../../src/simulate/vendors/hubspot/server.ts';
import { openHubspotCompanyBench, openHubspotContactBench, openHubspotTaskBench } from '../stand-ins/hubspot-bench.ts';
import { NOW, toolRecord } from './tool-records.ts';
import { startToolServer } from './tool-server.ts';

const TOKEN = 'pat-that-nobody-may-see';
const TIMEOUT_MS = 5_000;
let standIn: HubspotStandIn;
beforeEach(async () => {
  standIn = await startHubspotStandIn({ token: TOKEN, now: () => NOW });
});
afterEach(() => standIn.close());

const toolOf = (key: string): Tool => {
  const tool = hubspotTools.find((each) => each.key === key);
  if (tool === undefined) throw new Error(key);
  return tool;
};
const settingsAt = (baseUrl: string, accessToken = TOKEN): ToolSettings =>
  toolOf('hubspot').credentials({ accessToken, baseUrl, createMissing: 'true' });
const settings = () => settingsAt(standIn.url);
const AUDIENCES = [{ key: 'suppressed', description: 'Nobody writes to them.' }];
const planOf = (tool: Tool) => tool.setUp?.plan(settings(), fieldsOf(tool.subject, AUDIENCES), TIMEOUT_MS);
const apply = async (tool: Tool) => {
  const plan = await planOf(tool);
  for (const step of plan?.missing ?? []) await tool.setUp?.apply(settings(), step, TIMEOUT_MS);
  return plan?.missing ?? [];
};

describe('the set-up', () => {
  it.each(hubspotTools.map((tool) => [tool.key, tool] as const))(
    'of %s makes the group and every property that HubSpot takes, once',
    async (_key, tool) => {
      const steps = await apply(tool);
      expect(steps[0]?.what).toMatch(/property group recoup$/);
      expect(steps[1]?.what).toMatch(/\(string, unique\)$/);
      const plan = await planOf(tool);
      expect(plan).toMatchObject({ missing: [], conflicts: [] });
      expect(plan?.present).toHaveLength(steps.length - 1);
      for (const step of steps) await tool.setUp?.apply(settings(), step, TIMEOUT_MS);
    },
  );

  it('makes all that a contact is ever told, and the contact then takes it', async () => {
    const tool = toolOf('hubspot');
    await apply(tool);
    const fields = fieldsOf('contact', AUDIENCES);
    const values = { boolean: true, choice: '', instant: '2026-03-11T10:00:00.000Z', number: 1.5, text: 'a', url: 'b' };
    const attributes = Object.fromEntries(
      fields.map(({ name, type, options }) => [
        name,
        name === 'email' ? 'a@example.com' : (options?.[0] ?? values[type]),
      ]),
    );
    const sink = makeActionsSink(tool, settings(), { now: () => NOW });
    expect(await sink.send([toolRecord('user_1', { attributes })])).toMatchObject({
      outcomes: [{ result: 'delivered' }],
    });
    const [held] = await (tool.readBack?.(settings(), ['user_1', 'user_2'], TIMEOUT_MS) ?? []);
    const names = [...fields.map(({ name }) => name), 'next_retry_at', 'recoup_user_id'].filter(
      (name) => name !== 'email',
    );
    expect(Object.keys(held?.attributes ?? {}).toSorted()).toEqual(names.toSorted());
    expect(held?.attributes.next_retry_date, 'to the second, though its property is a day').toBe(values.instant);
  });

  it('leaves what it cannot use, and says what to do', async () => {
    standIn.account.define('contacts', { name: 'recoup_user_id' });
    standIn.account.define('contacts', { name: 'mrr', type: 'string' });
    standIn.account.define('contacts', { name: 'plan_id', type: 'string' });
    const plan = await planOf(toolOf('hubspot'));
    expect(plan?.conflicts).toEqual([
      expect.stringContaining('recoup_user_id is not unique'),
      expect.stringContaining('mrr is of type string and must be number'),
    ]);
    expect(plan?.present).toEqual(['contact property plan_id (string)']);
    expect(plan?.missing.map(({ what }) => what).join()).not.toMatch(/plan_id|mrr \(|recoup_user_id/);
  });

  it('adds the options that a release before this one did not make, and keeps those of people', async () => {
    const tool = toolOf('hubspot');
    await apply(tool);
    const made = standIn.account.properties.contacts.get('suppression_reason');
    if (made === undefined) throw new Error('no property');
    const isOld = ({ value }: { readonly value: string }) =>
      !['held', 'opted_out', 'owned_elsewhere', 'brake'].includes(value);
    const own = { value: 'vip', label: 'VIP', hidden: false };
    const older = { ...made, options: [...made.options.filter(isOld), own] };
    standIn.account.define('contacts', older);
    const sink = makeActionsSink(tool, settings(), { now: () => NOW });
    const held = toolRecord('user_1', { attributes: { email: 'a@example.com', suppression_reason: 'held' } });
    // Nothing of the contact is taken, and nobody is lost: the tool waits for the set-up.
    expect(await sink.send([held])).toMatchObject({ answer: 'stopped', reason: expect.stringContaining('apply') });
    expect(await tool.inspect?.(settings(), TIMEOUT_MS)).toEqual([
      {
        problem:
          'the property suppression_reason of contacts lacks the options opted_out, owned_elsewhere, held, brake',
        mend: expect.stringContaining('apply'),
      },
    ]);
    const plan = await planOf(tool);
    expect(plan?.conflicts).toEqual([]);
    expect(plan?.missing.map(({ what }) => what)).toEqual([
      'contact property suppression_reason: options opted_out, owned_elsewhere, held, brake',
    ]);
    // Somebody else adds one between the plan and its making.
    const later = { value: 'later', label: 'Later', hidden: false };
    standIn.account.define('contacts', { ...older, options: [...older.options, later] });
    for (const step of [...(plan?.missing ?? []), ...(plan?.missing ?? [])])
      await tool.setUp?.apply(settings(), step, TIMEOUT_MS);
    const options = standIn.account.properties.contacts.get('suppression_reason')?.options.map(({ value }) => value);
    expect(options?.toSorted()).toEqual([...made.options.map(({ value }) => value), 'later', 'vip'].toSorted());
    expect(await planOf(tool)).toMatchObject({ missing: [], conflicts: [] });
    expect(await sink.send([held])).toMatchObject({ outcomes: [{ result: 'delivered' }] });
  });

  it('is what the first delivery asks for when it was forgotten', async () => {
    const sink = makeActionsSink(toolOf('hubspot'), settings(), { now: () => NOW });
    expect(await sink.send([toolRecord('user_1')])).toMatchObject({
      answer: 'stopped',
      reason: expect.stringContaining('npm run recoup -- destinations apply'),
    });
  });
});

describe('the inspection', () => {
  it('finds nothing where all is made', async () => {
    for (const tool of hubspotTools) await apply(tool);
    for (const tool of hubspotTools) expect(await tool.inspect?.(settings(), TIMEOUT_MS)).toEqual([]);
  });

  it('finds properties that are missing or not unique, of all objects that a task touches', async () => {
    standIn.account.define('companies', { name: 'recoup_account_id' });
    const problems = await toolOf('hubspot-tasks').inspect?.(settings(), TIMEOUT_MS);
    expect(problems?.map(({ problem }) => problem)).toEqual([
      'tasks have no property recoup_task_key',
      'contacts have no property recoup_user_id',
      'the property recoup_account_id of companies is not unique',
    ]);
  });

  it('finds scopes that the token lacks', async () => {
    const scopes = ['crm.objects.contacts.read'];
    const narrow = await startHubspotStandIn({ token: TOKEN, now: () => NOW, scopes });
    const problems = await toolOf('hubspot-companies').inspect?.(settingsAt(narrow.url), TIMEOUT_MS);
    expect(problems).toContainEqual({
      problem: 'the token may not read companies',
      mend: expect.stringContaining('crm.objects.companies.read'),
    });
    await narrow.close();
  });
});

describe('the inspection of what policy names for suppression', () => {
  const SCOPES = [
    ...['crm.objects.contacts.read', 'crm.objects.contacts.write'],
    ...['crm.lists.read', 'crm.lists.write', 'automation'],
  ];
  const NAMED = { suppression_list: 'Do not dun', unenrol_workflows: '5501 5502' };
  const problemsWith = async (scopes: readonly string[], prepare: (at: HubspotStandIn) => void = () => {}) => {
    const narrow = await startHubspotStandIn({ token: TOKEN, now: () => NOW, scopes });
    narrow.account.define('contacts', { name: 'recoup_user_id', hasUniqueValue: true });
    prepare(narrow);
    const named = { ...settingsAt(narrow.url), ...NAMED };
    const problems = await toolOf('hubspot').inspect?.(named, TIMEOUT_MS);
    await narrow.close();
    return problems?.map(({ problem, mend }) => `${problem}: ${mend}`);
  };
  const makeList = ({ lists }: HubspotStandIn): void => void lists.add('Do not dun');

  it('finds nothing where the list is there and the token may do it all', async () => {
    expect(await problemsWith(SCOPES, makeList)).toEqual([]);
  });

  it('finds scopes of lists and of automation that the token lacks', async () => {
    expect(await problemsWith(SCOPES.slice(0, 2), makeList)).toEqual([
      'the token may not read lists: give the token crm.lists.read and crm.lists.write',
      'the token may not end enrolments in workflows: give the token the scope automation',
    ]);
  });

  it('finds a list that nobody made, or that nobody can be put on', async () => {
    expect(await problemsWith(SCOPES)).toEqual([expect.stringMatching(/^there is no static list .*apply/)]);
    expect(await problemsWith(SCOPES, ({ lists }) => void lists.add('Do not dun', 'DYNAMIC'))).toEqual([
      expect.stringContaining('is active, and a static one is needed'),
    ]);
  });
});

describe('the check of the token', () => {
  it('is good or tells why not, without the token', async () => {
    const check = toolOf('hubspot').checkCredentials;
    expect(await check?.(settings(), TIMEOUT_MS)).toEqual({ ok: true });
    const refused = await check?.(settingsAt(standIn.url, 'pat-other'), TIMEOUT_MS);
    expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining('401') });
    expect(JSON.stringify(refused)).not.toContain('pat-other');
  });

  it('ends in time where nobody answers, though HubSpot’s client would wait', async () => {
    const silent = await startToolServer(() => {});
    const check = toolOf('hubspot').checkCredentials;
    expect(await check?.(settingsAt(silent.endpoint), 50)).toMatchObject({
      ok: false,
      reason: 'no answer within 50 ms',
    });
    await silent.close();
    expect(await check?.(settingsAt(silent.endpoint), 500)).toMatchObject({ ok: false });
  });
});

describe('people in HubSpot', () => {
  it('are read back as HubSpot holds them, a hundred at a time, without those it does not know', async () => {
    const bench = await openHubspotContactBench({ now: () => NOW });
    const ids = Array.from({ length: 130 }, (_, index) => `user_${index}`);
    for (const recoup_user_id of ids)
      bench.standIn.account.add('contacts', { recoup_user_id, in_dunning: 'true', mrr: '' });
    const profiles = await bench.tool.readBack?.(bench.settings, [...ids, 'user_x'], TIMEOUT_MS);
    expect(profiles).toHaveLength(130);
    expect(profiles?.find(({ userId }) => userId === 'user_7')).toEqual({
      userId: 'user_7',
      attributes: { recoup_user_id: 'user_7', in_dunning: 'true' },
      flows: [],
    });
    await bench.standIn.close();
  });

  it('are deleted for good by the user id, and nobody else is', async () => {
    const bench = await openHubspotContactBench({ now: () => NOW });
    const { account } = bench.standIn;
    account.add('contacts', { recoup_user_id: 'user_1', email: 'a@example.com' });
    account.add('contacts', { recoup_user_id: 'user_2' });
    await bench.tool.erase?.(bench.settings, ['user_1', 'user_9'], TIMEOUT_MS);
    expect([...account.objects.contacts.values()].map(({ properties }) => properties.recoup_user_id)).toEqual([
      'user_2',
    ]);
    await expect(bench.tool.erase?.(bench.badSettings, ['user_2'], TIMEOUT_MS)).rejects.toThrow(/401/);
    await bench.standIn.close();
  });
});

describe('what an erased person leaves in HubSpot', () => {
  it('loses the words of Recoup where it is a company, and nothing else', async () => {
    const bench = await openHubspotCompanyBench({ now: () => NOW });
    const { account } = bench.standIn;
    for (const id of ['cus_1', 'cus_2'])
      account.add('companies', { name: `Company of ${id}`, recoup_account_id: id, dunning_status: 'in_dunning' });
    await bench.tool.erase?.(bench.settings, ['cus_1', 'cus_9'], TIMEOUT_MS);
    const held = [...account.objects.companies.values()].map(({ properties }) => properties);
    expect(held).toMatchObject([{ name: 'Company of cus_1' }, { recoup_account_id: 'cus_2' }]);
    expect(bench.heldOf('cus_1')).toBeNull();
    expect(Object.values(held[0] ?? {}).filter((value) => value !== '')).toEqual(['Company of cus_1']);
    expect(held[1]).toMatchObject({ dunning_status: 'in_dunning' });
    await expect(bench.tool.erase?.(bench.badSettings, ['cus_2'], TIMEOUT_MS)).rejects.toThrow(/401/);
    await bench.standIn.close();
  });

  it('keeps an id in a property of the customer’s own', async () => {
    const bench = await openHubspotCompanyBench({ now: () => NOW });
    const { account } = bench.standIn;
    const own = { label: 'Billing ID', description: '', type: 'string', fieldType: 'text', hasUniqueValue: true };
    account.define('companies', { ...own, name: 'billing_id', groupName: 'companyinformation' });
    account.add('companies', { billing_id: 'cus_1', recoup_account_id: 'theirs', dunning_status: 'in_dunning' });
    const settings = { ...bench.settings, company_id_property: 'billing_id' };
    await bench.tool.erase?.(settings, ['cus_1'], TIMEOUT_MS);
    const [held] = account.objects.companies.values();
    expect(held?.properties).toMatchObject({ billing_id: 'cus_1', dunning_status: '' });
    await bench.standIn.close();
  });

  it('is deleted where it is a task', async () => {
    const bench = await openHubspotTaskBench({ now: () => NOW });
    const { account } = bench.standIn;
    for (const id of ['dun_1', 'dun_2']) account.add('tasks', { hs_task_subject: 'Call', recoup_task_key: id });
    await bench.tool.erase?.(bench.settings, ['dun_1', 'dun_9'], TIMEOUT_MS);
    expect([bench.heldOf('dun_1'), bench.heldOf('dun_2')]).toMatchObject([null, { recoup_task_key: 'dun_2' }]);
    await bench.standIn.close();
  });
});
