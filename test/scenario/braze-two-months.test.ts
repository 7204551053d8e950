import { expect, test } from 'vitest';
import { type Instant, instant, plus } from '../../src/domain/instant.ts';
import { simulate } from '../../src/simulate/model.ts';
import { makeRandom } from '../../src/simulate/random.ts';
import { type BrazeFault, runCanvas } from '../../src/simulate/vendors/braze.ts';
import type { FlowMessage } from '../../src/simulate/vendors/flow.ts';
import type { BrazeRelay } from './braze-relay.ts';
import { CANVAS, openBrazeRelay } from './braze-relay.ts';
import { DAY_0, day, hours, minutes } from './harness.ts';

/**
 * Two months of a simulated business whose Braze goes wrong every hour and whose relay dies now and then. Who owes what is read from the webhooks
 * themselves here, beside the relay, so that the two can disagree.
 */

const SEED = 20_260_302;
const CUSTOMERS = 150;
const DAYS = 60;
/** The longest that the relay rests after a failed call (`fullJitterMs`). */
const LONGEST_REST_MS = minutes(5);
/** So soon after a payment is known, no dunning message may go out. */
const CLEARED_WITHIN_MS = minutes(1);

/** Share of the webhooks after which the relay dies while it sends what came of them. */
const DEATHS = 0.02;

const CUT = { kind: 'silence', socket: 'destroyed' } as const;
const FAULTS = {
  down: 1,
  refused: 3,
  throttled: 3,
  applied: 4,
  lost: 3,
  late: 3,
  garbage: 2,
  unplaced: 2,
} as const;

/** Faults that stand ready from the start: each waits for its time on the clock. */
const injectFaults = ({ braze: { faults } }: BrazeRelay): void => {
  const random = makeRandom(SEED, 1_000_003);
  const once = (at: Instant, fault: BrazeFault): void => {
    faults.inject(fault, { from: at, until: plus(at, hours(1)), calls: 1 });
  };
  for (let at = day(0); at < day(DAYS); at = plus(at, random.whole(hours(1), hours(6)))) {
    switch (random.pick(FAULTS)) {
      case 'down':
        faults.inject(
          { kind: 'status', status: 503 },
          { from: at, until: plus(at, random.whole(minutes(1), hours(5))) },
        );
        break;
      case 'refused':
        once(at, { kind: 'status', status: 500 });
        break;
      case 'throttled':
        // Told in whole seconds of the call's time, which is a little later than this.
        once(at, { kind: 'throttled', resetAt: plus(at, random.whole(0, minutes(10))) });
        break;
      case 'applied':
        once(at, { ...CUT, applied: true });
        break;
      case 'lost':
        once(at, { ...CUT, applied: false });
        break;
      case 'late':
        once(at, { kind: 'late', calls: random.whole(1, 2), socket: 'destroyed' });
        break;
      case 'garbage':
        once(at, { kind: 'garbage', applied: random.next() < 0.5, body: '<html>' });
        break;
      case 'unplaced':
        once(at, {
          kind: 'partial',
          users: [`user_${String(random.whole(1, CUSTOMERS)).padStart(4, '0')}`],
          unplaced: true,
        });
        break;
    }
  }
};

interface Webhook {
  readonly type: string;
  readonly data: {
    readonly object: {
      readonly id: string;
      readonly customer?: string | null;
      readonly customer_account?: string | null;
    };
  };
}

/** What the webhooks say of who owes: by user, when each failed invoice was first called failed, and when paid. */
interface Owing {
  readonly failed: Map<string, Instant>;
  readonly paid: Map<string, Instant>;
}

const readOwing = (books: Map<string, Owing>, userOf: ReadonlyMap<string, string>, body: string, at: Instant): void => {
  const { type, data }: Webhook = JSON.parse(body);
  const user = userOf.get(data.object.customer ?? data.object.customer_account ?? '');
  if (user === undefined) return;
  const book = books.get(user) ?? { failed: new Map(), paid: new Map() };
  books.set(user, book);
  const page = type === 'invoice.payment_failed' ? book.failed : type === 'invoice.paid' ? book.paid : null;
  if (page !== null && !page.has(data.object.id)) page.set(data.object.id, at);
};

/** Since when the person owes nothing, as known by `at`; null while something is owed. */
const owesNothingSince = (book: Owing | undefined, at: number): number | null => {
  let since = 0;
  for (const [invoice, failedAt] of book?.failed ?? []) {
    const paidAt = book?.paid.get(invoice);
    if (failedAt > at) continue;
    if (paidAt === undefined || paidAt > at) return null;
    since = Math.max(since, paidAt);
  }
  return since;
};

/** A dunning message to somebody who had paid, although Braze could have been told in time. */
const isStale = ({ braze }: BrazeRelay, books: ReadonlyMap<string, Owing>, message: FlowMessage): boolean => {
  const since = owesNothingSince(books.get(message.userId), message.at);
  if (since === null) return false;
  const trouble = braze.faults.log.findLast(({ at }) => at <= message.at)?.at ?? Number.NEGATIVE_INFINITY;
  return message.at > Math.max(since, trouble + LONGEST_REST_MS) + CLEARED_WITHIN_MS;
};

const run = async () => {
  const random = makeRandom(SEED, 1_000_004);
  const relay = await openBrazeRelay({ random: random.next, withoutSegment: true });
  const { customers, deliveries } = simulate({ seed: SEED, customers: CUSTOMERS, days: DAYS, startsAt: DAY_0 });
  const userOf = new Map(
    customers.flatMap(({ account: { customer, userId } }) => (userId ? [[customer, userId]] : [])),
  );
  const books = new Map<string, Owing>();
  const blind = runCanvas(relay.braze.users, { ...CANVAS, validates: false });
  injectFaults(relay);
  for (const { arrivesAt, rawBody } of deliveries) {
    await relay.passTime(arrivesAt);
    readOwing(books, userOf, rawBody, arrivesAt);
    await relay.take([rawBody], arrivesAt);
    if (random.next() < DEATHS) {
      const silence = { kind: 'silence', applied: random.next() < 0.5, socket: 'open' } as const;
      const withdraw = relay.braze.faults.inject(silence, { calls: 1 });
      await relay.die(arrivesAt);
      // Another fault may have met the call: nobody is to wait for this one in real time.
      withdraw();
    }
    await relay.settle(arrivesAt);
  }
  const end = instant(day(DAYS) + hours(12));
  await relay.passTime(end);
  // What was given up, if anything, goes out once a person has looked at it.
  await relay.store.replayDeadLetters(null, end);
  await relay.settle(end);
  await relay.passTime(plus(end, hours(1)));
  blind.passTo(end);
  return { relay, books, customers, blind };
};

test('after two months of faults Braze holds what it should, heard nothing unexplained, and wrote to nobody who had paid', {
  timeout: 120_000,
}, async () => {
  const { relay, books, customers, blind } = await run();
  const { braze, canvas } = relay;
  try {
    let people = 0;
    for (const { account } of customers) {
      for (const { userId, desired, status } of await relay.toolStates(account.customer)) {
        people += 1;
        const held = braze.users.all.get(userId)?.attributes ?? {};
        for (const [name, value] of Object.entries(desired)) {
          if (name !== 'dunning_state_version') expect(held[name] ?? null, `${name} of ${userId}`).toEqual(value);
        }
        expect(status, userId).toBe('settled');
      }
    }
    expect(people, 'the run is about somebody').toBeGreaterThan(20);

    for (const user of braze.users.all.values()) {
      if (user.attributes.in_dunning !== true) continue;
      expect(owesNothingSince(books.get(user.externalId), day(DAYS + 1)), `${user.externalId} owes`).toBeNull();
    }
    const heardOf = new Set(braze.users.writes.map(({ externalId }) => externalId));
    const preDunned = new Set(
      braze.users.writes
        .filter(({ attributes }) => attributes.in_pre_dunning === true)
        .map(({ externalId }) => externalId),
    );
    for (const user of heardOf) {
      const everFailed = (books.get(user)?.failed.size ?? 0) > 0;
      expect(everFailed || preDunned.has(user), `${user} has a reason to be in Braze`).toBe(true);
    }

    const counts = new Map<string, number>();
    for (const { externalId, name, properties } of braze.users.events) {
      const key = `${externalId} ${name} ${properties.dunning_episode_id} ${properties.stage ?? ''}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const duplicated = [...counts].filter(([, count]) => count > 1);
    for (const [key, count] of duplicated) {
      const [user = ''] = key.split(' ');
      const unsure = braze.faults.log.filter((entry) => entry.unsure && entry.users.includes(user)).length;
      expect(count, key).toBeLessThanOrEqual(1 + unsure);
    }

    expect(canvas.messages.length, 'the flow wrote to people').toBeGreaterThan(20);
    const sent = canvas.messages.map((message) => JSON.stringify({ ...message, at: null }));
    expect(sent.length, 'nobody gets a message twice').toBe(new Set(sent).size);
    // The exception events alone must stop a flow, even one whose messages look at no attribute.
    for (const { messages } of [canvas, blind]) {
      expect(messages.filter((message) => isStale(relay, books, message))).toEqual([]);
    }
    expect(braze.users.alterations).toEqual([]);
    expect(new Set(braze.faults.log.map(({ fault }) => fault.kind)).size, 'most kinds of fault struck').toBeGreaterThan(
      4,
    );
    expect(duplicated.length, 'some outcome was unknown').toBeGreaterThan(0);
  } finally {
    await relay.close();
  }
});
