import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { iterable } from '../../destinations/iterable/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { DAY_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { type Engine, makeEngine } from '../../src/pipeline/engine.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import type { Flow } from '../../src/simulate/vendors/flow.ts';
import { type IterableStandIn, runJourney, startIterableStandIn } from '../../src/simulate/vendors/iterable.ts';
import type { ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { DAY_0, day } from '../scenario/harness.ts';
import { person } from '../scenario/stage.ts';
import { type Bill, customerPays, fails, type Happening } from '../scenario/stripe-happenings.ts';

/** The engine, joined with a strict Iterable that keeps its limits, and a journey as the recipe builds it. */
const KEY = 'k';
let clock: ReturnType<typeof makeVirtualClock>;
let standIn: IterableStandIn;
let store: Store;
let engine: Engine;
let journey: Flow;

const open = async (objects = 1_000): Promise<void> => {
  clock = makeVirtualClock(DAY_0);
  standIn = await startIterableStandIn({ key: KEY, now: clock.now });
  standIn.types.set('dunning_amount_due', 'double');
  store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  journey = runJourney(standIn.users, { delaysMs: [1, DAY_MS, 5 * DAY_MS], reentryMs: 7 * DAY_MS });
  const takesAll = {
    send: async (calls: readonly unknown[]) => calls.map(() => ({ result: 'delivered' as const })),
    close: async () => {},
  };
  const settings = iterable.credentials({ apiKey: KEY, baseUrl: standIn.url });
  engine = makeEngine({
    store,
    clock,
    policy: DEFAULT_POLICY,
    audiences: AUDIENCES,
    providers: { stripe },
    namespace: 'test',
    random: () => 0.5,
    log: { warn: () => {}, error: () => {} },
    segment: { name: 'segment', ...takesAll },
    recorder: { name: 'recorder', ...takesAll },
    tools: [
      {
        tool: iterable.key,
        subject: iterable.subject,
        segmentNames: iterable.segmentNames,
        live: makeActionsSink(iterable, settings, { now: clock.now, objects }),
        recorder: makeRecorderSink(iterable),
      },
    ],
    deliverTestMode: false,
  });
};
beforeEach(() => open());
afterEach(async () => {
  await standIn.close();
  await store.close();
});

/** Decides and sends until nothing is due up to `until`. */
const passTime = async (until: Instant): Promise<void> => {
  for (let now = clock.now(); ; ) {
    const decided = await engine.runDue(now);
    const { settled, nextAt } = await engine.deliverDue(now);
    if (decided > 0 || settled > 0) continue;
    const due = [nextAt, await store.nextDueAt()].filter((at) => at !== null && at > now && at <= until);
    if (due.length === 0) break;
    now = Math.min(...due.map(Number)) as Instant;
    clock.moveTo(now);
  }
  clock.moveTo(until);
  journey.passTo(until - 1);
};
const bill = (name: string): Bill => ({ invoice: `in_${name}`, subscription: `sub_${name}`, amount: 4_900 });
const happens = async (now: Instant, name: string, happening: Happening): Promise<void> => {
  await passTime(now);
  const bodies = happening(person(name), now).map((event) => JSON.stringify(event));
  await store.accept(bodies.map((rawBody) => toDelivery(stripe, rawBody, now)));
  await passTime(plus(now, 60_000));
};
const failsAt = (now: Instant, name: string) => happens(now, name, fails(bill(name), { retryAt: day(3) }));
const held = (name: string) => standIn.users.all.get(`user_${name}`)?.dataFields;

describe('in Iterable', () => {
  it('who fails enters the journey, and who pays leaves it and holds no date any more', async () => {
    await failsAt(DAY_0, 'ada');
    expect(held('ada')).toMatchObject({
      in_dunning: true,
      next_retry_date: expect.stringMatching(/^\d{4}.* \+00:00$/),
    });
    await passTime(day(2));
    expect(journey.messages.map(({ step }) => step)).toEqual([0, 1]);
    await happens(day(2), 'ada', customerPays(bill('ada'), { attempt: 1 }));
    expect(held('ada')).toMatchObject({ in_dunning: false, dunning_status: 'recovered' });
    expect(held('ada')).not.toHaveProperty('next_retry_date');
    expect(journey.waiting()).toEqual([]);
    await passTime(day(10));
    expect(journey.messages).toHaveLength(2);
  });

  /** The next request after the one for users meets the fault. */
  const injectForEvents = (fault: ToolFault): void => {
    let isDone = false;
    standIn.users.watch({
      onWrite: () => {
        if (!isDone) standIn.inject(fault, { calls: 1 });
        isDone = true;
      },
    });
  };

  it('an event whose answer is lost is sent again, is there once and starts nothing twice', async () => {
    injectForEvents({ kind: 'silence', applied: true, socket: 'destroyed' });
    await failsAt(DAY_0, 'ada');
    await passTime(day(1));
    const tracked = standIn.requests.filter(({ path }) => path === '/api/events/trackBulk');
    expect(tracked.map(({ status }) => status)).toEqual([null, 200]);
    expect([...standIn.users.events.values()].map(({ name }) => name)).toEqual(['dunning_stage_entered']);
    expect(journey.entries).toHaveLength(1);
  });

  it('an event that is refused for the rate goes again, and the state with it', async () => {
    await failsAt(DAY_0, 'ada');
    injectForEvents({ kind: 'throttled' });
    await happens(day(1), 'ada', customerPays(bill('ada'), { attempt: 1 }));
    expect(standIn.requests.map(({ status }) => status)).toContain(429);
    expect(held('ada')).toMatchObject({ in_dunning: false });
    expect(journey.waiting()).toEqual([]);
  });

  it('its limits are kept, whoever fails at one instant: it never has to refuse a call', async () => {
    await standIn.close();
    await store.close();
    await open(2);
    const names = Array.from({ length: 60 }, (_, each) => `p${each}`);
    const bodies = names.flatMap((name) => fails(bill(name), { retryAt: day(3) })(person(name), DAY_0));
    await store.accept(bodies.map((event) => toDelivery(stripe, JSON.stringify(event), DAY_0)));
    await passTime(plus(DAY_0, 120_000));
    expect(standIn.users.all.size).toBe(60);
    expect(standIn.requests.length).toBeGreaterThan(50);
    expect(standIn.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });
});
