import { beforeAll, describe, expect, it } from 'vitest';
import { iterable } from '../../destinations/iterable/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import type { ToolSink } from '../../src/destination-kit/sink.ts';
import { type Body, intercept } from '../stand-ins/intercept.ts';
import { NOW, toolEvent, toolRecord } from './tool-records.ts';

const nock = intercept();

const BASE = 'https://api.eu.iterable.com';
const KEY = 'key-of-one-project';
const UPDATE = '/api/users/bulkUpdate';
const TRACK = '/api/events/trackBulk';

/** State and one event. */
const ANN = toolRecord('user_ann');
/** State alone. */
const BOB = toolRecord('user_bob', { events: [] });
/** Two events alone. */
const CEM = toolRecord('user_cem', {
  attributes: {},
  events: [toolEvent('dunning_stage_entered', 'user_cem'), toolEvent('payment_recovered', 'user_cem')],
});
const RECORDS = [ANN, BOB, CEM];

let sink: ToolSink;
beforeAll(async () => {
  sink = makeActionsSink(iterable, iterable.credentials({ apiKey: KEY, baseUrl: `${BASE}/` }), { now: () => NOW });
  nock(BASE)
    .get('/api/users/getFields')
    .reply(200, { fields: { dunning_amount_due: 'double' } });
  await sink.send([toolRecord('user_ann', { attributes: {}, events: [] })]);
});

type Said = readonly [status: number, body: unknown];
const taken = (count: number): Said => [200, { successCount: count, failCount: 0, failedUpdates: {} }];
const refused = (count: number, failCount: number, failedUpdates: unknown, more: object = {}): Said => [
  200,
  { successCount: count - failCount, failCount, failedUpdates, ...more },
];
const error = (status: number, code: string, params: unknown = {}): Said => [
  status,
  { code, msg: 'as Iterable says', params },
];

/** What Iterable says to its requests one by one; answers what was sent with the path of each. */
const says = (path: string, ...answers: readonly Said[]): readonly { readonly users?: []; readonly events?: [] }[] => {
  const bodies: { readonly users?: []; readonly events?: [] }[] = [];
  for (const [status, body] of answers)
    nock(BASE, { reqheaders: { 'api-key': KEY } })
      .post(path, (sent) => bodies.push(sent) > 0)
      .reply(status, body as Body, { 'content-type': 'application/json' });
  return bodies;
};
const outcomesOf = async (records: readonly ToolRecord[] = RECORDS) => {
  const answer = await sink.send(records);
  return answer.answer === 'each' ? answer.outcomes : answer;
};

const DELIVERED = { result: 'delivered', warning: null };
const FORGOTTEN = 'Iterable was told to forget this user and takes nothing of them';

describe('the two requests', () => {
  it('carry users and then events, and everybody is delivered', async () => {
    const users = says(UPDATE, taken(2));
    const events = says(TRACK, taken(3));
    expect(await outcomesOf()).toEqual([DELIVERED, DELIVERED, DELIVERED]);
    expect([users.length, events.length]).toEqual([1, 1]);
  });

  it('are one where there is only one kind', async () => {
    says(UPDATE, taken(1));
    expect(await outcomesOf([BOB])).toEqual([DELIVERED]);
    says(TRACK, taken(2));
    expect(await outcomesOf([CEM])).toEqual([DELIVERED]);
  });

  it('are one while nobody knows whether the state was taken: no journey starts or ends on a state that may come later', async () => {
    says(UPDATE, [200, { ok: true }]);
    const events = says(TRACK, taken(2));
    const [ann, bob, cem] = await outcomesOf().then((outcomes) => (Array.isArray(outcomes) ? outcomes : []));
    expect([ann?.result, bob?.result, cem]).toEqual(['unknown', 'unknown', DELIVERED]);
    expect(JSON.stringify(events)).not.toContain('user_ann');
  });

  it('are none for a record of nothing', async () => {
    expect(await outcomesOf([toolRecord('user_ann', { attributes: {}, events: [] })])).toEqual([DELIVERED]);
  });
});

describe('a failure of the first request', () => {
  it.each([
    ['a wrong key', error(401, 'BadApiKey'), 'stopped', /server-side API key/],
    ['a key that wants a JWT', error(401, 'InvalidJwtPayload'), 'stopped', /asks for a JWT/],
    ['a key that may not', error(403, 'Forbidden'), 'stopped', /server-side API key/],
    ['too many requests', error(429, 'RateLimitExceeded'), 'throttled', /RateLimitExceeded/],
    ['too many requests, whatever the status', error(400, 'RateLimitExceeded'), 'throttled', /RateLimitExceeded/],
    ['a body that is too large', error(413, 'BatchTooLarge'), 'refused', /BatchTooLarge/],
    ['a fault in the data', error(400, 'BadParams'), 'refused', /BadParams: as Iterable says/],
    ['somebody forgotten', error(409, 'ForgottenUserError'), 'refused', /ForgottenUserError/],
    ['a project that is full of fields', error(400, 'UniqueFieldsLimitExceeded'), 'stopped', /no room for more fields/],
    ['an error of its own', error(500, 'DatabaseError'), 'unknown', /DatabaseError/],
    ['a tool out of order', error(503, 'GenericError'), 'unavailable', /GenericError/],
    ['a wrong address', [404, '<html>'] as const, 'stopped', /check the address/],
  ])('by %s ends the call, and no event is sent', async (_case, said, expected, reason) => {
    says(UPDATE, said);
    const events = says(TRACK, taken(3));
    expect(await sink.send(RECORDS)).toMatchObject({ answer: expected, reason: expect.stringMatching(reason) });
    expect(events).toEqual([]);
  });

  it('of a batch that is too large says that fewer may pass', async () => {
    says(UPDATE, error(400, 'BatchTooLarge'));
    expect(await sink.send(RECORDS)).toMatchObject({ answer: 'refused', tooLarge: true });
  });
});

describe('users that Iterable lists as failed', () => {
  it.each([
    ['forgottenUserIds', FORGOTTEN],
    ['invalidUserIds', 'Iterable does not take this user id'],
    ['conflictUserIds', 'another user of Iterable has this user id'],
    ['invalidDataUserIds', 'Iterable found invalid data'],
    ['notFoundUserIds', 'Iterable does not know this user'],
    ['aListOfTomorrowUserIds', 'aListOfTomorrowUserIds'],
  ])('in %s are told so, and nobody else', async (list, reason) => {
    says(UPDATE, refused(2, 1, { [list]: ['user_bob'] }));
    says(TRACK, taken(3));
    expect(await outcomesOf()).toEqual([
      DELIVERED,
      { result: 'rejected', reason: `attributes refused: ${reason}` },
      DELIVERED,
    ]);
  });

  it('in the old list of invalid ids are told so, too', async () => {
    says(UPDATE, refused(2, 1, undefined, { invalidUserIds: ['user_bob'] }));
    says(TRACK, taken(3));
    expect(await outcomesOf()).toMatchObject([DELIVERED, { result: 'rejected' }, DELIVERED]);
  });

  it('still hear of their events: an exit must not wait for a field', async () => {
    says(UPDATE, refused(2, 1, { invalidDataUserIds: ['user_ann'] }));
    says(TRACK, taken(3));
    const reason = 'attributes refused: Iterable found invalid data; events taken';
    expect(await outcomesOf()).toEqual([{ result: 'rejected', reason, partly: true }, DELIVERED, DELIVERED]);
  });
});

describe('events that Iterable lists as failed', () => {
  it('are told of all of a person’s, whose state may have been taken', async () => {
    says(UPDATE, taken(2));
    says(TRACK, refused(3, 3, { forgottenUserIds: ['user_ann', 'user_cem'] }));
    expect(await outcomesOf()).toEqual([
      { result: 'rejected', reason: `events refused: ${FORGOTTEN}; attributes taken`, partly: true },
      DELIVERED,
      { result: 'rejected', reason: `events refused: ${FORGOTTEN}` },
    ]);
  });

  it('by their name are told of whoever has one of that name', async () => {
    says(UPDATE, taken(2));
    says(TRACK, refused(3, 1, {}, { disallowedEventNames: ['payment_recovered'] }));
    expect(await outcomesOf()).toEqual([
      DELIVERED,
      DELIVERED,
      {
        result: 'rejected',
        reason: 'events refused: the project does not allow events called payment_recovered',
        partly: true,
      },
    ]);
  });

  it('for a user not known yet go again if the state was taken just now, since Iterable makes users in the background', async () => {
    says(UPDATE, taken(2));
    const ids = ['user_ann', 'user_cem'];
    // The deprecated list has them, too, under another word.
    says(TRACK, refused(3, 3, { notFoundUserIds: ids }, { invalidUserIds: ids }));
    expect(await outcomesOf()).toEqual([
      { result: 'unknown', reason: 'events not taken: Iterable does not know this user; attributes told' },
      DELIVERED,
      { result: 'rejected', reason: 'events refused: Iterable does not know this user' },
    ]);
  });
});

describe('failures that name nobody', () => {
  it('are everybody’s when as many were counted', async () => {
    says(TRACK, refused(2, 2, {}));
    const reason = 'events refused: Iterable counts a failure and names nobody';
    expect(await outcomesOf([CEM])).toEqual([{ result: 'rejected', reason }]);
  });

  it('are looked for by halves, so that neither is anybody called delivered nor a good one kept waiting', async () => {
    const users = [1, 2, 3, 4].map((number) => toolRecord(`user_${number}`, { events: [] }));
    const asked = says(
      UPDATE,
      refused(4, 1, { invalidEmails: ['x'] }),
      taken(2),
      refused(2, 1, {}),
      refused(1, 1, {}),
      taken(1),
    );
    expect(await outcomesOf(users)).toMatchObject([DELIVERED, DELIVERED, { result: 'rejected' }, DELIVERED]);
    expect(asked.map((body) => body.users?.length)).toEqual([4, 2, 2, 1, 1]);
  });

  it('leave those in doubt whom a half could not be asked of', async () => {
    const users = [1, 2, 3, 4].map((number) => toolRecord(`user_${number}`, { events: [] }));
    says(UPDATE, refused(4, 2, { forgottenUserIds: ['user_1'] }), error(429, 'RateLimitExceeded'), taken(1));
    expect(await outcomesOf(users)).toMatchObject([
      { result: 'rejected', reason: `attributes refused: ${FORGOTTEN}` },
      { result: 'unknown' },
      { result: 'unknown' },
      DELIVERED,
    ]);
  });

  it('in part of one person’s events leave the rest in doubt', async () => {
    says(TRACK, refused(2, 1, {}));
    expect(await outcomesOf([CEM])).toMatchObject([{ result: 'rejected', partly: true }]);
  });
});

describe('a failure of the second request', () => {
  const afterUsers = (...said: readonly Said[]) => {
    says(UPDATE, taken(2));
    return says(TRACK, ...said);
  };

  it.each([
    ['too many requests', error(429, 'RateLimitExceeded')],
    ['a key that ended between the two', error(401, 'BadApiKey')],
    ['a tool out of order', error(503, 'GenericError')],
  ])('by %s took no event: state that was taken is asserted again, events alone go again', async (_case, said) => {
    afterUsers(said);
    expect(await outcomesOf()).toMatchObject([{ result: 'unknown' }, DELIVERED, { result: 'retry' }]);
  });

  it.each([
    ['an error of its own', error(500, 'GenericError')],
    ['a page', [200, '<html>proxy</html>'] as const],
    ['counts of nothing', [200, { successCount: 0, failCount: 0 }] as const],
  ])('by %s leaves whoever has events in doubt, and nobody else', async (_case, said) => {
    afterUsers(said);
    expect(await outcomesOf()).toMatchObject([{ result: 'unknown' }, DELIVERED, { result: 'unknown' }]);
  });

  it('for somebody’s data is looked for by halves', async () => {
    const asked = afterUsers(error(400, 'BadParams'), error(400, 'BadParams'), taken(2));
    expect(await outcomesOf()).toMatchObject([
      { result: 'rejected', reason: expect.stringMatching(/BadParams.*; attributes taken/), partly: true },
      DELIVERED,
      DELIVERED,
    ]);
    expect(asked.map((body) => body.events?.length)).toEqual([3, 1, 2]);
  });

  it('with no connection any more took none', async () => {
    says(UPDATE, taken(2));
    nock(BASE)
      .post(TRACK)
      .replyWithError(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
    expect(await outcomesOf()).toMatchObject([{ result: 'unknown' }, DELIVERED, { result: 'retry' }]);
  });
});

describe('a field that the project keeps as another type', () => {
  const wrong = (name: string) =>
    error(400, 'RequestFieldsTypesMismatched', {
      validationErrors: { [name]: { expectedType: 'long', incomingTypes: ['double'], offendingValue: 49.5 } },
    });

  it('is left out, so that it keeps nobody’s exit; whoever has it is told what to mend', async () => {
    const dee = toolRecord('user_dee', { attributes: { in_dunning: false } });
    const users = says(UPDATE, wrong('dunning_amount_due'), taken(2));
    says(TRACK, taken(2));
    const [ann, ...rest] = (await outcomesOf([ANN, dee])) as readonly { reason?: string }[];
    expect(ann).toMatchObject({ result: 'rejected', partly: true });
    expect(ann?.reason).toMatch(/keeps dunning_amount_due as long, and double came: .*use another project/);
    expect(ann?.reason).not.toContain('49.5');
    expect(rest).toEqual([DELIVERED]);
    expect(users[1]?.users).toMatchObject([
      { dataFields: { in_dunning: true } },
      { dataFields: { in_dunning: false } },
    ]);
    expect(JSON.stringify(users[1])).not.toContain('dunning_amount_due');
  });

  it('is left out of events by its own name', async () => {
    const events = says(TRACK, wrong('payment_recovered:::dunning_attempt_number'), taken(2));
    expect(await outcomesOf([CEM])).toMatchObject([{ result: 'rejected', partly: true }]);
    expect(JSON.stringify(events[1])).not.toContain('dunning_attempt_number');
  });

  it('that is in nobody’s record refuses the call, once', async () => {
    const users = says(UPDATE, wrong('some_other_field'), wrong('some_other_field'));
    expect(await sink.send(RECORDS)).toMatchObject({
      answer: 'refused',
      reason: expect.stringContaining('some_other_field'),
    });
    expect(users).toHaveLength(1);
  });
});

it('a field that the project drops is told, and so is a text that is too long', async () => {
  says(UPDATE, refused(1, 0, {}, { filteredOutFields: ['in_dunning', 'of_somebody_else'] }));
  const attributes = { in_dunning: true, update_payment_url: 'x'.repeat(32_001) };
  expect(await outcomesOf([toolRecord('user_ann', { attributes, events: [] })])).toEqual([
    {
      result: 'delivered',
      warning:
        'longer than Iterable keeps, and left out: update_payment_url; left out by the settings of the project: in_dunning',
    },
  ]);
});

it('a body that only the events make too large is refused before anything is sent', async () => {
  const users = says(UPDATE, taken(1));
  const note = 'x'.repeat(30_000);
  const properties = Object.fromEntries(Array.from({ length: 140 }, (_, each) => [`note_${each}`, note]));
  const event = { ...toolEvent('dunning_stage_entered', 'user_ann'), properties };
  expect(await sink.send([toolRecord('user_ann', { events: [event] })])).toMatchObject({
    answer: 'refused',
    tooLarge: true,
  });
  expect(users).toEqual([]);
});
