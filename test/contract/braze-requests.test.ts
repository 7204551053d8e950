import { describe, expect, it } from 'vitest';
import { braze } from '../../destinations/braze/index.ts';
import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { toolEvent, toolRecord } from './tool-records.ts';

const ENDPOINT = 'https://rest.iad-01.braze.com';

const requestsFor = async (
  records: readonly ToolRecord[],
  updateExistingOnly = 'false',
): Promise<readonly RecordedRequest[]> => {
  const requests: RecordedRequest[] = [];
  const settings = braze.credentials({ apiKey: 'k', endpoint: ENDPOINT, updateExistingOnly });
  await makeRecorderSink(braze, { onRequest: (request) => requests.push(request), settings }).send(records);
  return requests;
};
const bodyFor = async (records: readonly ToolRecord[], updateExistingOnly?: string) => {
  const [request] = await requestsFor(records, updateExistingOnly);
  return JSON.parse(request?.body ?? 'null');
};

/** What Braze hears when one person fails, another recovers and a third only hears of an event. */
const STORY: readonly ToolRecord[] = [
  toolRecord('user_1', {
    attributes: {
      in_dunning: true,
      in_dunning_first_failure_standard: true,
      dunning_stage: 'first_failure',
      dunning_amount_due: 49.5,
      dunning_currency: 'EUR',
      dunning_attempt_number: 1,
      next_retry_date: '2026-03-13',
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
