import { afterEach, describe, expect, it } from 'vitest';
import {
  type IterableOptions,
  type IterableStandIn,
  runJourney,
  startIterableStandIn,
} from '../../src/simulate/vendors/iterable.ts';

/** What the stand-in promises to be, from Iterable's documentation. */
const KEY = 'k';
let now = 0;
let standIn: IterableStandIn;
afterEach(() => standIn.close());

const open = async (options: Partial<IterableOptions> = {}) => {
  now = Date.UTC(2026, 2, 10);
  standIn = await startIterableStandIn({ key: KEY, now: () => now, ...options });
};
const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${standIn.url}${path}`, {
    method: 'POST',
    headers: { 'api-key': KEY, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
const update = (...users: readonly object[]) => post('/api/users/bulkUpdate', { users });
const track = (...events: readonly object[]) => post('/api/events/trackBulk', { events });
const user = (userId: string, dataFields: object, more: object = {}) => ({
  userId,
  preferUserId: true,
  dataFields,
  ...more,
});
const fields = (userId: string) => standIn.users.all.get(userId)?.dataFields;

describe('users', () => {
  it('are merged at the top, and below only when asked', async () => {
    await open();
    await update(user('u', { plan: { name: 'pro', seats: 2 }, city: 'Bonn' }));
    await update(user('u', { plan: { name: 'team' } }, { mergeNestedObjects: true }));
    expect(fields('u')).toEqual({ plan: { name: 'team', seats: 2 }, city: 'Bonn' });
    await update(user('u', { plan: { name: 'free' }, city: null }));
    expect(fields('u')).toEqual({ plan: { name: 'free' } });
  });

  it('have fields whose type the first value fixes for all of them, and a request against it is refused whole', async () => {
    await open();
    await update(user('u', { due: 49, at: '2026-03-13 09:00:00 +00:00' }));
    const { status, body } = await update(user('v', { city: 'Bonn' }), user('w', { due: 49.5 }));
    expect([status, body.code, Object.keys(body.params.validationErrors)]).toEqual([
      400,
      'RequestFieldsTypesMismatched',
      ['due'],
    ]);
    expect([...standIn.users.all.keys()]).toEqual(['u']);
    expect((await update(user('w', { at: 'soon' }))).status).toBe(400);
    expect((await update(user('w', { due: 50, at: null }))).body).toMatchObject({ successCount: 1, failCount: 0 });
  });

  it('whose ids are not fit are listed, and the others taken', async () => {
    await open();
    const { body } = await update(user('', {}), user('ü', {}), user('u ', {}), user('u', {}));
    expect(body).toMatchObject({ successCount: 1, failCount: 3, failedUpdates: { invalidUserIds: ['', 'ü', 'u '] } });
  });

  it('of a project that knows them by email are made when that is asked for', async () => {
    await open({ project: 'email' });
    expect((await update({ userId: 'u', dataFields: {} })).body).toMatchObject({ failCount: 1 });
    const event = { userId: 'u', eventName: 'e' };
    expect((await track(event)).body.failedUpdates.notFoundUserIds).toEqual(['u']);
    expect((await update(user('u', {}))).body).toMatchObject({ failCount: 0 });
    expect((await track(event)).body).toMatchObject({ failCount: 0 });
  });

  it('lose fields that nobody made where the project makes none, unless the request says so', async () => {
    await open({ makesFields: false });
    expect((await update(user('u', { a: 1 }))).body.filteredOutFields).toEqual(['a']);
    const { body } = await post('/api/users/bulkUpdate', { users: [user('u', { a: 1 })], createNewFields: true });
    expect([body.createdFields, fields('u')]).toEqual([['a'], { a: 1 }]);
  });
});

describe('events', () => {
  it('take the place of one of the same id, and start a journey again', async () => {
    await open();
    await update(user('u', { in_dunning: true }));
    const journey = runJourney(standIn.users, { delaysMs: [10] });
    const entry = { id: 'e1', userId: 'u', eventName: 'dunning_stage_entered', dataFields: { stage: 'retrying' } };
    await track(entry);
    await track(entry);
    expect([standIn.users.events.size, journey.entries.length]).toEqual([1, 2]);
    journey.passTo(now + 10);
    expect(journey.messages).toHaveLength(1);
  });

  it('in milliseconds, without a name or under a long id are refused', async () => {
    await open();
    for (const wrong of [{ createdAt: now }, { eventName: '' }, { id: 'x'.repeat(513) }])
      expect((await track({ userId: 'u', eventName: 'e', ...wrong })).body.code).toBe('BadParams');
  });

  it('have fields whose types are those of events of the same name', async () => {
    await open();
    await track({ userId: 'u', eventName: 'a', dataFields: { amount: 1 } });
    expect((await track({ userId: 'u', eventName: 'b', dataFields: { amount: 'one' } })).status).toBe(200);
    const { body } = await track({ userId: 'u', eventName: 'a', dataFields: { amount: 1.5 } });
    expect(Object.keys(body.params.validationErrors)).toEqual(['a:::amount']);
  });
});

describe('a journey', () => {
  const DAY = 86_400_000;
  const entry = (episode: string) => ({
    userId: 'u',
    eventName: 'dunning_stage_entered',
    dataFields: { stage: 'first_failure', dunning_episode_id: episode },
  });
  const exit = (episode: string) => ({
    userId: 'u',
    eventName: 'payment_recovered',
    dataFields: { dunning_episode_id: episode },
  });
  const start = async () => {
    await open();
    await update(user('u', { in_dunning: true }));
    const journey = runJourney(standIn.users, { delaysMs: [DAY, 3 * DAY] });
    await track(entry('ep_1'));
    return journey;
  };

  it('sends when its delays are over', async () => {
    const journey = await start();
    journey.passTo(now + DAY - 1);
    expect(journey.messages).toEqual([]);
    journey.passTo(now + 3 * DAY);
    expect(journey.messages.map(({ step, at }) => [step, at - now])).toEqual([
      [0, DAY],
      [1, 3 * DAY],
    ]);
  });

  it('is left by an exit of the same episode, and by no other', async () => {
    const journey = await start();
    await track(exit('ep_0'));
    expect(journey.waiting()).toEqual(['u']);
    await track(exit('ep_1'));
    expect(journey.waiting()).toEqual([]);
  });

  it('looks at the state again before each message', async () => {
    const journey = await start();
    await update(user('u', { in_dunning: false }));
    journey.passTo(now + 3 * DAY);
    expect(journey.messages).toEqual([]);
  });
});

describe('the limits', () => {
  it('are five requests for users and ten for events in a second', async () => {
    await open();
    const statuses = async (ask: () => Promise<{ status: number }>, times: number) => {
      const asked: number[] = [];
      for (let each = 0; each < times; each += 1) asked.push((await ask()).status);
      return asked;
    };
    const users = () => update(user('u', {}));
    expect(await statuses(users, 6)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(
      (await statuses(() => track({ userId: 'u', eventName: 'e' }), 11)).filter((status) => status === 429),
    ).toHaveLength(1);
    now += 999;
    expect((await users()).status).toBe(429);
    now += 1;
    expect((await users()).status).toBe(200);
  });

  it('are 4 MB and 1,000 users in a request, of JSON', async () => {
    await open();
    expect((await update(user('u', { note: 'x'.repeat(4_000_000) }))).status).toBe(413);
    const many = Array.from({ length: 1_001 }, (_, each) => user(`u${each}`, {}));
    expect((await update(...many)).body.code).toBe('BatchTooLarge');
    expect((await post('/api/users/bulkUpdate', 'no')).body.code).toBe('BadJsonBody');
    expect((await post('/api/users/bulkUpdate', '{}', { 'content-type': 'text/plain' })).body.code).toBe('BadJsonBody');
    expect(standIn.users.all.size).toBe(0);
  });

  it('are the key, and what it is for', async () => {
    await open({ keyKind: 'read-only' });
    expect((await update(user('u', {}))).status).toBe(403);
    expect((await post('/api/users/bulkUpdate', { users: [] }, { 'api-key': 'x' })).status).toBe(401);
    const read = await fetch(`${standIn.url}/api/users/getFields`, { headers: { 'api-key': KEY } });
    expect(read.status).toBe(200);
  });
});

it('whoever is forgotten is gone, and nothing is taken of them any more', async () => {
  await open();
  await update(user('u', { in_dunning: true }));
  await post('/api/users/forget', { userId: 'u' });
  expect(fields('u')).toBeUndefined();
  expect((await update(user('u', {}))).body.failedUpdates.forgottenUserIds).toEqual(['u']);
  expect((await track({ userId: 'u', eventName: 'e' })).body.failedUpdates.forgottenUserIds).toEqual(['u']);
});
