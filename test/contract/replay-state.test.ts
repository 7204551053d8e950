import { expect, it } from 'vitest';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { openStore } from '../../src/store/index.ts';
import { makeJourney, webhooksOf } from './relay-journey.ts';

it('a replay after an outage in which the customer paid leaves Segment with the present state, not with that of then', async () => {
  const store = await openStore('sqlite::memory:', { lock: false });
  const relay = makeJourney(store, 'replay-suite', { segment: true });
  const { heard } = relay;
  relay.world.down = true;
  await relay.receive(webhooksOf('recovered-by-retry', 'ada', 0, 72));
  await relay.letHoursPass(73);
  await relay.receive(webhooksOf('recovered-by-retry', 'ada', 72, 96));
  await relay.letHoursPass(37);
  const dead = await store.deadLetters({ replayed: false, limit: 100 });
  expect(dead.map(({ payload }) => JSON.parse(payload).traits?.in_dunning)).toContain(true);
  relay.world.down = false;
  await relay.letHoursPass(2);
  expect(heard.findLast((call) => call.type === 'identify' && !isMembership(call))?.traits).toMatchObject({
    in_dunning: false,
  });
  const before = heard.length;
  await store.replayDeadLetters(null, relay.now());
  await relay.letHoursPass(1);

  expect(heard.filter(({ event }) => event === 'payment_failed')).toHaveLength(1);
  for (const type of ['identify', 'group']) {
    const states = heard.slice(before).filter((call) => call.type === type && !isMembership(call));
    expect(states.map(({ traits }) => traits?.in_dunning)).toEqual([false]);
    expect(states[0]?.traits).toMatchObject({ dunning_status: 'recovered' });
  }
  expect(new Set(heard.map(({ messageId }) => messageId)).size).toBe(heard.length);
  await store.close();
});

/** What Segment holds of each audience: by the last trait, and by the last event. */
const heardOf = (heard: readonly SegmentCall[]) => {
  const byTrait = new Map<string, unknown>();
  const byEvent = new Map<string, unknown>();
  for (const { type, traits, properties } of heard.filter(isMembership)) {
    if (type === 'identify') for (const [key, isIn] of Object.entries(traits ?? {})) byTrait.set(key, isIn);
    else byEvent.set(String(properties?.audience_key), properties?.[String(properties.audience_key)]);
  }
  return { byTrait: Object.fromEntries(byTrait), byEvent: Object.fromEntries(byEvent) };
};

it('an entry that was refused and replayed after the exit does not put anybody back into the audience', async () => {
  const store = await openStore('sqlite::memory:', { lock: false });
  const relay = makeJourney(store, 'replay-suite', { segment: true });
  relay.world.down = true;
  await relay.receive(webhooksOf('recovered-by-retry', 'ada', 0, 72));
  await relay.letHoursPass(73);
  await relay.receive(webhooksOf('recovered-by-retry', 'ada', 72, 96));
  await relay.letHoursPass(37);
  relay.world.down = false;
  await relay.letHoursPass(2);
  await store.replayDeadLetters(null, relay.now());
  await relay.letHoursPass(1);
  const present = { dunning_first_failure_standard: false, dunning_recovered: true };
  expect(heardOf(relay.heard)).toEqual({ byTrait: present, byEvent: present });
  await store.close();
});

it('a membership that was refused is told when it is replayed, as trait and as event', async () => {
  const store = await openStore('sqlite::memory:', { lock: false });
  const relay = makeJourney(store, 'replay-suite', { segment: true });
  relay.world.down = true;
  await relay.receive(webhooksOf('recovered-by-retry', 'ada', 0, 72));
  await relay.letHoursPass(99);
  relay.world.down = false;
  await relay.letHoursPass(2);
  expect((await store.deadLetters({ replayed: false, limit: 100 })).length).toBeGreaterThan(0);
  await store.replayDeadLetters(null, relay.now());
  await relay.letHoursPass(1);
  const present = { dunning_first_failure_standard: true };
  expect(heardOf(relay.heard)).toEqual({ byTrait: present, byEvent: present });
  expect(relay.heard.filter(({ event }) => event === 'Audience Entered')).toHaveLength(1);
  await store.close();
});
