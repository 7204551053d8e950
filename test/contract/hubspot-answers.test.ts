import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hubspotTools } from '../../destinations/hubspot/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { NOW, toolRecord } from './tool-records.ts';
import { type Answering, json, startToolServer, type ToolServer } from './tool-server.ts';

let server: ToolServer;
beforeAll(async () => {
  server = await startToolServer(json(200, {}));
});
afterAll(() => server.close());

const [contacts] = hubspotTools;
const known = (id: string): ToolRecord => toolRecord(id, { isNew: false, events: [] });
const answerTo = async (answering: Answering, records = [known('user_1'), known('user_2'), known('user_3')]) => {
  if (contacts === undefined) throw new Error('no tool');
  server.answerWith(answering);
  const settings = contacts.credentials({ accessToken: 'pat-1', baseUrl: server.endpoint, createMissing: 'true' });
  return makeActionsSink(contacts, settings, { now: () => NOW }).send(records);
};
const error = (category: string, message: string, extra: object = {}) => ({
  status: 'error',
  category,
  message,
  ...extra,
});
const invalid = (code: string, name: string) =>
  error(
    'VALIDATION_ERROR',
    `Property values were not valid: [{"isValid":false,"error":"${code}","name":"${name}","message":"ann@example.com is wrong"}]`,
  );
const batch = (results: readonly unknown[], errors: readonly unknown[] = []) => ({
  status: 'COMPLETE',
  results,
  errors,
});
const taken = (objectWriteTraceId: string) => ({ id: `9${objectWriteTraceId}`, properties: {}, objectWriteTraceId });
const traced = (of: object, ...ids: readonly string[]) => ({ ...of, context: { objectWriteTraceId: ids } });

describe('an answer for each input', () => {
  it('is read by trace id and in no order', async () => {
    const body = batch([taken('2'), taken('0')], [traced(invalid('INVALID_DATE', 'next_retry_at'), '1')]);
    expect(await answerTo(json(207, body))).toEqual({
      answer: 'each',
      outcomes: [
        { result: 'delivered', warning: null },
        { result: 'rejected', reason: 'VALIDATION_ERROR INVALID_DATE next_retry_at' },
        { result: 'delivered', warning: null },
      ],
    });
  });

  it('is read by id where HubSpot names the ids that it does not find', async () => {
    const missing = { ...error('OBJECT_NOT_FOUND', 'Could not get some'), context: { ids: ['user_1', 'user_3'] } };
    expect(await answerTo(json(207, batch([taken('1')], [missing])))).toMatchObject({
      outcomes: [{ result: 'absent' }, { result: 'delivered' }, { result: 'absent' }],
    });
  });

  it.each([
    ['success without results', json(200, batch([]))],
    ['success with a result that names no input', json(200, batch([{ id: '1', properties: {} }]))],
    ['an error that names no input', json(207, batch([], [error('INTERNAL', 'no')]))],
    ['a batch that was cancelled', json(200, { ...batch([]), status: 'CANCELED' })],
    ['a body that is not HubSpot’s', json(200, { ok: true })],
  ])('is delivered to nobody on %s', async (_case, answering) => {
    const outcomes = [{ result: 'unknown' }, { result: 'unknown' }, { result: 'unknown' }];
    expect(await answerTo(answering)).toMatchObject({ answer: 'each', outcomes });
  });

  it('does not hide who was taken behind an error that names nobody', async () => {
    expect(await answerTo(json(207, batch([taken('1')], [error('INTERNAL', 'no')])))).toMatchObject({
      outcomes: [{ result: 'unknown' }, { result: 'delivered' }, { result: 'unknown' }],
    });
  });
});

describe('what the account lacks', () => {
  const lacking =
    'HubSpot cannot take the property in_dunning (PROPERTY_DOESNT_EXIST); run "npm run recoup -- destinations apply"';

  it('stops the tool, whether HubSpot tells it once or of every input', async () => {
    const once = invalid('PROPERTY_DOESNT_EXIST', 'in_dunning');
    expect(await answerTo(json(400, once))).toEqual({ answer: 'stopped', reason: lacking });
    expect(await answerTo(json(207, batch([], [traced(once, '0', '1', '2')])))).toEqual({
      answer: 'stopped',
      reason: lacking,
    });
  });

  it('keeps those that it is told of for later where HubSpot took the others', async () => {
    const body = batch([taken('0'), taken('1')], [traced(invalid('PROPERTY_DOESNT_EXIST', 'in_dunning'), '2')]);
    expect(await answerTo(json(207, body))).toMatchObject({
      outcomes: [{ result: 'delivered' }, { result: 'delivered' }, { result: 'retry', reason: lacking }],
    });
  });

  it.each([
    [
      'an option',
      invalid('INVALID_OPTION', 'dunning_stage'),
      'cannot take the property dunning_stage (INVALID_OPTION)',
    ],
    [
      'a unique id',
      error('VALIDATION_ERROR', 'Unable to perform update/upsert by non-unique 0-1 property recoup_user_id'),
      'has no unique property recoup_user_id',
    ],
    [
      'a unique id, in words of tomorrow',
      error('VALIDATION_ERROR', 'this is non-unique: ada@x.example'),
      'has no unique property',
    ],
  ])('is %s, too', async (_case, body, words) => {
    expect(await answerTo(json(400, body))).toMatchObject({
      answer: 'stopped',
      reason: `HubSpot ${words}; run "npm run recoup -- destinations apply"`,
    });
  });

  it('is a scope, which only a person can give', async () => {
    expect(await answerTo(json(403, error('MISSING_SCOPES', 'not granted')))).toMatchObject({
      answer: 'stopped',
      reason: expect.stringContaining('scopes'),
    });
  });
});

describe('an answer for the whole call', () => {
  const limit = (policyName: string) => ({ status: 'error', message: 'You have reached your limit.', policyName });

  it.each([
    ['TEN_SECONDLY_ROLLING', plus(NOW, 10 * SECOND_MS)],
    ['SECONDLY', plus(NOW, SECOND_MS)],
    ['DAILY', plus(NOW, HOUR_MS)],
    ['SOMETHING_NEW', null],
  ])('over the limit %s waits as long as that limit lasts, an hour at most', async (policyName, until) => {
    expect(await answerTo(json(429, limit(policyName)))).toMatchObject({ answer: 'throttled', until });
  });

  it.each<[string, Answering, object]>([
    ['a locked object', json(423, {}), { answer: 'throttled', until: plus(NOW, 2 * SECOND_MS) }],
    [
      'a move of the account',
      json(477, {}, { 'retry-after': '90' }),
      { answer: 'throttled', until: plus(NOW, 90_000) },
    ],
    ['a batch refused without saying for whom', json(400, invalid('INVALID_EMAIL', 'email')), { answer: 'refused' }],
    [
      'an email of somebody else',
      json(409, error('CONFLICT', 'Contact already exists. Existing ID: 7')),
      { answer: 'refused' },
    ],
    ['one that is not there among several', json(404, error('OBJECT_NOT_FOUND', 'no')), { answer: 'refused' }],
    ['an address that is not there', json(404, '<html>'), { answer: 'stopped' }],
    ['an outage', json(503, {}), { answer: 'unavailable' }],
    ['a front that reached nothing', json(521, {}), { answer: 'unavailable' }],
    ['a front that waited in vain', json(524, {}), { answer: 'unknown' }],
    ['a token that ended', json(401, error('EXPIRED_AUTHENTICATION', 'expired')), { answer: 'stopped' }],
  ])('is right for %s', async (_case, answering, expected) => {
    expect(await answerTo(answering)).toMatchObject(expected);
  });

  it.each([
    ['is not there', json(404, error('OBJECT_NOT_FOUND', 'no')), 'absent'],
    ['was made meanwhile', json(409, error('CONFLICT', 'Contact already exists')), 'retry'],
  ])('is that of its only input, which %s', async (_case, answering, result) => {
    expect(await answerTo(answering, [known('user_1')])).toMatchObject({ answer: 'each', outcomes: [{ result }] });
  });

  it('quotes no value that HubSpot refused', async () => {
    expect(JSON.stringify(await answerTo(json(400, invalid('INVALID_EMAIL', 'email'))))).not.toContain('ann@');
  });
});
