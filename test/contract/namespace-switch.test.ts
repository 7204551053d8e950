import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { openStore } from '../../src/store/index.ts';
import { makeJourney, webhooksOf } from './relay-journey.ts';

let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:', { lock: false, namespace: 'dev' });
});
afterEach(() => store.close());

it('a store that has only observed says nothing old when it goes to enforce under the name of production', async () => {
  const observing = makeJourney(store, 'dev', { segment: false });
  await observing.receive(webhooksOf('recovered-by-retry', 'ada', 0, 72));
  await observing.receive(webhooksOf('exhausted', 'bob', 0, 72));
  await observing.letHoursPass(73);
  await observing.receive(webhooksOf('recovered-by-retry', 'ada', 72, 96));
  await observing.letHoursPass(1);
  expect((await store.counts()).outbox).toMatchObject({ queued: 0, delivered: 0 });

  await store.claimNamespace('acme-production');
  const { heard, ...relay } = makeJourney(store, 'acme-production', { segment: true, at: observing.now() });
  await store.wakeForEnforce(relay.now());
  await relay.letHoursPass(1);
  expect(heard.map(({ type, userId }) => `${type} ${userId}`)).toEqual(['identify bob', 'group bob', 'identify bob']);
  expect(heard[2]?.traits).toEqual({ dunning_first_failure_standard: true });
  expect(heard[0]?.traits).toMatchObject({ in_dunning: true, dunning_stage: 'first_failure' });

  await relay.receive(webhooksOf('exhausted', 'bob', 72, 96));
  await relay.letHoursPass(1);
  const events = heard
    .filter((call) => call.type === 'track' && !isMembership(call))
    .map(({ event, userId }) => `${event} ${userId}`);
  expect(events.toSorted()).toEqual(['payment_failed bob', 'payment_retried bob']);
  expect(heard.every(({ messageId }) => messageId.startsWith('acme-production:'))).toBe(true);
});

it('a store from which something went to Segment keeps its namespace', async () => {
  const relay = makeJourney(store, 'dev', { segment: true });
  await relay.receive(webhooksOf('renewal-failed', 'ada', 0, 1));
  await relay.letHoursPass(1);
  expect(relay.heard.length).toBeGreaterThan(0);
  await expect(store.claimNamespace('production')).rejects.toMatchObject({ code: 'namespace_mismatch' });
  await store.claimNamespace('dev');
});
