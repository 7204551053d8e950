import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { braze } from '../../destinations/braze/index.ts';
import { TOOLS } from '../../destinations/index.ts';
import { TOOL_VARIABLES } from '../../src/config/tool-access.ts';
import { openErasers } from '../../src/main-erase.ts';
import { makeEraseInSegment } from '../../src/segment/regulations.ts';
import { type BrazeStandIn, startBrazeStandIn } from '../../src/simulate/vendors/braze.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { openHubspotContactBench } from '../stand-ins/hubspot-bench.ts';
import { WRITE_KEY } from './segment-calls.ts';
import { NOW } from './tool-records.ts';

const people = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `user_${n}`);

describe('erasing people in Braze', () => {
  let standIn: BrazeStandIn;
  afterEach(() => standIn.close());
  const erase = (apiKey: string, userIds: readonly string[]): Promise<void> | undefined =>
    braze.erase?.(braze.credentials({ apiKey, endpoint: standIn.url }), userIds, 5_000);

  it('deletes exactly those who are named, more than one call takes among them, and minds nobody unknown', async () => {
    standIn = await startBrazeStandIn({ key: 'key', now: Date.now });
    const known = [...people(120), 'user_who_stays'];
    const attributes = known.map((external_id) => ({ external_id, plan: 'pro' }));
    standIn.users.apply({ attributes, events: [], purchases: [], objects: 0, users: known }, 0, 0);
    await erase('key', [...people(120), 'user_unknown']);
    expect([...standIn.users.all.keys()]).toEqual(['user_who_stays']);
    expect(standIn.users.writes.map(({ externalId }) => externalId)).toEqual(['user_who_stays']);
  });

  it('rejects, without the key in its words, when Braze refuses', async () => {
    standIn = await startBrazeStandIn({ key: 'key', now: Date.now, permissions: ['users.track'] });
    await expect(erase('key', ['user_1'])).rejects.toThrow(/status 401/);
    await expect(erase('secret-key', ['user_1'])).rejects.not.toThrow(/secret-key/);
  });
});

describe('erasing people in Segment', () => {
  let standIn: SegmentStandIn;
  beforeEach(async () => {
    standIn = await startSegmentStandIn(WRITE_KEY, 'public-token');
  });
  afterEach(() => standIn.close());
  const eraseWith = (token: string) => makeEraseInSegment({ token, base: standIn.url, timeoutMs: 500 });

  it('asks to delete and to suppress, 5,000 people at a time', async () => {
    await eraseWith('public-token')(people(5_001));
    expect(standIn.regulations.map(({ regulationType, subjectIds }) => [regulationType, subjectIds.length])).toEqual([
      ['SUPPRESS_WITH_DELETE', 5_000],
      ['SUPPRESS_WITH_DELETE', 1],
    ]);
  });

  it.each([401, 403, 404, 422, 429, 500])(
    'rejects on status %i and says what to mend, never the token',
    async (status) => {
      standIn.script({ kind: 'status', status, body: '{"errors":[{"message":"public-token"}]}' });
      const refused = eraseWith('public-token')(['user_1']);
      await expect(refused).rejects.toThrow(`status ${status}: `);
      await expect(refused).rejects.not.toThrow(/public-token/);
    },
  );

  it('believes no answer but one of a regulation', async () => {
    standIn.script({ kind: 'status', status: 200, body: '<html>welcome</html>' });
    await expect(eraseWith('public-token')(['user_1'])).rejects.toThrow('not one of Segment');
  });

  it('rejects where nobody answers', async () => {
    await standIn.close();
    await expect(eraseWith('public-token')(['user_1'])).rejects.toThrow(/no answer \(\w+\)/);
    standIn = await startSegmentStandIn(WRITE_KEY);
  });
});

describe('erasing people in every tool', () => {
  const bare = openErasers({ credentials: {}, policy: DEFAULT_POLICY, segment: null });

  it('is known of Segment and each tool, with how people do it there', () => {
    expect(bare.map(({ tool }) => tool)).toEqual(['segment', ...TOOLS.map(({ key }) => key)]);
    expect(bare.filter(({ byHand }) => !/^(in (?!\w+,.*stands under)[A-Z]|have whoever)/.test(byHand))).toEqual([]);
  });

  it('names what to set where a key is missing, and nothing to set where people do it by hand', () => {
    const missing = Object.fromEntries(bare.map(({ tool, missing }) => [tool, missing]));
    expect(missing).toMatchObject({
      segment: 'set SEGMENT_PUBLIC_API_TOKEN',
      'hubspot-tasks': 'set HUBSPOT_ACCESS_TOKEN',
      salesforce: 'set SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET',
    });
    const byHand = TOOLS.filter(({ erase }) => erase === undefined).map(({ key }) => key);
    expect(byHand.toSorted()).toEqual(['intercom', 'slack', 'webhook', 'zendesk']);
    for (const tool of byHand) expect(missing[tool]).toBe('people delete there by hand');
    const named =
      Object.values(missing)
        .join(' ')
        .match(/[A-Z]+_[A-Z_]+/g) ?? [];
    expect(named.filter((name) => !(name in TOOL_VARIABLES))).toEqual(['SEGMENT_PUBLIC_API_TOKEN']);
  });

  it('looks for people under the property that policy names', async () => {
    const { standIn, settings } = await openHubspotContactBench({ now: () => NOW });
    const { account } = standIn;
    account.define('contacts', { name: 'product_id', hasUniqueValue: true });
    for (const product_id of ['user_1', 'user_2']) account.add('contacts', { product_id });
    const policy = { ...DEFAULT_POLICY, hubspot: { ...DEFAULT_POLICY.hubspot, contactIdProperty: 'product_id' } };
    const hubspot = { accessToken: String(settings.access_token), baseUrl: standIn.url };
    const erasers = openErasers({ credentials: { hubspot }, policy, segment: null });
    await erasers.find(({ tool }) => tool === 'hubspot')?.erase?.(['user_1']);
    expect([...account.objects.contacts.values()].map(({ properties }) => properties.product_id)).toEqual(['user_2']);
    await standIn.close();
  });
});
