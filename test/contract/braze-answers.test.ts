import { beforeAll, describe, expect, it } from 'vitest';
import { braze } from '../../destinations/braze/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { BatchAnswer, ToolSink } from '../../src/destination-kit/sink.ts';
import { HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { type Body, intercept } from '../stand-ins/intercept.ts';
import { NOW, toolEvent, toolRecord } from './tool-records.ts';

const nock = intercept();

const ENDPOINT = 'https://rest.fra-01.braze.eu';
const KEY = 'rest-key-of-one-instance';
/** Attributes 0 and 1, events 0 and 1. */
const ANN = toolRecord('user_ann');
/** Attributes 1 only. */
const BOB = toolRecord('user_bob', { events: [] });
/** Events 1 and 2 only. */
const CEM = toolRecord('user_cem', {
  attributes: {},
  events: [toolEvent('dunning_stage_entered', 'user_cem'), toolEvent('payment_recovered', 'user_cem')],
});

let sink: ToolSink;
beforeAll(() => {
  sink = makeActionsSink(braze, braze.credentials({ apiKey: KEY, endpoint: `${ENDPOINT}/` }), { now: () => NOW });
});

const answerOn = (status: number, body: unknown, headers: Record<string, string> = {}): Promise<BatchAnswer> => {
  nock(ENDPOINT, { reqheaders: { authorization: `Bearer ${KEY}` } })
    .post('/users/track')
    .reply(status, body as Body, { 'content-type': 'application/json', ...headers });
  return sink.send([ANN, BOB, CEM]);
};
const outcomesOn201 = async (body: unknown) => {
  const answer = await answerOn(201, body);
  return answer.answer === 'each' ? answer.outcomes : answer;
};
const outcomesOn = (errors: readonly unknown[]) => outcomesOn201({ message: 'success', errors });

const DELIVERED = { result: 'delivered', warning: null };
const BLANK = "'external_id' is blank";

describe('201', () => {
  it('without errors delivers everybody', async () => {
    const answer = await answerOn(201, { message: 'success', attributes_processed: 2, events_processed: 3 });
    expect(answer).toEqual({ answer: 'each', outcomes: [DELIVERED, DELIVERED, DELIVERED] });
  });

  it('counts the index of an error within its own array: attributes 1 is another person than events 1', async () => {
    expect(await outcomesOn([{ type: BLANK, input_array: 'attributes', index: 1 }])).toEqual([
      DELIVERED,
      { result: 'rejected', reason: `attributes refused: ${BLANK}` },
      DELIVERED,
    ]);
    expect(await outcomesOn([{ type: BLANK, input_array: 'events', index: 1 }])).toEqual([
      DELIVERED,
      DELIVERED,
      {
        result: 'rejected',
        reason: `event dunning_stage_entered refused: ${BLANK}; event payment_recovered taken`,
        partly: true,
      },
    ]);
  });

  it('that takes the attributes of a person and refuses the event, or the reverse, says which', async () => {
    expect(await outcomesOn([{ type: 'bad time', input_array: 'events', index: 0 }])).toMatchObject([
      { result: 'rejected', reason: 'event dunning_stage_entered refused: bad time; attributes taken', partly: true },
      DELIVERED,
      DELIVERED,
    ]);
    expect(await outcomesOn([{ type: 'bad value', input_array: 'attributes', index: 0 }])).toMatchObject([
      { result: 'rejected', reason: 'attributes refused: bad value; event dunning_stage_entered taken', partly: true },
      DELIVERED,
      DELIVERED,
    ]);
  });

  it('with every part refused rejects each with all of its reasons', async () => {
    const errors = [0, 1].map((index) => ({ type: BLANK, input_array: 'attributes', index }));
    const events = [0, 1, 2].map((index) => ({ type: 'bad', input_array: 'events', index }));
    const outcomes = await outcomesOn([...errors, ...events]);
    expect(outcomes).toMatchObject([{ result: 'rejected' }, { result: 'rejected' }, { result: 'rejected' }]);
    expect(outcomes).toMatchObject([
      { reason: `attributes refused: ${BLANK}; event dunning_stage_entered refused: bad` },
      {},
      {},
    ]);
  });

  it.each([
    ['no index', { type: 'odd', input_array: 'events' }],
    ['no array', { type: 'odd', index: 0 }],
    ['an unknown array', { type: 'odd', input_array: 'purchases', index: 0 }],
    ['an index beyond the array', { type: 'odd', input_array: 'attributes', index: 2 }],
    ['an index in words', { type: 'odd', input_array: 'attributes', index: '0' }],
  ])('an error with %s makes unknown whoever is not otherwise told of', async (_case, error) => {
    const unknown = { result: 'unknown', reason: 'an error without a place: odd' };
    expect(await outcomesOn([error, { type: BLANK, input_array: 'attributes', index: 1 }])).toEqual([
      unknown,
      { result: 'rejected', reason: `attributes refused: ${BLANK}` },
      unknown,
    ]);
  });

  it.each([
    ['a page', '<html>proxy</html>'],
    ['something else', { ok: true }],
    ['errors that are no list', { message: 'success', errors: 'yes' }],
    ['an empty body', ''],
  ])('with %s tells nothing of anybody', async (_case, body) => {
    const unknown = { result: 'unknown', reason: 'the answer is not one of Braze' };
    expect(await outcomesOn201(body)).toEqual([unknown, unknown, unknown]);
  });

  it('does not pass on an address that an error quotes', async () => {
    const outcomes = await outcomesOn([{ type: 'ann@example.com is taken', input_array: 'attributes', index: 0 }]);
    expect(JSON.stringify(outcomes)).not.toContain('ann@example.com');
  });
});

describe('400', () => {
  it('refuses the whole call, to be halved, even when its errors name some', async () => {
    const errors = [{ type: BLANK, input_array: 'attributes', index: 1 }];
    expect(await answerOn(400, { message: 'Valid data must be provided.', errors })).toEqual({
      answer: 'refused',
      reason: `status 400: Valid data must be provided: ${BLANK}`,
      tooLarge: false,
    });
  });

  it.each(['Max Input Length Exceeded', 'Too many objects', 'Requests are limited to 75 objects'])(
    '%s: fewer may pass',
    async (message) => {
      expect(await answerOn(400, { message })).toMatchObject({ answer: 'refused', tooLarge: true });
    },
  );
});

it('413 is too large', async () => {
  expect(await answerOn(413, 'Request Entity Too Large')).toMatchObject({ answer: 'refused', tooLarge: true });
});

it.each([401, 403, 404])('%i stops the tool: a person must act', async (status) => {
  const answer = await answerOn(status, { message: 'Invalid' });
  expect(answer).toMatchObject({ answer: 'stopped', reason: expect.stringMatching(/Invalid; check the/) });
});

describe('429', () => {
  const seconds = (ms: number): string => String(ms / SECOND_MS);
  const untilOn = async (header: Record<string, string>) => {
    const answer = await answerOn(429, { message: 'Rate limit exceeded' }, header);
    return answer.answer === 'throttled' ? answer.until : answer;
  };

  it('waits until the reset that it names, up to the hour that its limits have', async () => {
    expect(await untilOn({ 'X-RateLimit-Reset': seconds(NOW + 2 * SECOND_MS) })).toBe(NOW + 2 * SECOND_MS);
    expect(await untilOn({ 'x-ratelimit-reset': seconds(plus(NOW, HOUR_MS)) })).toBe(NOW + HOUR_MS);
  });

  it.each([
    ['none', {}],
    ['one gone by', { 'x-ratelimit-reset': seconds(NOW) }],
    ['one beyond the hour', { 'x-ratelimit-reset': seconds(NOW + HOUR_MS + SECOND_MS) }],
    ['one in milliseconds', { 'x-ratelimit-reset': String(NOW) }],
    ['no number', { 'x-ratelimit-reset': 'soon' }],
  ])('leaves the wait to the engine with %s', async (_case, header) => {
    expect(await untilOn(header)).toBeNull();
  });
});

it('503 took nothing', async () => {
  expect(await answerOn(503, { message: 'Service Unavailable' })).toMatchObject({ answer: 'unavailable' });
});

it.each([408, 500, 502, 504])('%i may have been applied', async (status) => {
  expect(await answerOn(status, { message: 'Internal' })).toMatchObject({ answer: 'unknown' });
});

it('a text that Braze would have cut off is told by name', async () => {
  nock(ENDPOINT).post('/users/track').reply(201, { message: 'success' });
  const long = toolRecord('user_ann', { attributes: { update_payment_url: 'x'.repeat(256), in_dunning: true } });
  expect(await sink.send([long])).toEqual({
    answer: 'each',
    outcomes: [{ result: 'delivered', warning: 'longer than Braze keeps, and left out: update_payment_url' }],
  });
});

it('a record of nothing is delivered without a call', async () => {
  expect(await sink.send([toolRecord('user_ann', { attributes: {}, events: [] })])).toEqual({
    answer: 'each',
    outcomes: [DELIVERED],
  });
});
