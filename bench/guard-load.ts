import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { drive, type LoadResult } from './driver.ts';
import { benchUserId } from './stripe-traffic.ts';

/** Questions to the guard, asked from a process of their own: the driver of the webhooks would hold them up. */
export interface GuardLoad {
  readonly port: number;
  /** Questions per second. */
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
  /** Numbers of the first customers of the flood, and of those of whom webhooks come in meanwhile. */
  readonly flooded: number;
  readonly coming: number;
  /** 0: none come. */
  readonly webhooksPerSecond: number;
}

/** So many customers of the flood are asked about; the oldest, so that all are known. */
const ASKED_OF_FLOOD = 2_000;
/** Webhooks that the traffic sends of one customer, roughly. */
const WEBHOOKS_EACH = 5;

const requestOf = (port: number, customer: number): Buffer =>
  Buffer.from(`GET /v1/guard/${benchUserId(customer)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);

const run = (load: GuardLoad): Promise<LoadResult> => {
  const { port, webhooksPerSecond, flooded, coming } = load;
  const startedAt = performance.now();
  let asked = 0;
  const next = (): Buffer => {
    asked += 1;
    const begun = (((performance.now() - startedAt) / 1_000) * webhooksPerSecond) / WEBHOOKS_EACH;
    const isComing = asked % 2 === 0 && begun >= 1;
    const customer = isComing ? coming + Math.floor(Math.random() * begun) : flooded + ((asked * 7) % ASKED_OF_FLOOD);
    return requestOf(port, customer);
  };
  return drive({ ...load, next });
};

/** Asks, and resolves with how long the answers took. */
export const startGuardLoad = async (load: GuardLoad): Promise<LoadResult> => {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The bench may be interrupted: nothing that it started may outlive it.
  process.once('exit', () => child.kill('SIGKILL'));
  return JSON.parse(await text(child.stdout)) as LoadResult;
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as GuardLoad)));
