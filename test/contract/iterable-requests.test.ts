import { describe, expect, it } from 'vitest';
import { iterable } from '../../destinations/iterable/index.ts';
import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { toolEvent, toolRecord } from './tool-records.ts';

const BASE = 'https://api.iterable.com';

const requestsFor = async (records: readonly ToolRecord[]): Promise<readonly RecordedRequest[]> => {
  const requests: RecordedRequest[] = [];
  const settings = iterable.credentials({ apiKey: 'k', baseUrl: `${BASE}/` });
  await makeRecorderSink(iterable, { onRequest: (request) => requests.push(request), settings }).send(records);
  return requests;
};
const bodiesFor = async (records: readonly ToolRecord[]) =>
  (await requestsFor(records)).map(({ body }) => JSON.parse(body));

/** What Iterable hears when one person fails, another recovers and a third only hears of an event. */
const STORY: readonly ToolRecord[] = [
  toolRecord('user_1', {
    attributes: {
      in_dunning: true,
      in_dunning_first_failure_standard: true,
      dunning_stage: 'first_failure',
      dunning_amount_due: 49.5,
      dunning_currency: 'EUR',
      dunning_attempt_number: 1,
      next_retry_date: '2026-03-13T09:00:00.000Z',
      update_payment_url: 'https://pay.example.com/i/1?s=é',
      dunning_state_version: 7,
    },
  }),
  toolRecord('user_2', {
    attributes: { in_dunning: false, dunning_stage: null, next_retry_date: null, dunning_amount_due: 0 },
    events: [toolEvent('payment_recovered', 'user_2'), toolEvent('dunning_exited', 'user_2')],
  }),
  toolRecord('user_3', { attributes: {} }),
];

describe('the requests', () => {
  it('are these', async () => {
    const shown = (await requestsFor(STORY)).map(
      ({ method, url, body }) => `${method} ${url}\n${JSON.stringify(JSON.parse(body), null, 2)}\n`,
    );
    await expect(shown.join('\n')).toMatchFileSnapshot('../golden/iterable-requests.txt');
  });

  it('are the same for the same records', async () => {
    expect(await requestsFor(STORY)).toEqual(await requestsFor(STORY));
  });

  it('clear with a null that really leaves, and keep false, zero and the empty text', async () => {
    const attributes = { next_retry_date: null, in_dunning: false, dunning_amount_due: 0, note: '' };
    const [body] = await bodiesFor([toolRecord('user_1', { attributes, events: [] })]);
    expect(body.users).toEqual([{ userId: 'user_1', preferUserId: true, dataFields: attributes }]);
  });

  it('have dates as Iterable writes them, and leave text that only looks like one', async () => {
    const at = '2026-03-13T09:00:00.123Z';
    const event = { ...toolEvent('dunning_stage_entered', 'user_1'), properties: { next_retry_date: at, plan_id: at } };
    const attributes = { next_retry_date: at, card_expires_at: at, plan_id: at };
    const [users, events] = await bodiesFor([toolRecord('user_1', { attributes, events: [event] })]);
    const date = '2026-03-13 09:00:00 +00:00';
    expect(users.users[0].dataFields).toEqual({ next_retry_date: date, card_expires_at: date, plan_id: at });
    expect(events.events[0].dataFields).toEqual({ next_retry_date: date, plan_id: at });
  });

  it('carry each event under its own id, in seconds, without a null', async () => {
    const [, body] = await bodiesFor([toolRecord('user_1')]);
    expect(body.events).toEqual([
      {
        id: 'test:user_1:dunning_stage_entered',
        userId: 'user_1',
        eventName: 'dunning_stage_entered',
        createdAt: 1773143998,
        dataFields: { dunning_episode_id: 'ep_user_1', dunning_attempt_number: 1 },
        createNewFields: true,
      },
    ]);
  });

  it('carry fields and events that nobody thought of here: a new audience changes no destination', async () => {
    const [body] = await bodiesFor([toolRecord('user_1', { attributes: { in_audience_of_tomorrow: true } })]);
    expect(body.users[0].dataFields).toEqual({ in_audience_of_tomorrow: true });
    expect(body.createNewFields).toBe(true);
  });

  it('write to the person of the record, whatever an attribute is called', async () => {
    const attributes = { userId: 'user_2', email: 'no@example.com', in_dunning: true };
    const [body] = await bodiesFor([toolRecord('user_1', { attributes, events: [] })]);
    expect(body.users).toEqual([{ userId: 'user_1', preferUserId: true, dataFields: { in_dunning: true } }]);
  });

  it('use the bulk endpoints for one person, too: Iterable processes the others apart', async () => {
    const paths = (await requestsFor([toolRecord('user_1')])).map(({ url }) => url.replace(BASE, ''));
    expect(paths).toEqual(['/api/users/bulkUpdate', '/api/events/trackBulk']);
  });
});

it('an event of unknown outcome is sent again: under its id it takes the place of the first', () => {
  expect(iterable.resendsUnknownEvents).toBe(true);
});

describe('a record', () => {
  it('counts as many objects as the larger of its two requests holds', () => {
    expect(STORY.map(iterable.objectsOf)).toEqual([1, 2, 1]);
    expect(iterable.limits).toEqual({ objects: 1_000, bytes: 4_000_000, callsPerSecond: 5 });
  });
});
