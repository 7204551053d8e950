import { describe, expect, it } from 'vitest';
import { iterable } from '../../destinations/iterable/index.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { recorded } from './recorded.ts';
import { storyOfThree, toolEvent, toolRecord } from './tool-records.ts';

const BASE = 'https://api.iterable.com';

const requestsFor = (records: readonly ToolRecord[]) =>
  recorded(iterable, iterable.credentials({ apiKey: 'k', baseUrl: `${BASE}/` }), records);
const bodiesFor = async (records: readonly ToolRecord[]) =>
  (await requestsFor(records)).map(({ body }) => JSON.parse(body));

const STORY = storyOfThree('2026-03-13T09:00:00.000Z');

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
