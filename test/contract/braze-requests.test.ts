import { describe, expect, it } from 'vitest';
import { braze } from '../../destinations/braze/index.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { recorded } from './recorded.ts';
import { storyOfThree, toolEvent, toolRecord } from './tool-records.ts';

const ENDPOINT = 'https://rest.iad-01.braze.com';

const requestsFor = (records: readonly ToolRecord[], updateExistingOnly = 'false') =>
  recorded(braze, braze.credentials({ apiKey: 'k', endpoint: ENDPOINT, updateExistingOnly }), records);
const bodyFor = async (records: readonly ToolRecord[], updateExistingOnly?: string) => {
  const [request] = await requestsFor(records, updateExistingOnly);
  return JSON.parse(request?.body ?? 'null');
};

const STORY = storyOfThree('2026-03-13');

describe('the request', () => {
  it('is this one', async () => {
    const [request, ...more] = await requestsFor(STORY);
    expect(more).toEqual([]);
    const shown = `${request?.method} ${request?.url}\n${JSON.stringify(JSON.parse(request?.body ?? ''), null, 2)}\n`;
    await expect(shown).toMatchFileSnapshot('../golden/braze-requests.txt');
  });

  it('is the same for the same records', async () => {
    expect(await requestsFor(STORY)).toEqual(await requestsFor(STORY));
  });

  it('clears with a null that really leaves, and keeps false, zero and the empty text', async () => {
    const attributes = { next_retry_date: null, in_dunning: false, dunning_amount_due: 0, note: '' };
    const body = await bodyFor([toolRecord('user_1', { attributes, events: [] })]);
    expect(body).toEqual({ attributes: [{ external_id: 'user_1', ...attributes }] });
  });

  it('has no null among the properties of an event: Braze has none there', async () => {
    const body = await bodyFor([toolRecord('user_1')]);
    expect(body.events[0].properties).toEqual({ dunning_episode_id: 'ep_user_1', dunning_attempt_number: 1 });
  });

  it('has no text that Braze would cut off: half a payment link leads nowhere', async () => {
    const texts = { fits: 'x'.repeat(255), update_payment_url: `https://pay.example.com/${'x'.repeat(255)}` };
    const event = { ...toolEvent('dunning_stage_entered', 'user_1'), properties: texts };
    const body = await bodyFor([toolRecord('user_1', { attributes: texts, events: [event] })]);
    expect(body.attributes).toEqual([{ external_id: 'user_1', fits: texts.fits, update_payment_url: null }]);
    expect(body.events[0].properties).toEqual({ fits: texts.fits });
  });

  it('carries attributes and events that nobody thought of here: a new audience changes no destination', async () => {
    const body = await bodyFor([toolRecord('user_1', { attributes: { in_audience_of_tomorrow: true } })]);
    expect(body.attributes).toEqual([{ external_id: 'user_1', in_audience_of_tomorrow: true }]);
  });

  it('writes to the person of the record, whatever an attribute is called', async () => {
    const attributes = { external_id: 'user_2', in_dunning: true };
    const body = await bodyFor([toolRecord('user_1', { attributes, events: [] })]);
    expect(body.attributes).toEqual([{ external_id: 'user_1', in_dunning: true }]);
  });

  it('makes no profile where only existing ones are to be updated, neither by attribute nor by event', async () => {
    const body = await bodyFor([toolRecord('user_1')], 'true');
    expect([...body.attributes, ...body.events].map((each) => each._update_existing_only)).toEqual([true, true]);
    const usual = await bodyFor([toolRecord('user_1')]);
    expect(JSON.stringify(usual)).not.toContain('_update_existing_only');
  });
});

describe('a record', () => {
  it('counts one object for its attributes and one for each event, as Braze does', () => {
    expect(STORY.map(braze.objectsOf)).toEqual([2, 3, 1]);
    expect(braze.limits).toMatchObject({ objects: 75, bytes: 4_000_000 });
  });
});
