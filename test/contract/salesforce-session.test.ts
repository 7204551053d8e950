import { afterEach, describe, expect, it } from 'vitest';
import { isSessionOver, toAnswer } from '../../destinations/salesforce/answer.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { HttpAnswer, ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { type BenchOptions, openSalesforceContactBench, type SalesforceBench } from '../stand-ins/salesforce-bench.ts';
import { NOW } from './tool-records.ts';

let bench: SalesforceBench;
afterEach(() => bench?.standIn.close());

const open = async (options?: BenchOptions): Promise<SalesforceBench> => {
  bench = await openSalesforceContactBench({ now: () => NOW }, options);
  bench.know(['ann']);
  return bench;
};
const sinkOf = (settings: ToolSettings, timeoutMs = 2_000) =>
  makeActionsSink(bench.tool, settings, { now: () => NOW, timeoutMs });

const TAKEN = { answer: 'each', outcomes: [{ result: 'delivered', warning: null }] };

describe('the session', () => {
  it('is opened by the first call and kept', async () => {
    const { standIn, settings, record } = await open();
    const sink = sinkOf(settings);
    expect(standIn.logins()).toBe(0);
    expect(await sink.send([record('ann')])).toEqual(TAKEN);
    expect(await sink.send([record('ann')])).toEqual(TAKEN);
    expect(standIn.logins()).toBe(1);
  });

  it('that ran out is opened again, and the call repeated', async () => {
    const { standIn, settings, record, fieldsOf } = await open();
    const sink = sinkOf(settings);
    await sink.send([record('ann')]);
    standIn.expireSessions();
    const dunning = { attributes: { dunning_stage: 'recovered' }, isNew: false };
    expect(await sink.send([record('ann', dunning)])).toEqual(TAKEN);
    expect(standIn.logins()).toBe(2);
    expect(fieldsOf('ann')).toMatchObject({ Dunning_Stage__c: 'recovered' });
  });

  it('refused for the secret stops the tool, and tells neither secret nor key', async () => {
    const { badSettings, record } = await open();
    const answer = await sinkOf(badSettings).send([record('ann')]);
    expect(answer).toMatchObject({ answer: 'stopped', reason: expect.stringContaining('invalid_client') });
    for (const secret of [badSettings.client_secret, badSettings.client_id])
      expect(JSON.stringify(answer)).not.toContain(secret);
  });

  it.each([
    ['is out of order', 503, undefined],
    [
      'is at another login of ours',
      400,
      { error: 'invalid_grant', error_description: 'token request is already being processed' },
    ],
  ])('waits where the login %s', async (_case, status, body) => {
    const { standIn, settings, record } = await open();
    standIn.inject({ kind: 'status', status, reads: true, body: body ?? { error: 'unavailable' } }, { calls: 1 });
    const sink = sinkOf(settings);
    expect(await sink.send([record('ann')])).toMatchObject({ answer: 'unavailable' });
    expect(await sink.send([record('ann')])).toEqual(TAKEN);
  });

  it('waits where nobody listens', async () => {
    const { standIn, settings, record } = await open();
    await standIn.close();
    expect(await sinkOf(settings).send([record('ann')])).toMatchObject({
      answer: 'unavailable',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    await open();
  });

  it('is not opened over an address that shows the secret, and not used on one', async () => {
    const { tool, settings, record } = await open({ instanceUrl: 'http://acme.my.salesforce.com' });
    const clear = { ...settings, login_url: 'http://acme.my.salesforce.com' };
    expect(await sinkOf(clear).send([record('ann')])).toMatchObject({ answer: 'stopped' });
    expect(await sinkOf(settings).send([record('ann')])).toMatchObject({
      answer: 'stopped',
      reason: expect.stringContaining('without encryption'),
    });
    expect(await tool.checkCredentials?.(settings, 1_000)).toMatchObject({ ok: false });
  });

  it('never lends its token to what is told', async () => {
    const { standIn, settings, record } = await open();
    const body = [{ errorCode: 'INSUFFICIENT_ACCESS', message: 'token 00D000000000001!session-1 may not' }];
    standIn.inject({ kind: 'status', status: 403, body });
    const answer = await sinkOf(settings).send([record('ann')]);
    expect(answer).toMatchObject({ answer: 'stopped' });
    expect(JSON.stringify(answer)).not.toContain('session-1');
  });
});

describe('an answer of which nothing was taken', () => {
  const answerOf = (status: number, body: unknown): HttpAnswer => ({ status, body, header: () => null });
  const error = (errorCode: string, message = 'words') => [{ errorCode, message }];

  it.each([
    ['the limit of 24 hours', 403, error('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'throttled'],
    ['a field that is not there', 400, error('INVALID_FIELD'), 'stopped'],
    ['an external id field that is not there', 404, error('NOT_FOUND'), 'stopped'],
    ['an object that is hidden', 404, error('INVALID_TYPE'), 'stopped'],
    ['an old version', 400, error('UNSUPPORTED_API_VERSION'), 'stopped'],
    ['a missing right', 403, error('INSUFFICIENT_ACCESS_OR_READONLY'), 'stopped'],
    ['an organisation without the API', 403, error('API_DISABLED_FOR_ORG'), 'stopped'],
    ['a session that no login mends', 401, error('INVALID_SESSION_ID'), 'stopped'],
    ['a body that it cannot read', 400, error('JSON_PARSER_ERROR'), 'refused'],
    ['too many records', 400, error('EXCEEDED_ID_LIMIT'), 'refused'],
    ['an address too long', 414, 'URI Too Long', 'refused'],
    ['several records of one id', 300, ['/services/data/v64.0/sobjects/Contact/003'], 'refused'],
    ['maintenance', 503, error('SERVER_UNAVAILABLE'), 'unavailable'],
    ['a page in maintenance', 503, '<html>', 'unavailable'],
    ['an accident', 500, error('UNKNOWN_EXCEPTION'), 'unknown'],
    ['a gateway', 502, '<html>', 'unknown'],
    ['a gateway out of time', 504, '', 'unknown'],
  ])('%s', (_case, status, body, answer) => {
    expect(toAnswer(answerOf(status, body))).toMatchObject({ answer });
  });

  it('for its set-up says what to run', () => {
    expect(toAnswer(answerOf(400, error('INVALID_FIELD')))?.reason).toContain('npm run recoup -- destinations apply');
  });

  it.each([200, 201, 204])('%i was taken', (status) => {
    expect(toAnswer(answerOf(status, ''))).toBeNull();
  });

  it('is the end of a session only with its own code', () => {
    expect(isSessionOver(answerOf(401, error('INVALID_SESSION_ID')))).toBe(true);
    expect(isSessionOver(answerOf(401, '<html>'))).toBe(false);
    expect(isSessionOver(answerOf(403, error('REQUEST_LIMIT_EXCEEDED')))).toBe(false);
  });
});
