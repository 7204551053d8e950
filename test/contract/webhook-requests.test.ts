import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhook } from '../../destinations/webhook/index.ts';
import { parseSecret } from '../../destinations/webhook/settings.ts';
import { toSignedHeaders } from '../../destinations/webhook/sign.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import type { ToolSink } from '../../src/destination-kit/sink.ts';
import { HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { findForgery } from '../../src/simulate/vendors/webhook/verify.ts';
import { openWebhookBench, streamEvent } from '../stand-ins/webhook-bench.ts';
import { NOW } from './tool-records.ts';

const DELIVERED = { answer: 'each', outcomes: [{ result: 'delivered', warning: null }] };

let now = NOW;
let bench: ToolBench;
let sink: ToolSink;
const sinkWith = (settings: ToolSettings) => makeActionsSink(webhook, settings, { now: () => now, timeoutMs: 5_000 });
beforeEach(async () => {
  now = NOW;
  bench = await openWebhookBench({ now: () => now });
  sink = sinkWith(bench.settings);
});
afterEach(() => bench.standIn.close());

const NAMES = ['payment_failed', 'payment_retried', 'payment_recovered'];
const story = (at = NOW) =>
  bench.record('cus_1', { at, events: NAMES.map((name, index) => streamEvent('cus_1', name, plus(at, index))) });
const last = () => bench.standIn.requests.at(-1);

/** The next request of this event of the story is answered with this status. */
const failAt = (name: string, status: number): void => {
  const id = story().events.find((event) => event.name === name)?.id ?? '';
  bench.standIn.inject({ kind: 'status', status }, { calls: 1, holding: [id] });
};

describe('an event', () => {
  it('is one signed POST: what it is, when it happened, and its properties with their nulls', async () => {
    expect(await sink.send([bench.record('cus_1')])).toEqual(DELIVERED);
    expect(last()?.body).toEqual({
      type: 'payment_failed',
      timestamp: '2026-03-10T11:59:59.000Z',
      data: { dunning_episode_id: 'dun_cus_1', account_id: 'cus_1', amount: 49.5, next_retry_date: null },
    });
    expect(last()?.headers).toMatchObject({
      'webhook-id': `cus_1:payment_failed:${NOW - SECOND_MS}`,
      'webhook-timestamp': String(NOW / 1_000),
      'content-type': 'application/json',
    });
  });

  it('that is sent again hours later has the same id and body, and the time of the new attempt', async () => {
    bench.standIn.inject({ kind: 'status', status: 500 }, { calls: 1 });
    const record = bench.record('cus_1');
    expect(await sink.send([record])).toMatchObject({ answer: 'unknown' });
    now = plus(NOW, 5 * HOUR_MS);
    expect(await sink.send([record])).toEqual(DELIVERED);
    const [first, second] = bench.standIn.requests;
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-timestamp']).toBe(String((NOW + 5 * HOUR_MS) / 1_000));
  });

  it('is kept once by a receiver that deduplicates, however often it comes', async () => {
    bench.standIn.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { calls: 1 });
    expect(await sink.send([bench.record('cus_1')])).toMatchObject({ answer: 'unknown' });
    expect(await sink.send([bench.record('cus_1')])).toEqual(DELIVERED);
    expect(bench.eventsOf('cus_1')).toEqual(['payment_failed']);
  });
});

describe('the signature', () => {
  // The vector of the official libraries' own tests: secret, id, time and body, and the signature that they expect.
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const [ID, BODY] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}'];
  const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('is the one of the official test vector', () => {
    const key = parseSecret(SECRET) ?? Buffer.alloc(0);
    const headers = toSignedHeaders({ id: ID, timestamp: 1_614_265_330, body: BODY }, key);
    expect(headers['webhook-signature']).toBe(SIGNATURE);
    expect(findForgery(BODY, headers, SECRET, 1_614_265_330_000)).toBeNull();
    expect(findForgery(`${BODY} `, headers, SECRET, 1_614_265_330_000)).toBe('no signature fits');
  });

  it.each(['', 'whsec_', 'not base64 !', `whsec_${Buffer.alloc(16).toString('base64')}`])(
    'is made with no secret that is short or none: "%s" stops the tool, and nothing leaves',
    async (secret) => {
      const { checkCredentials } = webhook;
      const url = String(bench.settings.url);
      expect(await checkCredentials?.({ url, secret }, 100)).toMatchObject({ ok: false });
      if (secret === '') expect(() => sinkWith({ url, secret })).toThrow('is missing');
      else expect(await sinkWith({ url, secret }).send([bench.record('cus_1')])).toMatchObject({ answer: 'stopped' });
      expect(bench.standIn.requests).toEqual([]);
    },
  );
});

describe('the events of an account', () => {
  it('go in order, one request each', async () => {
    expect(await sink.send([story()])).toEqual(DELIVERED);
    expect(bench.eventsOf('cus_1')).toEqual(NAMES);
    expect(bench.standIn.requests).toHaveLength(3);
  });

  it('all go again after one failed, and each is kept once, in order', async () => {
    await sink.send([bench.record('cus_0')]);
    bench.standIn.inject({ kind: 'status', status: 503 }, { calls: 1 });
    expect(await sink.send([story()])).toMatchObject({ answer: 'unavailable' });
    expect(bench.eventsOf('cus_1')).toEqual([]);
    failAt('payment_retried', 503);
    expect(await sink.send([story()])).toMatchObject({ outcomes: [{ result: 'unknown' }] });
    expect(bench.eventsOf('cus_1')).toEqual(['payment_failed']);
    expect(await sink.send([story()])).toEqual(DELIVERED);
    expect(bench.eventsOf('cus_1')).toEqual(NAMES);
  });

  it('that are refused are passed over, and only they are told of', async () => {
    failAt('payment_retried', 422);
    expect(await sink.send([story()])).toEqual({
      answer: 'each',
      outcomes: [{ result: 'rejected', reason: 'payment_retried refused: status 422; 2 taken', partly: true }],
    });
    expect(bench.eventsOf('cus_1')).toEqual(['payment_failed', 'payment_recovered']);
  });
});

describe('an answer', () => {
  it.each([
    [400, 'refused'],
    [409, 'refused'],
    [422, 'refused'],
    [401, 'stopped'],
    [404, 'stopped'],
    [410, 'stopped'],
    [301, 'stopped'],
    [503, 'unavailable'],
    [408, 'unknown'],
    [500, 'unknown'],
    [504, 'unknown'],
  ])('of status %i means %s', async (status, answer) => {
    bench.standIn.inject({ kind: 'status', status, headers: { location: 'https://elsewhere.invalid/' } });
    expect(await sink.send([bench.record('cus_1')])).toMatchObject({ answer });
    expect(bench.standIn.requests).toHaveLength(1);
  });

  it('of status 429 is waited out as long as it asks', async () => {
    bench.standIn.inject({ kind: 'throttled' });
    expect(await sink.send([bench.record('cus_1')])).toMatchObject({ answer: 'throttled', until: NOW + 2_000 });
  });

  it('to a secret that is not theirs stops the tool', async () => {
    expect(await sinkWith(bench.badSettings).send([bench.record('cus_1')])).toMatchObject({ answer: 'stopped' });
  });

  it('never quotes the address or the secret', async () => {
    bench.standIn.inject({
      kind: 'status',
      status: 401,
      body: { message: `bad ${bench.settings.secret} at ${bench.settings.url}` },
    });
    const told = JSON.stringify(await sink.send([bench.record('cus_1')]));
    expect(told).not.toContain(String(bench.settings.secret));
    expect(told).not.toContain('/hooks/dunning');
  });
});

it('the recorder makes the same requests and sends none', async () => {
  await sink.send([story()]);
  const bodies: unknown[] = [];
  const recorder = makeRecorderSink(webhook, { onRequest: ({ body }) => bodies.push(JSON.parse(body)) });
  expect(await recorder.send([story()])).toEqual({ answer: 'each', outcomes: [{ result: 'recorded' }] });
  expect(bodies).toEqual(bench.standIn.requests.map(({ body }) => body));
});
