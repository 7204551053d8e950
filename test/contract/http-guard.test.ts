import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { toSecret } from '../../src/config/secret.ts';
import { DAY_MS, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { GuardQuestion } from '../../src/pipeline/guard/guard.ts';
import { makeGuard } from '../../src/pipeline/guard/make-guard.ts';
import { makeStatus } from '../../src/pipeline/guard/status.ts';
import { person } from '../scenario/stage.ts';
import { type Bill, cancelIsRequested, customerIsSaved, fails } from '../scenario/stripe-happenings.ts';
import { openGuardDoor } from './guard-door.ts';
import { type GuardRig, guardRig } from './guard-rig.ts';

const T0 = instant(Date.UTC(2026, 10, 2, 9));
const NOW = plus(T0, 11 * SECOND_MS);
const ADA = person('ada');
const BILL: Bill = { invoice: 'in_1', subscription: 'sub_1', amount: 4_900 };
const TOKEN_TEXT = 'canary-guard-token-0123456789';
const TOKEN = toSecret(TOKEN_TEXT);
const BEARER = { authorization: `Bearer ${TOKEN_TEXT}` };

const dunned = async (because = 'insufficient_funds', userId = 'user_ada'): Promise<GuardRig> => {
  const rig = await guardRig('memory');
  const failure = fails(BILL, { attempt: 1, because, retryAt: plus(T0, 3 * DAY_MS) });
  await rig.take({ ...ADA, userId }, T0, customerIsSaved, failure);
  await rig.decide(NOW);
  return rig;
};

/** A door whose guard only notes what it is asked. */
const openEar = async () => {
  const heard: GuardQuestion[] = [];
  const rig = await guardRig('memory');
  const guard = makeGuard({ findPresent: async () => null });
  const ear = {
    ask: (question: GuardQuestion, now: typeof NOW) => {
      heard.push(question);
      return guard.ask(question, now);
    },
  };
  return { heard, door: await openGuardDoor(rig, { now: NOW, guard: ear }) };
};

describe('GET /v1/guard', () => {
  it('answers what a template reads, and tells every cache to forget it', async () => {
    const door = await openGuardDoor(await dunned(), { now: NOW });
    const response = await door.get('/v1/guard/user_ada');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({
      suppress: false,
      reason: null,
      dunning_status: 'active',
      dunning_episode_id: expect.stringMatching(/./),
      next_retry_date: '2026-11-05T09:00:00.000Z',
      as_of: '2026-11-02T09:00:11.000Z',
    });
  });

  it('answers 200 for somebody unknown and for a store that fails: tools read the body of no other status', async () => {
    const rig = await guardRig('memory');
    const guard = makeGuard({ findPresent: () => Promise.reject(new Error('canary')) });
    const broken = await (await openGuardDoor(rig, { now: NOW, guard })).get('/v1/guard/user_ada');
    expect(broken.status).toBe(200);
    expect(await broken.json()).toMatchObject({ suppress: true, reason: 'store_unavailable' });
    const unknown = await (await openGuardDoor(rig, { now: NOW })).get('/v1/guard/nobody');
    expect(unknown.status).toBe(200);
    expect(await unknown.json()).toMatchObject({ suppress: true, reason: 'unknown_person' });
  });

  it.each([
    ['a%2Fb', 'a/b'],
    ['a/b', 'a/b'],
    ['a%252Fb', 'a%2Fb'],
    ['%C3%A4%20%F0%9F%92%B3+%3F%23', 'ä 💳+?#'],
    ['..%2F..%2Fetc', '../../etc'],
    [`auth0%7C5f7`, 'auth0|5f7'],
    ['%00', '\u0000'],
  ])('reads the user id %s as %j', async (path, userId) => {
    const { heard, door } = await openEar();
    expect((await door.get(`/v1/guard/${path}`)).status).toBe(200);
    expect(heard).toEqual([{ userId, episode: null, message: 'dunning' }]);
  });

  it('asks nobody about an id that is too long for one', async () => {
    const { heard, door } = await openEar();
    const response = await door.get(`/v1/guard/${'x'.repeat(1_001)}`);
    expect(await response.json()).toMatchObject({ suppress: true, reason: 'unknown_person' });
    expect(heard).toEqual([]);
    await door.get(`/v1/guard/${'x'.repeat(1_000)}`);
    expect(heard).toHaveLength(1);
  });

  it('hands on the episode and the kind of message', async () => {
    const { heard, door } = await openEar();
    await door.get('/v1/guard/u?episode=ep_1&message=recovery');
    await door.get('/v1/guard/u?episode=');
    expect(heard).toEqual([
      { userId: 'u', episode: 'ep_1', message: 'recovery' },
      { userId: 'u', episode: '', message: 'dunning' },
    ]);
  });

  it.each(['message=spam', 'message=', 'message=dunning&message=recovery', 'episode=a&episode=b', 'message=toString'])(
    'refuses %s in one line, with a body that stops the message',
    async (query) => {
      const { heard, door } = await openEar();
      const response = await door.get(`/v1/guard/u?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        error: expect.stringMatching(/^(message|episode): expected /),
        suppress: true,
      });
      expect(heard).toEqual([]);
    },
  );

  it.each([
    ['episod=ep_1', 'unknown parameter: did you mean episode?'],
    ['mesage=recovery', 'unknown parameter: did you mean message?'],
    ['Episode=ep_1', 'unknown parameter: did you mean episode?'],
    ['message=dunning&ada%40example.com', 'unknown parameter: expected message, episode.'],
  ])('refuses %s, which would be as if it were not asked, and repeats nothing of it', async (query, error) => {
    const { heard, door } = await openEar();
    const response = await door.get(`/v1/guard/u?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error, suppress: true });
    expect(heard).toEqual([]);
  });

  it.each(['/v1/guard/', '/v1/guard', '/v1/guard/?message=recovery'])(
    'refuses %s, the question of a template that has no user id, with a body that stops the message',
    async (path) => {
      const { heard, door } = await openEar();
      const response = await door.get(path);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: expect.stringMatching(/^user id: expected /), suppress: true });
      expect(heard).toEqual([]);
    },
  );

  it('refuses a user id that nobody can decode with a body that stops the message', async () => {
    const { door } = await openEar();
    const response = await door.get('/v1/guard/%ff');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ suppress: true });
  });

  it('answers the bearer of the token only, once one is set, and stops the message of others', async () => {
    const door = await openGuardDoor(await dunned(), { now: NOW, token: TOKEN });
    const hash = createHmac('sha256', TOKEN_TEXT).update('user_ada').digest('hex');
    for (const [path, headers] of [
      ['/v1/guard/user_ada', {}],
      ['/v1/guard/user_ada', { authorization: `Bearer ${TOKEN_TEXT}x` }],
      ['/v1/guard/user_ada', { authorization: TOKEN_TEXT }],
      [`/v1/guard/user_ada?user_hash=${hash}`, {}],
    ] as const) {
      const response = await door.get(path, headers);
      expect(response.status).toBe(401);
      const body = await response.text();
      expect(JSON.parse(body)).toEqual({ error: 'Send the GUARD_TOKEN as a bearer token.', suppress: true });
      expect(body).not.toContain('canary');
    }
    expect(await (await door.get('/v1/guard/user_ada', BEARER)).json()).toMatchObject({ suppress: false });
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via'])(
    'answers nothing that a proxy on this machine forwards (%s) while no token is set',
    async (header) => {
      const door = await openGuardDoor(await dunned(), { now: NOW });
      for (const path of ['/v1/guard/user_ada', '/v1/status/user_ada']) {
        const response = await door.get(path, { [header]: '203.0.113.9' });
        expect(response.status).toBe(403);
        expect(await response.text()).toContain('Set GUARD_TOKEN');
      }
    },
  );

  it('counts answers by reason and never by what a stranger typed', async () => {
    const door = await openGuardDoor(await dunned(), { now: NOW });
    await door.get('/v1/guard/user_ada');
    await door.get('/v1/guard/typed-by-a-stranger?episode=typed-by-a-stranger');
    const text = await (await door.get('/metrics')).text();
    expect(text).toContain('recoup_guard_answers_total{suppress="false",reason="none"} 1');
    expect(text).toContain('recoup_guard_answers_total{suppress="true",reason="unknown_person"} 1');
    expect(text).toContain('recoup_guard_seconds_count 2');
    expect(text).not.toContain('stranger');
  });

  it('takes one request after the other on one connection, as a tool that asks for many people does', async () => {
    const door = await openGuardDoor(await dunned(), { now: NOW });
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
    const answers = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
        if ((text.match(/"as_of"/g) ?? []).length === 3) resolve(text);
      });
      socket.write('GET /v1/guard/user_ada HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    });
    socket.destroy();
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  });
});

describe('GET /v1/status', () => {
  it('says what a banner shows, and nothing else', async () => {
    const door = await openGuardDoor(await dunned(), { now: NOW });
    const response = await door.get('/v1/status/user_ada');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      show: true,
      message: 'dunning',
      dunning_status: 'active',
      dunning_episode_id: expect.stringMatching(/./),
      failure_class: 'insufficient_funds',
      amount_due: 49,
      currency: 'USD',
      next_retry_date: '2026-11-05T09:00:00.000Z',
      card_expires_at: null,
      update_payment_url: expect.stringMatching(/^https:/),
      as_of: '2026-11-02T09:00:11.000Z',
    });
  });

  it.each(['lost_card', 'stolen_card', 'fraudulent', 'pickup_card'])(
    'does not disclose a decline as %s',
    async (because) => {
      const door = await openGuardDoor(await dunned(because), { now: NOW });
      const text = await (await door.get('/v1/status/user_ada')).text();
      expect(text).toContain('"show":true');
      expect(text).not.toMatch(/lost|stolen|fraud|pickup/);
    },
  );

  it('shows somebody who may not be written to what it shows somebody for whom nothing is wrong', async () => {
    const rig = await dunned();
    await rig.take(ADA, NOW, cancelIsRequested('sub_1', 'past_due', plus(NOW, DAY_MS)));
    const door = await openGuardDoor(rig, { now: NOW });
    const held = await (await door.get('/v1/status/user_ada')).json();
    const nobody = await (await door.get('/v1/status/nobody')).json();
    expect(held).toEqual(nobody);
    expect(held).toMatchObject({ show: false, message: null, dunning_status: 'none', dunning_episode_id: null });
  });

  it('shows nothing while the store does not answer', async () => {
    const rig = await guardRig('memory');
    const status = makeStatus({ findPresent: () => Promise.reject(new Error('canary')) });
    const response = await (await openGuardDoor(rig, { now: NOW, status })).get('/v1/status/user_ada');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ show: false, dunning_status: null });
  });

  it('answers a browser that brings the hash of its own user, and of no other', async () => {
    const door = await openGuardDoor(await dunned('insufficient_funds', 'team/ada ä'), { now: NOW, token: TOKEN });
    const hashOf = (userId: string): string => createHmac('sha256', TOKEN_TEXT).update(userId).digest('hex');
    const ask = async (hash: string) => (await door.get(`/v1/status/team%2Fada%20%C3%A4?user_hash=${hash}`)).status;
    expect(await ask(hashOf('team/ada ä'))).toBe(200);
    expect(await ask(hashOf('team/ben'))).toBe(401);
    expect(await ask('')).toBe(401);
    expect(await ask(TOKEN_TEXT)).toBe(401);
    expect(await ask(`${hashOf('team/ada ä')}&user_hash=x`)).toBe(401);
    expect((await door.get('/v1/status/team%2Fada%20%C3%A4', BEARER)).status).toBe(200);
  });

  it('may be read by any page that has the hash, by reading only', async () => {
    const door = await openGuardDoor(await dunned(), { now: NOW, token: TOKEN });
    const origin = { origin: 'https://app.example' };
    const response = await door.get('/v1/status/user_ada', { ...origin, ...BEARER });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    const asked = await fetch(`${door.url}/v1/status/user_ada`, { method: 'OPTIONS', headers: origin });
    expect([asked.status, asked.headers.get('access-control-allow-methods')]).toEqual([204, 'GET']);
    expect((await fetch(`${door.url}/v1/status/user_ada`, { method: 'POST', headers: BEARER })).status).toBe(404);
    const guard = await door.get('/v1/guard/user_ada', { ...origin, ...BEARER });
    expect(guard.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may be read by pages of this machine only while no token is set', async () => {
    const door = await openGuardDoor(await dunned(), { now: NOW });
    const allowed = async (origin: string) =>
      (await door.get('/v1/status/user_ada', { origin })).headers.get('access-control-allow-origin');
    expect(await allowed('http://localhost:3000')).toBe('http://localhost:3000');
    expect(await allowed('https://evil.example')).toBeNull();
    expect(await allowed('http://localhost.evil.example')).toBeNull();
  });
});

describe('a door without a guard', () => {
  it('has none of its routes', async () => {
    const { openDoor } = await import('./http-door.ts');
    const door = await openDoor();
    for (const path of ['/v1/guard/u', '/v1/status/u', '/v1/banner.js'])
      expect((await fetch(`${door.url}${path}`)).status).toBe(404);
  });
});
