import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BrazeStandIn } from '../../src/simulate/vendors/braze.ts';
import { runCanvas, startBrazeStandIn } from '../../src/simulate/vendors/braze.ts';

const KEY = 'braze-key';
const T0 = Date.UTC(2026, 2, 2, 9);

let now = T0;
let braze: BrazeStandIn;
beforeEach(async () => {
  now = T0;
  braze = await startBrazeStandIn({ key: KEY, now: () => now });
});
afterEach(async () => braze.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly message?: string;
    readonly errors?: readonly { readonly type: string; readonly input_array: string; readonly index: number }[];
  } & Readonly<Record<string, unknown>>;
}

const post = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
  const response = await fetch(`${braze.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? JSON.parse(text) : { text },
  };
};
const track = (body: unknown) => post('/users/track', body);
const set = (external_id: string, attributes: Readonly<Record<string, unknown>> = { in_dunning: true }) =>
  track({ attributes: [{ external_id, ...attributes }] });
const event = (external_id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  external_id,
  name: 'dunning_stage_entered',
  time: new Date(T0).toISOString(),
  properties: { dunning_episode_id: 'ep_1', dunning_stage: 'first_failure' },
  ...more,
});
const held = (user: string) => braze.users.all.get(user)?.attributes;

describe('what Braze refuses as a whole, and takes nothing of', () => {
  test('another key, and a key without the permission', async () => {
    expect((await post('/users/track', { attributes: [] }, { authorization: 'Bearer other' })).status).toBe(401);
    const narrow = await startBrazeStandIn({ key: KEY, now: () => now, permissions: ['users.track'] });
    const answer = await fetch(`${narrow.url}/users/export/ids`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(answer.status).toBe(401);
    await narrow.close();
  });

  test('another address, another method, another content type', async () => {
    expect(await post('/users/tracks', {})).toMatchObject({ status: 404, body: { message: 'Invalid URL' } });
    expect((await fetch(`${braze.url}/users/track`)).status).toBe(404);
    expect((await post('/users/track', '{}', { 'content-type': 'text/plain' })).status).toBe(400);
  });

  test('more than 75 objects over the arrays together', async () => {
    const attributes = Array.from({ length: 40 }, (_, index) => ({ external_id: `u${index}`, in_dunning: true }));
    const events = Array.from({ length: 36 }, (_, index) => event(`u${index}`));
    const refused = await track({ attributes, events });
    expect(refused).toMatchObject({ status: 400, body: { message: 'Max Input Length Exceeded' } });
    expect(braze.users.all.size).toBe(0);
    expect((await track({ attributes, events: events.slice(1) })).status).toBe(201);
  });

  test('a body over 4 MB, and one that is no JSON', async () => {
    expect((await set('u', { note: 'x'.repeat(4_000_000) })).status).toBe(413);
    expect((await track('{"attributes":')).status).toBe(400);
    expect((await track({ attributes: 'u' })).status).toBe(400);
  });

  test('a request with nothing valid in it', async () => {
    const { status, body } = await track({ attributes: [{ in_dunning: true }] });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ input_array: 'attributes', index: 0 }]);
  });
});

describe('what Braze refuses object by object, and takes the rest of', () => {
  test('no identifier, two of them, an external id of 988 bytes', async () => {
    const { status, body } = await track({
      attributes: [
        { external_id: 'good', in_dunning: true },
        { in_dunning: true },
        { external_id: 'both', email: 'a@example.com' },
        { external_id: 'é'.repeat(494) },
      ],
    });
    expect(status).toBe(201);
    expect(body.attributes_processed).toBe(1);
    expect(body.errors?.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect([...braze.users.all.keys()]).toEqual(['good']);
  });

  test('an event without name or time, with a long property or too many: by its place among the events', async () => {
    const { body } = await track({
      attributes: [{ external_id: 'u', in_dunning: true }],
      events: [
        event('u'),
        event('u', { name: '' }),
        event('u', { time: 'yesterday' }),
        event('u', { properties: { url: 'x'.repeat(256) } }),
        event('u', { properties: Object.fromEntries(Array.from({ length: 250 }, (_, k) => [k, 'x'.repeat(250)])) }),
      ],
    });
    expect(body.errors?.map(({ input_array, index }) => [input_array, index])).toEqual([
      ['events', 1],
      ['events', 2],
      ['events', 3],
      ['events', 4],
    ]);
    expect(body).toMatchObject({ attributes_processed: 1, events_processed: 1 });
  });
});

describe('what Braze keeps', () => {
  test('attributes are merged, the last write wins, null removes', async () => {
    await set('u', { in_dunning: true, dunning_stage: 'first_failure' });
    await set('u', { dunning_stage: 'retrying', next_retry_date: '2026-03-05T09:00:00.000Z' });
    await set('u', { next_retry_date: null });
    expect(held('u')).toEqual({ in_dunning: true, dunning_stage: 'retrying' });
  });

  test('an event is recorded as often as it is sent, and a future one happens now', async () => {
    const ahead = event('u', { time: new Date(T0 + 60_000).toISOString() });
    await track({ events: [ahead] });
    await track({ events: [ahead] });
    expect(braze.users.events.map(({ time, request }) => [time, request])).toEqual([
      [T0, 0],
      [T0, 1],
    ]);
  });

  test('a value of another type than the first is not stored, a long one is cut, a year over 3000 is a string', async () => {
    await set('u', { next_retry_date: '2026-03-05T09:00:00.000Z', url: 'x'.repeat(300) });
    await set('u', { next_retry_date: '3001-03-05T09:00:00.000Z' });
    await set('u', { next_retry_date: true });
    expect(held('u')).toEqual({ next_retry_date: '2026-03-05T09:00:00.000Z', url: 'x'.repeat(255) });
    expect(braze.users.alterations.map(({ why }) => why)).toEqual(['cut', 'type', 'type']);
  });

  test('`_update_existing_only` makes nobody; counts and arrays change what is there', async () => {
    await set('nobody', { in_dunning: true, _update_existing_only: true });
    expect(held('nobody')).toBeUndefined();
    await set('u', { count: 1, list: ['a', 'b'] });
    await set('u', { count: { inc: 2 }, list: { add: ['c'], remove: ['a'] } });
    expect(held('u')).toEqual({ count: 3, list: ['b', 'c'] });
  });

  test('the attributes of a call are applied before its events', async () => {
    const seen: unknown[] = [];
    braze.users.watch({ onEvent: ({ externalId }) => void seen.push(held(externalId)) });
    await track({ events: [event('u')], attributes: [{ external_id: 'u', in_dunning: true }] });
    expect(seen).toEqual([{ in_dunning: true }]);
  });

  test('read-back: at most 50 ids, custom attributes, and the ids that it does not know', async () => {
    await set('u', { in_dunning: false });
    const { body } = await post('/users/export/ids', { external_ids: ['u', 'v'] });
    expect(body).toMatchObject({
      users: [{ external_id: 'u', custom_attributes: { in_dunning: false } }],
      invalid_user_ids: ['v'],
    });
    const many = Array.from({ length: 51 }, (_, index) => `u${index}`);
    expect((await post('/users/export/ids', { external_ids: many })).status).toBe(400);
  });
});

describe('what can go wrong', () => {
  test('every answer states the limit; over it nothing is taken until the window ends', async () => {
    const narrow = await startBrazeStandIn({ key: KEY, now: () => now, requestsPer3s: 1 });
    const call = () =>
      fetch(`${narrow.url}/users/track`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ attributes: [{ external_id: 'u' }] }),
      });
    expect((await call()).headers.get('x-ratelimit-remaining')).toBe('0');
    const over = await call();
    expect(over.status).toBe(429);
    now = Number(over.headers.get('x-ratelimit-reset')) * 1_000;
    expect((await call()).status).toBe(201);
    await narrow.close();
  });

  test('an outage lasts from one instant of the clock to another, and takes nothing', async () => {
    braze.faults.inject({ kind: 'status', status: 503 }, { from: T0 + 10, until: T0 + 20 });
    expect((await set('u')).status).toBe(201);
    now = T0 + 10;
    expect((await set('v')).status).toBe(503);
    now = T0 + 20;
    expect((await set('w')).status).toBe(201);
    expect([...braze.users.all.keys()]).toEqual(['u', 'w']);
  });

  test('429 says when the window ends', async () => {
    braze.faults.inject({ kind: 'throttled', resetAt: T0 + 60_000 }, { calls: 1 });
    const answer = await set('u');
    expect([answer.status, answer.headers.get('x-ratelimit-reset')]).toEqual([429, String((T0 + 60_000) / 1_000)]);
    expect((await set('u')).status).toBe(201);
  });

  test('objects of one person are refused and the others taken, with or without their place', async () => {
    const both = { attributes: [{ external_id: 'u' }, { external_id: 'bad' }] };
    braze.faults.inject({ kind: 'partial', users: ['bad'] }, { calls: 1 });
    braze.faults.inject({ kind: 'partial', users: ['bad'], unplaced: true }, { calls: 1 });
    expect((await track(both)).body.errors).toMatchObject([{ input_array: 'attributes', index: 1 }]);
    expect((await track(both)).body.errors).toEqual([{ type: 'BLACKLISTED_EXTERNAL_USER_ID' }]);
    expect([...braze.users.all.keys()]).toEqual(['u']);
  });

  test('a call that is cut off was applied or was not, as injected, and the log says which', async () => {
    braze.faults.inject({ kind: 'silence', applied: true, socket: 'destroyed' }, { calls: 1 });
    braze.faults.inject({ kind: 'silence', applied: false, socket: 'destroyed' }, { calls: 1 });
    await expect(set('u')).rejects.toThrow();
    await expect(set('v')).rejects.toThrow();
    expect([...braze.users.all.keys()]).toEqual(['u']);
    expect(braze.faults.log.map(({ users, unsure }) => [users, unsure])).toEqual([
      [['u'], true],
      [['v'], false],
    ]);
  });

  test('a call that is applied late is overtaken by those after it, and undoes them', async () => {
    braze.faults.inject({ kind: 'late', calls: 1 }, { calls: 1 });
    await set('u', { dunning_stage: 'first_failure' });
    expect(held('u')).toBeUndefined();
    await set('u', { dunning_stage: 'retrying' });
    expect(held('u')).toEqual({ dunning_stage: 'first_failure' });
    braze.faults.inject({ kind: 'late', calls: null }, { calls: 1 });
    await set('u', { dunning_stage: 'exhausted' });
    await set('u', { in_dunning: true });
    expect(held('u')).toEqual({ dunning_stage: 'first_failure', in_dunning: true });
    braze.applyLate();
    expect(held('u')).toEqual({ dunning_stage: 'exhausted', in_dunning: true });
  });

  test('a fatal answer for whoever names a person, a 413 above a size, a body that says nothing', async () => {
    braze.faults.inject({ kind: 'status', status: 400, message: 'fatal' }, { holding: 'guilty' });
    braze.faults.inject({ kind: 'status', status: 413 }, { above: 1 });
    const two = { attributes: [{ external_id: 'u' }, { external_id: 'guilty' }] };
    expect((await track(two)).status).toBe(400);
    expect((await set('guilty')).status).toBe(400);
    expect((await track({ attributes: [{ external_id: 'u' }, { external_id: 'v' }] })).status).toBe(413);
    braze.faults.inject({ kind: 'garbage', applied: true, body: '<html>' }, { calls: 1 });
    expect(await set('u')).toMatchObject({ status: 201, body: { text: '<html>' } });
    braze.faults.heal();
    expect((await set('guilty')).status).toBe(201);
  });
});

describe('a Canvas on it', () => {
  const enter = (more = {}) =>
    track({ attributes: [{ external_id: 'u', in_dunning: true }], events: [event('u', more)] });
  const exit = (episode: string) =>
    track({ events: [event('u', { name: 'payment_recovered', properties: { dunning_episode_id: episode } })] });

  test('it sends by its delays, and stops on the exception event of its own episode alone', async () => {
    const canvas = runCanvas(braze.users, { delaysMs: [0, 1_000, 2_000] });
    await enter();
    canvas.passTo(T0);
    now = T0 + 1_500;
    await exit('ep_other');
    expect(canvas.messages.map(({ step, at }) => [step, at - T0])).toEqual([
      [0, 0],
      [1, 1_000],
    ]);
    await exit('ep_1');
    canvas.passTo(T0 + 10_000);
    expect(canvas.messages).toHaveLength(2);
  });

  test('inside the re-entry window a second entry is ignored, at another stage it is not', async () => {
    const canvas = runCanvas(braze.users, { delaysMs: [0], reentryMs: 5_000 });
    await enter();
    await enter();
    await enter({ properties: { dunning_episode_id: 'ep_1', stage: 'retrying' } });
    expect(canvas.entries).toHaveLength(2);
    now = T0 + 5_000;
    await enter();
    expect(canvas.entries).toHaveLength(3);
  });

  test('a message is not sent to somebody whose `in_dunning` is false, and is where nothing validates', async () => {
    const valid = runCanvas(braze.users, { delaysMs: [1_000] });
    const blind = runCanvas(braze.users, { delaysMs: [1_000], validates: false });
    await enter();
    now = T0 + 500;
    await set('u', { in_dunning: false });
    for (const canvas of [valid, blind]) canvas.passTo(T0 + 1_000);
    expect([valid.messages.length, blind.messages.length]).toEqual([0, 1]);
  });
});
