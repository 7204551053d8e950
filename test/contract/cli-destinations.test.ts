import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { findDifferences } from '../../src/pipeline/verify/differences.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { type BrazeStandIn, startBrazeStandIn } from '../../src/simulate/vendors/braze.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { runRecoup } from './cli-process.ts';
import { urlOf, useStartPlace } from './start-process.ts';

const SECRET = 'whsec_destinations';
const KEY = 'canary-braze-key';
const { run, directory } = useStartPlace();

const failureOf = (userId: string): readonly string[] =>
  lifecycle('renewal-failed', {
    account: { shape: 'basil', livemode: true, customer: `cus_${userId}`, userId, planId: 'pro', priceId: 'price_pro' },
    amount: 4_900,
    startsAt: Math.floor(Date.now() / 1_000) * 1_000 - 60_000,
  }).map(({ event }) => JSON.stringify(event));

describe('recoup destinations check', () => {
  let braze: BrazeStandIn;
  let segment: SegmentStandIn;
  beforeAll(async () => {
    [braze, segment] = await Promise.all([
      startBrazeStandIn({ key: KEY, now: Date.now }),
      startSegmentStandIn('write-key'),
    ]);
  });
  afterAll(async () => {
    await Promise.all([braze.close(), segment.close()]);
  });
  const environment = (key = KEY): Readonly<Record<string, string>> => ({
    MODE: 'enforce',
    NAMESPACE: 'destinations',
    SEGMENT_WRITE_KEY: 'write-key',
    SEGMENT_HOST: segment.url,
    BRAZE_API_KEY: key,
    BRAZE_REST_ENDPOINT: braze.url,
    STRIPE_WEBHOOK_SECRET: SECRET,
  });
  /** Runs the relay until Braze has answered about the person; `posted`: their payment failed now. */
  const relayed = async (userId: string, posted = true): Promise<void> => {
    const asked = braze.requests.length;
    const relay = run(environment());
    const url = await urlOf(relay);
    for (const body of posted ? failureOf(userId) : []) {
      const headers = { [SIGNATURE_HEADER]: signStripe(body, SECRET, instant(Date.now())) };
      await fetch(`${url}/webhooks/stripe`, { method: 'POST', headers, body });
    }
    const isAnswered = (): boolean =>
      braze.requests.slice(asked).some(({ users, status }) => status !== null && users.includes(userId));
    await vi.waitFor(() => expect(isAnswered()).toBe(true), { timeout: 25_000 });
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
  };
  const check = (args: readonly string[] = [], key?: string) =>
    runRecoup(directory(), ['destinations', 'check', ...args], environment(key));

  it('says which credentials are good and which tools have none', async () => {
    const good = await check();
    expect(good).toMatchObject({ exitCode: 0, stderr: '' });
    expect(good.stdout).toMatch(/^braze {2}the credentials are good\n/);
    const none = await runRecoup(directory(), ['destinations', 'check', '--json'], {});
    expect(JSON.parse(none.stdout)).toEqual({ checked: [], off: expect.arrayContaining(['braze']) });
    expect(none.exitCode).toBe(0);
  });

  it('ends with code 1 when a key is refused, and shows no key', async () => {
    const { exitCode, stdout, stderr } = await check([], 'another-key');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^braze {2}.*401.*\n {2}mend its key/);
    expect(stdout + stderr).not.toContain('another-key');
  });

  it('compares what the tool holds of a person with what it should, one line per difference', async () => {
    await relayed('ada');
    const same = await check(['--user', 'ada']);
    expect(same.stdout).toContain('holds what it should of ada');
    expect(same.exitCode).toBe(0);

    const body = { attributes: [{ external_id: 'ada', in_dunning: false, dunning_stage: null }] };
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    await fetch(`${braze.url}/users/track`, { method: 'POST', headers, body: JSON.stringify(body) });
    const other = await check(['--user', 'ada']);
    expect(other.exitCode).toBe(1);
    expect(other.stdout.split('\n').filter((line) => line.startsWith('  '))).toEqual([
      '  ada  dunning_stage  holds nothing, should hold "first_failure"',
      '  ada  in_dunning  holds false, should hold true',
    ]);
  });

  it('leaves what the tool refused among the dead letters with the money at stake, and a replay brings it there', async () => {
    braze.faults.inject({ kind: 'partial', users: ['eve'] });
    await relayed('eve');
    const letters = (...args: readonly string[]) => runRecoup(directory(), ['dead-letters', ...args], environment());
    const listed = await letters('list');
    expect(listed.stdout).toMatch(/^#\d+ {2}tool {2}braze eve {2}49\.00 USD$/m);
    expect(listed.stdout).toMatch(/tool_rejected$/m);
    const [letter] = JSON.parse((await letters('list', '--json')).stdout);
    expect(await letters('replay', String(letter.seq))).toMatchObject({ exitCode: 0 });
    braze.faults.heal();
    await relayed('eve', false);
    expect((await letters('list')).stdout).toBe('No dead letters.\n');
    expect((await check(['--user', 'eve'])).stdout).toContain('holds what it should of eve');
    const profile = await runRecoup(directory(), ['profile', 'eve'], environment());
    expect(profile.stdout).toMatch(/^ {2}braze {2}eve {2}settled$/m);
    expect(profile.stdout).toMatch(/^ +\S+ \S+ {2}rejected +dunning_stage_entered, \d+ attributes/m);
    // Nobody is written to about a stage that was entered who knows when: the state alone is sent again.
    expect(profile.stdout).toMatch(/^ +\S+ \S+ {2}delivered +\d+ attributes$/m);
  });

  it('ends with code 1 when nobody is known by that id', async () => {
    const relay = run(environment());
    await urlOf(relay);
    const { exitCode, stderr } = await check(['--user', 'bob']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Nobody is known as bob.');
  });
});

describe('a difference', () => {
  it('is none where the tool writes the same instant otherwise, holds nothing for null, or has another version alone', () => {
    const should = { next_retry_date: '2026-05-07T08:30:00.000Z', dunning_stage: null, dunning_state_version: 9 };
    const holds = { next_retry_date: '2026-05-07T08:30:00Z', dunning_state_version: 8 };
    expect(findDifferences('ada', should, holds)).toEqual([]);
    expect(findDifferences('ada', should, { ...holds, next_retry_date: '2026-05-07T08:30:01Z' })).toHaveLength(1);
    expect(findDifferences('ada', { in_dunning: false }, {})).toEqual([
      { userId: 'ada', attribute: 'in_dunning', holds: null, should: false },
    ]);
  });

  it('is none where a tool knows all values as text, or nothing as an empty box', () => {
    const should = {
      in_dunning: true,
      mrr: 49.5,
      card_expires_at: '2026-05-31T23:59:59.000Z',
      plan_id: null,
      held: null,
    };
    const asText = { in_dunning: 'true', mrr: '49.50', card_expires_at: '1780271999000', plan_id: '', held: false };
    expect(findDifferences('ada', should, asText)).toEqual([]);
    const other = { in_dunning: 'false', mrr: '', card_expires_at: '1780271998000', plan_id: 'pro', held: true };
    expect(findDifferences('ada', should, other).map(({ attribute }) => attribute)).toEqual(Object.keys(should).sort());
  });
});
