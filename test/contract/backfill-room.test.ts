import { describe, expect, it } from 'vitest';
import { type Instant, SECOND_MS } from '../../src/domain/instant.ts';
import { makeWaitForRoom } from '../../src/pipeline/api/backfill-room.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { decided, deliveryOf, NOW } from './store-samples.ts';

/** A store with `unread` deliveries; `read` is what a relay reads while somebody sleeps a second. */
const room = async (unread: number, readPerSecond: number) => {
  const store = openSqliteStore({ path: ':memory:', lock: false, busyTimeoutMs: 1_000 });
  const add = async (count: number, prefix: string): Promise<void> => {
    await store.accept(
      Array.from({ length: count }, (_, index) => deliveryOf(`cus_${prefix}${index}`, `${prefix}${index}`)),
    );
  };
  await add(unread, 'a');
  let now = NOW;
  let speed = readPerSecond;
  const read = async (count: number): Promise<void> => {
    if (count > 0) await store.work(now, count, decided);
  };
  const sleepUntil = async (at: Instant): Promise<void> => {
    now = at;
    await read(speed);
  };
  const waitForRoom = makeWaitForRoom({
    store,
    clock: { now: () => now },
    sleepUntil,
    signal: new AbortController().signal,
    mostUnread: 10,
  });
  return {
    add,
    waitForRoom,
    waitedSeconds: () => (now - NOW) / SECOND_MS,
    unread: async () => (await store.counts()).deliveries.unread,
    read,
    startRelay: (perSecond: number) => {
      speed = perSecond;
    },
    close: store.close,
  };
};

describe('room for a backfill', () => {
  it('is there at once while the relay keeps up', async () => {
    const { waitForRoom, waitedSeconds, close } = await room(10, 0);
    await waitForRoom();
    expect(waitedSeconds()).toBe(0);
    await close();
  });

  it('is waited for while the relay has too much to read, however slowly it reads', async () => {
    const { waitForRoom, waitedSeconds, unread, close } = await room(30, 1);
    await waitForRoom();
    expect(await unread()).toBe(10);
    expect(waitedSeconds()).toBe(20);
    await close();
  });

  it('is not waited for where no relay reads, page after page', async () => {
    const { waitForRoom, waitedSeconds, add, close } = await room(30, 0);
    await waitForRoom();
    const first = waitedSeconds();
    expect(first).toBeGreaterThan(0);
    await add(100, 'b');
    await waitForRoom();
    expect(waitedSeconds()).toBe(first);
    await close();
  });

  it('is waited for again once a relay begins to read', async () => {
    const { waitForRoom, startRelay, read, unread, close } = await room(30, 0);
    await waitForRoom();
    startRelay(3);
    // While the next page is fetched.
    await read(3);
    await waitForRoom();
    expect(await unread()).toBeLessThanOrEqual(10);
    await close();
  });
});
