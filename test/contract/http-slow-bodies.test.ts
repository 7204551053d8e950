import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeBodyRoom } from '../../src/http/body-room.ts';
import { type Door, event, openDoor, post, rows } from './http-door.ts';

/** Long enough for the test to end before the server cuts anybody off. */
const PATIENT = { headersMs: 60_000, requestMs: 60_000, checkEveryMs: 1_000 };

interface SlowClient {
  readonly socket: Socket;
  /** All that the door answered so far. */
  readonly answer: () => string;
}

/** A client that sends the first of a hundred bytes, resolved once the door reads its body. */
const trickle = async (door: Door, first = 'x', length = 100): Promise<SlowClient> => {
  const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.on('error', () => {});
  socket.write(
    `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n${first}`,
  );
  await once(socket, 'data');
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  return { socket, answer: () => answer };
};

const trickleMany = (door: Door, clients: number): Promise<readonly SlowClient[]> =>
  Promise.all(Array.from({ length: clients }, () => trickle(door)));

describe('bodies that trickle in', () => {
  it('do not shut the door, however many they are', async () => {
    const door = await openDoor({ timeouts: PATIENT });
    await trickleMany(door, 600);
    const answers = await Promise.all([1, 2, 3].map((n) => post(door, event(`evt_${n}`))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await rows(door)).toBe(3);
  });

  it('make room for others, the longest first, and are told to come again', async () => {
    const door = await openDoor({ timeouts: PATIENT, bodyRoom: makeBodyRoom({ maxBodies: 2 }) });
    const longest = await trickle(door);
    const other = await trickle(door);
    expect((await post(door, event('evt_1'))).status).toBe(200);
    await once(longest.socket, 'close');
    expect(longest.answer()).toMatch(/^HTTP\/1\.1 503 .*retry-after: 30/is);
    expect(other.answer()).toBe('');
  });

  it('make room for others when they hold too much memory', async () => {
    const door = await openDoor({ timeouts: PATIENT, bodyRoom: makeBodyRoom({ maxBytes: 2_000 }) });
    const longest = await trickle(door, 'x'.repeat(1_900), 3_000);
    expect((await post(door, event('evt_1', ' '.repeat(500)))).status).toBe(200);
    await once(longest.socket, 'close');
    expect(longest.answer()).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe('the room for bodies', () => {
  it('counts what was sent until it leaves, and dismisses nobody twice', () => {
    const room = makeBodyRoom({ maxBodies: 10, maxBytes: 100 });
    const dismissed: string[] = [];
    const enter = (name: string) => room.enter(() => dismissed.push(name));
    const [a, b] = [enter('a'), enter('b')];
    a.grow(60);
    a.leave();
    a.leave();
    b.grow(60);
    expect(dismissed).toEqual([]);
    const c = enter('c');
    c.grow(50);
    b.grow(1_000);
    b.leave();
    c.grow(50);
    expect(dismissed).toEqual(['b']);
  });
});
