import { describe, expect, it } from 'vitest';
import { definition } from '../../destinations/braze/definition.ts';
import { loadCore } from '../../src/destination-kit/core.ts';
import { toSegmentEvent } from '../../src/destination-kit/segment-event.ts';
import { type Body, intercept, type Scope } from '../stand-ins/intercept.ts';
import { toolRecord } from './tool-records.ts';

const nock = intercept();

const ENDPOINT = 'https://rest.us-10.braze.com';
const settings = { api_key: 'k', endpoint: ENDPOINT, update_existing_only: false };
const core = loadCore();
const integration = () => core.createTestIntegration(definition);

const answer = (status: number, body: Body): Scope =>
  nock(ENDPOINT, { reqheaders: { authorization: 'Bearer k' } })
    .post('/users/track')
    .reply(status, body);

/** Another host of Segment Actions than ours, with the framework alone between it and Braze. */
describe('the destination in a foreign host', () => {
  it('maps an identify call by the defaults of its fields', async () => {
    answer(201, { message: 'success' });
    const [response] = await integration().testAction('syncDunningState', {
      event: { type: 'identify', userId: 'user_1', traits: { in_dunning: true, next_retry_date: null } },
      settings,
      useDefaultMappings: true,
    });
    expect(response?.options.json).toEqual({
      attributes: [{ external_id: 'user_1', in_dunning: true, next_retry_date: null }],
    });
  });

  it('has a preset with just these defaults', () => {
    const fields = definition.actions.syncDunningState?.fields ?? {};
    expect(definition.presets).toHaveLength(1);
    expect(definition.presets?.[0]?.mapping).toEqual(core.defaultValues(fields));
  });

  it('sends a batch in one call and tells each result in the framework’s words', async () => {
    answer(201, { message: 'success', errors: [{ type: 'blank', input_array: 'attributes', index: 1 }] });
    const host = integration();
    const events = ['user_1', 'user_2', 'user_3'].map((userId) => toSegmentEvent(toolRecord(userId), 'person'));
    const responses = await host.testBatchAction('syncDunningState', { events, settings, useDefaultMappings: true });
    expect(responses).toHaveLength(1);
    const [{ multistatus } = { multistatus: [] }] = host.results as readonly { multistatus: readonly unknown[] }[];
    expect(multistatus).toMatchObject([
      { status: 200 },
      { status: 400, errormessage: expect.stringContaining('attributes refused: blank'), errorreporter: 'DESTINATION' },
      { status: 200 },
    ]);
  });

  it('leaves a failed call to the host: it is retried by its status', async () => {
    answer(429, { message: 'slow down' });
    const events = [toSegmentEvent(toolRecord('user_1'), 'person')];
    const batch = integration().testBatchAction('syncDunningState', { events, settings, useDefaultMappings: true });
    await expect(batch).rejects.toMatchObject({ response: { status: 429 } });
  });

  it('stays within 75 objects, where a step of dunning has two events at most', () => {
    const size = definition.actions.syncDunningState?.fields.batch_size?.default;
    expect(Number(size) * 3).toBeLessThanOrEqual(75);
  });

  it('tests credentials by updating nobody', async () => {
    const bodies: unknown[] = [];
    nock(ENDPOINT)
      .post('/users/track', (body) => bodies.push(body) > 0)
      .reply(201, { message: 'success' });
    await integration().testAuthentication(settings);
    expect(bodies).toEqual([{ attributes: [{ external_id: expect.any(String), _update_existing_only: true }] }]);
    answer(401, { message: 'Invalid API key' });
    await expect(integration().testAuthentication(settings)).rejects.toThrow(/401/);
  });
});
