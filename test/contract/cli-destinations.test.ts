import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findDifferences } from '../../src/cli/destinations.ts';
import { instant } from '../../src/domain/instant.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { type BrazeStandIn, startBrazeStandIn } from '../stand-ins/braze.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../stand-ins/segment.ts';
import { runRecoup } from './cli-process.ts';
import { urlOf, useStartPlace } from './start-process.ts';

const SECRET = 'whsec_destinations';
const KEY = 'canary-braze-key';
const { run, directory } = useStartPlace();

const failure = lifecycle('renewal-failed', {
  account: { shape: 'basil', livemode: true, customer: 'cus_ada', userId: 'ada', planId: 'pro', priceId: 'price_pro' },
  startsAt: Math.floor(Date.now() / 1_000) * 1_000 - 60_000,
}).map(({ event }) => JSON.stringify(event));

describe('recoup destinations check', () => {
  let braze: BrazeStandIn;
  let segment: SegmentStandIn;
  beforeAll(async () => {
    [braze, segment] = await Promise.all([startBrazeStandIn({ key: KEY }), startSegmentStandIn('write-key')]);
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
  const check = (args: readonly string[] = [], key?: string) =>
    runRecoup(directory(), ['destinations', 'check', ...args], environment(key));

  it('says which credentials are good and which tools have none', async () => {
    const good = await check();
    expect(good).toMatchObject({ exitCode: 0, stderr: '' });
    expect(good.stdout).toBe('braze  the credentials are good\n');
    const none = await runRecoup(directory(), ['destinations', 'check', '--json'], {});
    expect(JSON.parse(none.stdout)).toEqual({ checked: [], off: ['braze'] });
    expect(none.exitCode).toBe(0);
  });

  it('ends with code 1 when a key is refused, and shows no key', async () => {
    const { exitCode, stdout, stderr } = await check([], 'another-key');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^braze {2}.*401/);
    expect(stdout + stderr).not.toContain('another-key');
  });

  it('compares what the tool holds of a person with what it should, one line per difference', async () => {
    const relay = run(environment());
    const url = await urlOf(relay);
    for (const body of failure) {
      const headers = { [SIGNATURE_HEADER]: signStripe(body, SECRET, instant(Date.now())) };
      await fetch(`${url}/webhooks/stripe`, { method: 'POST', headers, body });
    }
    await vi.waitFor(() => expect(braze.requests.some(({ users }) => users.includes('ada'))).toBe(true), {
      timeout: 25_000,
    });
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
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
});
