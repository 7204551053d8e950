import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../destinations/iterable/cancel-campaigns.ts';
import { iterable } from '../../destinations/iterable/index.ts';
import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { type IterableStandIn, startIterableStandIn } from '../../src/simulate/vendors/iterable.ts';
import { NOW, toolEvent, toolRecord } from './tool-records.ts';

/**
 * Iterable's own description of its API, Swagger 2.0 (github.com/Iterable/api-client). It is no part of this project:
 * it is read when it lies beside the checkout, or in the file that RECOUP_ITERABLE_SPEC names.
 */
const FILE = resolve(
  process.env.RECOUP_ITERABLE_SPEC ?? join(import.meta.dirname, '../../../shared/specs/iterable/api-docs.json'),
);
const isThere = existsSync(FILE);

/** Where a schema lists its properties it means no others. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return 'properties' in schema && 'type' in schema ? { ...inner, additionalProperties: false } : inner;
};

/** What the official schema of this name says against a value; empty: nothing. */
const makeValidator = () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const { definitions } = JSON.parse(readFileSync(FILE, 'utf8'));
  ajv.addSchema({ $id: 'iterable', definitions: closed(definitions) });
  return (name: string, value: unknown): readonly string[] => {
    const validate = ajv.compile({ $ref: `iterable#/definitions/${encodeURIComponent(name)}` });
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
};

const KEY = 'k';
const CANCEL = 'CancelScheduledMessageRequest - campaignId OR scheduledMessageId are required';
const REQUESTS: Readonly<Record<string, string>> = {
  '/api/users/bulkUpdate': 'BulkUpdateUsersRequest',
  '/api/events/trackBulk': 'BulkTrackRequest',
  ...Object.fromEntries(CHANNELS.map((channel) => [`/api/${channel}/cancel`, CANCEL])),
};

describe.skipIf(!isThere)(`by the schema of Iterable${isThere ? '' : `, which is not at ${FILE}`}`, () => {
  let validate: ReturnType<typeof makeValidator>;
  let standIn: IterableStandIn;
  beforeAll(async () => {
    validate = makeValidator();
    standIn = await startIterableStandIn({ key: KEY, now: () => NOW, limitsRates: false, barredEvents: ['barred'] });
  });
  afterAll(() => standIn.close());

  const ask = async (method: string, path: string, body?: unknown, key = KEY): Promise<unknown> => {
    const response = await fetch(`${standIn.url}${path}`, {
      method,
      headers: { 'api-key': key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  const user = (userId: string, dataFields: object = { in_dunning: true }) => ({
    userId,
    preferUserId: true,
    dataFields,
  });
  const event = (userId: string, eventName = 'payment_recovered') => ({
    userId,
    eventName,
    dataFields: { amount: 0.5 },
  });

  it('this test notices a field that does not exist and one of another type', () => {
    expect(validate('BulkUpdateUsersRequest', { users: [{ userID: 'user_1' }] })).toHaveLength(1);
    expect(
      validate('BulkTrackRequest', { events: [{ userId: 'user_1', eventName: 'e', createdAt: '2026' }] }),
    ).toHaveLength(1);
    expect(validate('BulkTrackRequest', { events: [{ userId: 'user_1' }] })).toHaveLength(1);
  });

  it('every request is valid', async () => {
    const requests: RecordedRequest[] = [];
    const cancelCampaigns = CHANNELS.map((channel, index) => `${channel}:${index + 1}`).join(' ');
    const recorder = makeRecorderSink(iterable, {
      settings: iterable.credentials({ ...iterable.recorder.credentials, cancelCampaigns }),
      onRequest: (request) => requests.push(request),
    });
    const exit = [toolEvent('payment_recovered', 'user_2'), toolEvent('dunning_exited', 'user_2')];
    await recorder.send([
      toolRecord('user_1'),
      toolRecord('user_2', { attributes: { dunning_stage: null, in_dunning: false }, events: exit }),
    ]);
    expect(requests).toHaveLength(2 + CHANNELS.length);
    for (const { url, body } of requests)
      expect(validate(REQUESTS[new URL(url).pathname] ?? '', JSON.parse(body)), url).toEqual([]);
  });

  it('so are the answers of the stand-in to users and events', async () => {
    await ask('POST', '/api/users/forget', { userId: 'user_forgotten' });
    const users = await ask('POST', '/api/users/bulkUpdate', {
      users: [user('user_1'), user('user_forgotten'), user('')],
    });
    expect(users).toMatchObject({
      successCount: 1,
      failCount: 2,
      failedUpdates: { forgottenUserIds: ['user_forgotten'] },
    });
    expect(validate('UserBulkUpdateListResponse', users)).toEqual([]);
    const sent = { events: [event('user_1'), event('user_forgotten'), event('user_1', 'barred')] };
    const events = await ask('POST', '/api/events/trackBulk', sent);
    expect(events).toMatchObject({ successCount: 1, failCount: 2, disallowedEventNames: ['barred'] });
    expect(validate('BulkTrackResponse', events)).toEqual([]);
  });

  it('and its answers to questions', async () => {
    expect(validate('GetUserFieldsResponse', await ask('GET', '/api/users/getFields'))).toEqual([]);
    expect(validate('UserResponse', await ask('GET', '/api/users/byUserId/user_1'))).toEqual([]);
    expect(validate('UserResponse', await ask('GET', '/api/users/byUserId/nobody'))).toEqual([]);
    expect(validate('IterableApiResponse', await ask('DELETE', '/api/users/byUserId/user_1'))).toEqual([]);
    standIn.scheduled.schedule({ channel: 'sms', campaignId: 3, userId: 'user_1' });
    const canceled = await ask('POST', '/api/sms/cancel', { campaignId: 3, userId: 'user_1' });
    expect(canceled).toMatchObject({ code: 'Success' });
    expect(validate('IterableApiResponse', canceled)).toEqual([]);
    standIn.scheduled.campaigns.add(3);
    const campaigns = await ask('GET', '/api/campaigns?page=1&pageSize=10');
    expect(campaigns).toMatchObject({ campaigns: [{ id: 3 }] });
    expect(validate('CampaignsResponse', campaigns)).toEqual([]);
  });

  it('and its refusals', async () => {
    const refusals = [
      await ask('POST', '/api/users/bulkUpdate', { users: [] }, 'wrong'),
      await ask('POST', '/api/users/bulkUpdate', { users: 'all' }),
      await ask('POST', '/api/users/bulkUpdate', { users: [user('user_1', { in_dunning: 'yes' })] }),
      await ask('POST', '/api/events/trackBulk', { events: [{ userId: 'user_1' }] }),
      await ask('DELETE', '/api/users/byUserId/nobody'),
    ];
    const codes = ['BadApiKey', 'BadParams', 'RequestFieldsTypesMismatched', 'BadParams', 'UnknownUserIdError'];
    expect(refusals).toMatchObject(codes.map((code) => ({ code })));
    expect(refusals.map((body) => validate('IterableApiResponse', body))).toEqual(codes.map(() => []));
  });
});
