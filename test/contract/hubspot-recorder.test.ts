import { describe, expect, it } from 'vitest';
import { definition } from '../../destinations/hubspot/definition.ts';
import { hubspotTools } from '../../destinations/hubspot/index.ts';
import { loadCore } from '../../src/destination-kit/core.ts';
import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';
import type { Attributes } from '../../src/destination-kit/record.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { intercept } from '../stand-ins/intercept.ts';
import { NOW, toolRecord } from './tool-records.ts';

const nock = intercept();

/** Which requests a run without credentials shows, as `object verb`, and their bodies. */
const record = async (key: string, id: string, isNew: boolean, attributes: Attributes) => {
  const recorded: RecordedRequest[] = [];
  const tool = hubspotTools.find((each) => each.key === key);
  if (tool === undefined) throw new Error(key);
  const sink = makeRecorderSink(tool, { onRequest: (request) => recorded.push(request) });
  const answer = await sink.send([toolRecord(id, { isNew, attributes, events: [] })]);
  expect(answer).toEqual({ answer: 'each', outcomes: [{ result: 'recorded' }] });
  return recorded.map(({ url, body }) => ({ asked: url.split('/').slice(-3).join(' '), body }));
};
const askedIn = (recorded: readonly { readonly asked: string }[]) => recorded.map(({ asked }) => asked);

describe('a run without credentials', () => {
  it('shows a new user looked for and created, then updated', async () => {
    const first = await record('hubspot', 'user_1', true, { in_dunning: true, email: 'ann@example.com' });
    expect(askedIn(first)).toEqual(['contacts batch read', 'contacts batch read', 'contacts batch upsert']);
    expect(first.at(-1)?.body).toContain('"email":"ann@example.com"');
    expect(askedIn(await record('hubspot', 'user_1', false, { in_dunning: false }))).toEqual(['contacts batch update']);
  });

  it('shows the company of an account written', async () => {
    const recorded = await record('hubspot-companies', 'cus_1', true, { in_dunning: true, user_id: 'user_1' });
    expect(askedIn(recorded)).toEqual(['companies batch read', 'companies batch update']);
  });

  it('shows a task made with contact and company, and closed', async () => {
    const made = await record('hubspot-tasks', 'dun_1', true, {
      ...{ task_state: 'open', subject: 'a', body: 'b', comment: null, due_at: '2026-03-11T00:00:00.000Z' },
      ...{ priority: 'high', user_id: 'user_1', account_id: 'cus_1', email: null, dunning_episode_id: 'dun_1' },
    });
    expect(askedIn(made)).toEqual([
      ...['tasks batch read', 'companies batch read', 'contacts batch read', 'tasks batch create'],
    ]);
    expect(made.at(-1)?.body).toMatch(/204.*192/);
    const closed = await record('hubspot-tasks', 'dun_1', false, { task_state: 'closed', comment: 'Paid.' });
    expect(askedIn(closed)).toEqual(['tasks batch read', 'tasks batch update']);
    expect(closed.at(-1)?.body).toContain('COMPLETED');
  });
});

/** Another host of Segment Actions than ours, with the framework alone between it and HubSpot. */
describe('the destination in a foreign host', () => {
  const core = loadCore();
  const base_url = 'https://api.hubapi.com';
  const settings = {
    access_token: 't',
    base_url,
    create_missing: true,
    contact_id_property: 'ext_id',
    company_id_property: 'c',
    default_owner: '',
  };
  it('updates a contact by the defaults of its fields, clearing what is null', async () => {
    nock(base_url, { reqheaders: { authorization: 'Bearer t' } })
      .post('/crm/objects/2026-03/contacts/batch/update')
      .reply(200, { status: 'COMPLETE', results: [{ id: '1', objectWriteTraceId: '0' }] });
    const event = {
      type: 'identify',
      userId: 'user_1',
      traits: { in_dunning: true, next_retry_date: null, at: NOW },
    } as const;
    const [response] = await core
      .createTestIntegration(definition)
      .testAction('syncContacts', { event, settings, useDefaultMappings: true });
    const properties = { in_dunning: 'true', next_retry_date: '', next_retry_at: '', at: String(NOW) };
    expect(response?.options.json).toEqual({
      inputs: [{ id: 'user_1', idProperty: 'ext_id', properties, objectWriteTraceId: '0' }],
    });
  });

  it('has a preset for each action with just the defaults of its fields', () => {
    const presets = (definition.presets ?? []).map((preset) => [preset.partnerAction, preset.mapping]);
    const defaults = Object.entries(definition.actions).map(([slug, { fields }]) => [slug, core.defaultValues(fields)]);
    expect(presets).toEqual(defaults);
  });

  it('tests the token with the cheapest read', async () => {
    nock(base_url).get('/crm/objects/2026-03/contacts').query({ limit: '1' }).reply(401, { status: 'error' });
    await expect(core.createTestIntegration(definition).testAuthentication(settings)).rejects.toThrow(/401/);
  });
});
