import { expect, it } from 'vitest';
import type { ToolRequest } from '../../src/cli/doors.ts';
import { HOUR_MS, instant, plus } from '../../src/domain/instant.ts';
import { openDemoRelay } from '../../src/main-demo.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { makeVirtualClock, runTimeMachine } from '../../src/simulate/time-machine.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

const START = instant(Date.UTC(2026, 10, 1, 12));

/** The webhooks of the first hour of somebody whose renewal fails. */
const failureOf = (person: number) =>
  lifecycle('renewal-failed', {
    account: { shape: 'basil', livemode: true, customer: `cus_${person}`, userId: `user_${person}`, priceId: 'pro' },
    startsAt: START,
  })
    .filter(({ atMs }) => atMs < HOUR_MS)
    .map(({ atMs, event }) => ({ arrivesAt: plus(START, atMs), rawBody: JSON.stringify(event) }));

it('a crowd that fails at one instant is in the tool within seconds of virtual time, though its calls are paced', async () => {
  const clock = makeVirtualClock(START);
  const told: number[] = [];
  const onToolRequest = ({ tool }: ToolRequest): void => {
    if (tool === 'braze') told.push(clock.now());
  };
  const relay = await openDemoRelay(DEFAULT_POLICY, { clock, onCall: () => {}, onToolRequest });
  const deliveries = Array.from({ length: 200 }, (_, person) => failureOf(person)).flat();
  const ordered = deliveries.toSorted((a, b) => a.arrivesAt - b.arrivesAt);
  await runTimeMachine({ relay, clock, secret: relay.secret, deliveries: ordered, days: 1 });
  const counts = await relay.store.toolCounts();
  expect(counts.filter(({ waiting }) => waiting > 0)).toEqual([]);
  expect(counts.find(({ tool }) => tool === 'braze')).toMatchObject({ settled: 200 });
  expect(told.length).toBeGreaterThan(1);
  expect(Math.max(...told) - Math.min(...told)).toBeLessThan(20_000);
  await relay.close();
});
