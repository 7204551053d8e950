import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { iterable } from '../../destinations/iterable/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { Tool } from '../../src/destination-kit/define-tool.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import {
  type IterableOptions,
  type IterableStandIn,
  startIterableStandIn,
} from '../../src/simulate/vendors/iterable.ts';
import { NOW, toolRecord } from './tool-records.ts';
import { json, startToolServer } from './tool-server.ts';

const KEY = 'key-that-nobody-may-see';
const TIMEOUT_MS = 2_000;
const FIELDS = fieldsOf('person', [{ key: 'dunning_retrying', description: 'Being retried.' }]);
const doors = iterable as Required<Pick<Tool, 'checkCredentials' | 'readBack' | 'erase' | 'setUp' | 'inspect'>>;

let standIn: IterableStandIn;
const settingsAt = (baseUrl: string, apiKey = KEY) => iterable.credentials({ apiKey, baseUrl });
const settings = () => settingsAt(standIn.url);
const reopen = async (options: Partial<IterableOptions>): Promise<void> => {
  await standIn.close();
  standIn = await startIterableStandIn({ key: KEY, now: () => NOW, limitsRates: false, ...options });
};
beforeEach(async () => {
  standIn = await startIterableStandIn({ key: KEY, now: () => NOW, limitsRates: false });
});
afterEach(() => standIn.close());
const deliver = (record = toolRecord('user_1')) =>
  makeActionsSink(iterable, settings(), { now: () => NOW }).send([record]);

describe('the check of credentials', () => {
  it('passes when Iterable lets the key write, and changes nobody', async () => {
    expect(await doors.checkCredentials(settings(), TIMEOUT_MS)).toEqual({ ok: true });
    expect([standIn.users.all.size, standIn.requests.length]).toEqual([0, 1]);
  });

  it('passes when Iterable only minds that the call names nobody', async () => {
    const server = await startToolServer(json(400, { code: 'BadParams', msg: 'users is empty' }));
    expect(await doors.checkCredentials(settingsAt(server.endpoint), TIMEOUT_MS)).toEqual({ ok: true });
    await server.close();
  });

  it.each([
    ['read-only', /Forbidden.*server-side API key/],
    ['jwt', /asks for a JWT.*server-side API key, without JWT/],
  ] as const)('refuses a %s key and says which is needed', async (keyKind, reason) => {
    await reopen({ keyKind });
    const check = await doors.checkCredentials(settings(), TIMEOUT_MS);
    expect(check).toEqual({ ok: false, reason: expect.stringMatching(reason), unanswered: false });
  });

  it('tells what Iterable says of a key, without the key', async () => {
    const server = await startToolServer(json(401, { code: 'BadApiKey', msg: `no such key: ${KEY}` }));
    const check = await doors.checkCredentials(settingsAt(server.endpoint), TIMEOUT_MS);
    expect(check).toMatchObject({ ok: false, reason: expect.stringContaining('BadApiKey: no such key: …') });
    await server.close();
  });

  it('ends when nothing answers, and when nobody is there', async () => {
    const silent = await startToolServer(() => {});
    expect(await doors.checkCredentials(settingsAt(silent.endpoint), 100)).toEqual({
      ok: false,
      reason: 'no answer within 100 ms',
      unanswered: true,
    });
    await silent.close();
    const gone = await doors.checkCredentials(settingsAt(silent.endpoint), TIMEOUT_MS);
    expect(gone).toEqual({ ok: false, reason: 'cannot connect (ECONNREFUSED)', unanswered: true });
  });

  it('follows no redirect with the key', async () => {
    const elsewhere = await startToolServer(json(200, {}));
    const server = await startToolServer(
      (response) => void response.writeHead(302, { location: elsewhere.endpoint }).end(),
    );
    expect(await doors.checkCredentials(settingsAt(server.endpoint), TIMEOUT_MS)).toMatchObject({ ok: false });
    expect(elsewhere.seen).toEqual([]);
    await Promise.all([server.close(), elsewhere.close()]);
  });
});

/** As the set-up leaves it. */
const makeAmount = (): void => standIn.types.set('dunning_amount_due', 'double');

describe('the read-back', () => {
  beforeEach(makeAmount);

  it('gives what Iterable holds, with its dates as they were written, and leaves out whom it does not know', async () => {
    await deliver(
      toolRecord('user/1', { attributes: { in_dunning: true, next_retry_date: '2026-03-13T09:00:00.000Z' } }),
    );
    expect(standIn.users.all.get('user/1')?.dataFields.next_retry_date).toBe('2026-03-13 09:00:00 +00:00');
    expect(await doors.readBack(settings(), ['user/1', 'user_2'], TIMEOUT_MS)).toEqual([
      {
        userId: 'user/1',
        attributes: { in_dunning: true, next_retry_date: '2026-03-13T09:00:00.000Z', userId: 'user/1' },
        flows: [],
      },
    ]);
  });

  it('shows a value that a null did not clear: Iterable does not say that it does', async () => {
    await reopen({ nullClears: false });
    makeAmount();
    await deliver(toolRecord('user_1', { attributes: { dunning_stage: 'retrying' } }));
    await deliver(toolRecord('user_1', { attributes: { dunning_stage: null } }));
    const [held] = await doors.readBack(settings(), ['user_1'], TIMEOUT_MS);
    expect(held?.attributes.dunning_stage).toBe('retrying');
  });

  it('fails with words that hold no secret', async () => {
    standIn.inject({ kind: 'status', status: 403, reads: true, body: { code: 'Forbidden', msg: `not for ${KEY}` } });
    await expect(doors.readBack(settings(), ['user_1'], TIMEOUT_MS)).rejects.toThrow(
      'status 403: Forbidden: not for …',
    );
  });
});

describe('the erasing of people', () => {
  beforeEach(makeAmount);

  it('deletes them and does not bar them: who comes back as a customer can be written again', async () => {
    await deliver();
    await doors.erase(settings(), ['user_1', 'user_2'], TIMEOUT_MS);
    expect([standIn.users.all.size, standIn.users.events.size]).toEqual([0, 0]);
    expect(await deliver()).toMatchObject({ outcomes: [{ result: 'delivered' }] });
    expect(standIn.requests.map(({ path }) => path)).not.toContain('/api/users/forget');
  });

  it('fails when it is not known that all are gone', async () => {
    await expect(doors.erase(settingsAt(standIn.url, 'wrong'), ['user_1'], TIMEOUT_MS)).rejects.toThrow('BadApiKey');
  });
});

describe('the set-up', () => {
  const plan = () => doors.setUp.plan(settings(), FIELDS, TIMEOUT_MS);
  const applyAll = async (): Promise<void> => {
    for (const step of (await plan()).missing) await doors.setUp.apply(settings(), step, TIMEOUT_MS);
  };

  it('lists every field, and then the amounts of events', async () => {
    const { missing, conflicts, present } = await plan();
    expect([conflicts, present]).toEqual([[], []]);
    expect(missing.map(({ what }) => what)).toEqual([
      ...FIELDS.map(({ name }) => expect.stringContaining(`user field ${name} (`)),
      'amounts of events (double)',
    ]);
  });

  it('makes them with the types that hold every later value, and leaves nobody behind', async () => {
    await applyAll();
    const typeOf = (name: string) => standIn.types.all.get(name);
    expect(['in_dunning', 'dunning_stage', 'next_retry_date', 'dunning_state_version'].map(typeOf)).toEqual([
      ...['boolean', 'string', 'date', 'long'],
    ]);
    const amounts = ['dunning_amount_due', 'dunning_stage_entered:::amount_due', 'payment_recovered:::amount'];
    expect(amounts.map(typeOf)).toEqual(['double', 'double', 'double']);
    expect([standIn.users.all.size, standIn.users.events.size]).toEqual([0, 0]);
    const { missing, conflicts, present } = await plan();
    expect([missing, conflicts, present.length]).toEqual([[], [], FIELDS.length]);
  });

  const owes = (userId: string, dunning_amount_due: number) =>
    toolRecord(userId, { attributes: { dunning_amount_due }, events: [] });

  it('is waited for, since the first customer would choose the type of amounts for good; then whole ones and fractions pass', async () => {
    const sink = makeActionsSink(iterable, settings(), { now: () => NOW });
    expect(await sink.send([owes('user_1', 49)])).toEqual({
      answer: 'stopped',
      reason: expect.stringMatching(/no field dunning_amount_due.*npm run recoup -- destinations apply/),
    });
    expect([standIn.users.all.size, standIn.requests.map(({ path }) => path)]).toEqual([0, ['/api/users/getFields']]);
    await applyAll();
    expect(await sink.send([owes('user_1', 49)])).toMatchObject({ outcomes: [{ result: 'delivered' }] });
    expect(await sink.send([owes('user_2', 49.5)])).toMatchObject({ outcomes: [{ result: 'delivered' }] });
  });

  it('is not waited for where the type is wrong for good: everybody is written without the field', async () => {
    standIn.types.set('dunning_amount_due', 'long');
    await deliver(toolRecord('user_1', { attributes: { dunning_amount_due: 49.5, in_dunning: false }, events: [] }));
    expect(standIn.users.all.get('user_1')?.dataFields).toMatchObject({ in_dunning: false });
  });

  it.each([
    ['a fault of its own', json(500, { code: 'GenericError', msg: 'sorry' }), 'unavailable'],
    ['an answer that is no list of fields', json(200, { ok: true }), 'unavailable'],
    ['a call that it does not understand', json(400, { code: 'BadParams', msg: 'what' }), 'unavailable'],
    ['too many calls', json(429, { code: 'RateLimitExceeded', msg: 'slow' }), 'throttled'],
    ['a wrong key', json(401, { code: 'BadApiKey', msg: 'no' }), 'stopped'],
  ])('is asked for again after %s, and nobody is refused for that', async (_case, says, answer) => {
    const server = await startToolServer(says);
    const sink = makeActionsSink(iterable, settingsAt(server.endpoint), { now: () => NOW });
    expect(await sink.send([owes('user_1', 49)])).toMatchObject({ answer });
    expect(await sink.send([owes('user_1', 49)])).toMatchObject({ answer });
    expect(server.seen).toHaveLength(2);
    await server.close();
    expect(await sink.send([owes('user_1', 49)])).toMatchObject({ answer: 'unavailable' });
  });

  it('says of a field of another type that nobody can change it', async () => {
    standIn.types.set('dunning_amount_due', 'long');
    standIn.types.set('dunning_attempt_number', 'double');
    const { missing, conflicts } = await plan();
    expect(conflicts).toEqual([
      expect.stringMatching(/dunning_amount_due is kept as long, and double is needed\. Iterable never changes a type/),
    ]);
    expect(missing.map(({ what }) => what).join()).not.toContain('dunning_attempt_number');
  });

  it('fails where Iterable does not make the field', async () => {
    standIn.inject({ kind: 'partial', ids: ['recoup-set-up'] });
    await expect(applyAll()).rejects.toThrow('Iterable found invalid data');
    standIn.heal();
    standIn.inject({ kind: 'garbage', applied: false, body: '{"ok":true}' });
    await expect(applyAll()).rejects.toThrow('did not say that it made the field');
  });
});

describe('the inspection', () => {
  it('finds nothing in a project that fits', async () => {
    expect(await doors.inspect(settings(), TIMEOUT_MS)).toEqual([]);
  });

  it('tells of a project that knows users by email', async () => {
    await reopen({ project: 'email' });
    const [problem, ...more] = await doors.inspect(settings(), TIMEOUT_MS);
    expect(problem?.problem).toContain('know users by email');
    expect(more).toEqual([]);
  });

  it('tells of a key that cannot write, and asks no more', async () => {
    await reopen({ keyKind: 'jwt' });
    expect(await doors.inspect(settings(), TIMEOUT_MS)).toMatchObject([{ problem: expect.stringContaining('JWT') }]);
  });

  it('tells of a project that has no room for more fields', async () => {
    for (let each = 0; each < 960; each += 1) standIn.types.set(`field_${each}`, 'string');
    expect(await doors.inspect(settings(), TIMEOUT_MS)).toMatchObject([
      { problem: expect.stringContaining('of 1000') },
    ]);
  });
});
