import { afterAll, describe, expect, it } from 'vitest';
import { DAY_MS, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { type LifecycleName, lifecycle } from '../../src/simulate/lifecycles.ts';
import { makeWorkplace } from '../contract/cli-process.ts';
import { type FileRelay, openFileRelay } from './erase-relay.ts';

const STARTS_AT = instant(Date.UTC(2026, 4, 4, 8, 30));
const NOTHING_KEPT = { deliveriesDays: 0, outboxDays: 0, logDays: 0 };
const NAMES: readonly LifecycleName[] = ['renewal-failed', 'recovered-by-retry', 'recovered-by-retry'];

const webhooks = NAMES.flatMap((name, n) => {
  const account = { shape: 'basil', livemode: true, customer: `cus_${n}`, userId: `user_${n}` } as const;
  return lifecycle(name, { account: { ...account, priceId: 'price_pro' }, startsAt: STARTS_AT });
});

describe('a sweep between two webhooks', () => {
  const workplace = makeWorkplace();
  afterAll(workplace.remove);

  /** What Segment and Braze know, and what is known here, after a book whose past is deleted on the way, or is not. */
  const play = async (name: string, isSwept: boolean) => {
    const relay: FileRelay = await openFileRelay(`${workplace.path}/${name}`, STARTS_AT);
    for (const day of [0, 1, 2, 3, 4, 8]) {
      for (const { event } of webhooks.filter(({ atMs }) => Math.floor(atMs / DAY_MS) === day))
        await relay.send(JSON.stringify(event));
      await relay.settle((day === 4 ? 4 : 1) * DAY_MS);
      const now = plus(STARTS_AT, (day + 1) * DAY_MS);
      if (isSwept) while ((await relay.store.sweep(NOTHING_KEPT, plus(now, SECOND_MS), 3)).more);
    }
    const profiles = await Promise.all(NAMES.map((_, n) => relay.store.findProfiles(`user_${n}`)));
    const { calls, deliveries, log } = profiles[1]?.[0] ?? { calls: [], deliveries: [], log: [] };
    const told = {
      views: profiles.flat().map(({ view, version }) => [view, version]),
      // Without ids: those of state hold the store's own.
      messages: [...relay.segment.messages.values()].map((each) => [
        ...[each.type, each.event, each.userId, each.timestamp, each.properties, each.traits],
      ]),
      people: [...relay.braze.users.all.values()],
      events: relay.braze.users.events.map(({ externalId, name: event, time }) => [externalId, event, time]),
    };
    await relay.close();
    return { told, kept: calls.length + deliveries.length + log.length };
  };

  it('changes nothing of what people are, nor of what is said of them', async () => {
    const whole = await play('whole', false);
    const swept = await play('swept', true);
    expect(whole.told.messages.length).toBeGreaterThan(20);
    expect(swept.told).toEqual(whole.told);
    expect(swept.kept, 'something was deleted').toBeLessThan(whole.kept);
  });
});
