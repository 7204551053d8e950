import { afterEach, describe, expect, it } from 'vitest';
import { definition } from '../../destinations/iterable/definition.ts';
import { loadCore } from '../../src/destination-kit/core.ts';
import { toSegmentEvent } from '../../src/destination-kit/segment-event.ts';
import { type IterableStandIn, startIterableStandIn } from '../../src/simulate/vendors/iterable.ts';
import { NOW, toolRecord } from './tool-records.ts';

const core = loadCore();
const integration = () => core.createTestIntegration(definition);
let standIn: IterableStandIn;
afterEach(() => standIn.close());
const open = async () => {
  standIn = await startIterableStandIn({ key: 'k', now: () => NOW, limitsRates: false });
  return { api_key: 'k', base_url: standIn.url };
};
const EVENTS = ['user_1', 'user_2', 'user_3'].map((userId) => toSegmentEvent(toolRecord(userId), 'person'));

/** Another host of Segment Actions than ours, with the framework alone between it and Iterable. */
describe('the destination in a foreign host', () => {
  it('maps an identify call by the defaults of its fields', async () => {
    const settings = await open();
    const [response] = await integration().testAction('syncDunningState', {
      event: { type: 'identify', userId: 'user_1', traits: { in_dunning: true, next_retry_date: null } },
      settings,
      useDefaultMappings: true,
    });
    const users = [{ userId: 'user_1', preferUserId: true, dataFields: { in_dunning: true, next_retry_date: null } }];
    expect(response?.options.json).toEqual({ users, createNewFields: true });
  });

  it('has a preset with just these defaults', () => {
    const fields = definition.actions.syncDunningState?.fields ?? {};
    expect(definition.presets).toHaveLength(1);
    expect(definition.presets?.[0]?.mapping).toEqual(core.defaultValues(fields));
  });

  it('sends a batch in two calls and tells each result in the framework’s words', async () => {
    const settings = await open();
    standIn.users.forget('user_2');
    const host = integration();
    const responses = await host.testBatchAction('syncDunningState', {
      events: EVENTS,
      settings,
      useDefaultMappings: true,
    });
    expect(responses).toHaveLength(2);
    const [{ multistatus } = { multistatus: [] }] = host.results as readonly { multistatus: readonly unknown[] }[];
    expect(multistatus).toMatchObject([
      { status: 200 },
      { status: 400, errormessage: expect.stringContaining('attributes refused'), errorreporter: 'DESTINATION' },
      { status: 200 },
    ]);
  });

  it('leaves a failed call to the host: it is retried by its status', async () => {
    const settings = await open();
    standIn.inject({ kind: 'throttled' });
    const batch = integration().testBatchAction('syncDunningState', {
      events: EVENTS,
      settings,
      useDefaultMappings: true,
    });
    await expect(batch).rejects.toMatchObject({ response: { status: 429 } });
  });

  it('tests a key without changing anything', async () => {
    const settings = await open();
    await expect(integration().testAuthentication(settings)).resolves.not.toThrow();
    await expect(integration().testAuthentication({ ...settings, api_key: 'wrong' })).rejects.toThrow();
    expect(standIn.users.all.size).toBe(0);
  });
});
