import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { TOOL_VARIABLES } from '../src/config/tool-access.ts';

export interface ServerProcess {
  readonly port: number;
  /** Processor time that it has used so far, in ms; NaN where the system does not say (other than Linux). */
  readonly cpuMs: () => number;
  readonly stop: () => Promise<void>;
}

const NO_TOOLS = Object.fromEntries(Object.keys(TOOL_VARIABLES).map((name) => [name, '']));

/** The bare server, in a process of its own. */
export const startBareServer = async (secret: string): Promise<ServerProcess> => {
  const child = start(['bench/bare-server.ts'], { STRIPE_WEBHOOK_SECRET: secret });
  const [line] = await once(child.stdout ?? child, 'data');
  return toServer(child, Number(String(line).trim()));
};

/** Where the stand-ins of vendors answer. */
export interface StandIns {
  readonly braze: string;
  readonly segment: string;
  readonly stop: () => void;
}

/** Braze and Segment, in a process of their own. @param keys `BRAZE_API_KEY` and `SEGMENT_WRITE_KEY`. */
export const startStandIns = async (keys: Readonly<Record<string, string>>): Promise<StandIns> => {
  const child = start(['bench/stand-ins.ts'], keys);
  const [line] = await once(child.stdout ?? child, 'data');
  const { braze, segment } = JSON.parse(String(line)) as { readonly braze: string; readonly segment: string };
  return { braze, segment, stop: () => void child.kill('SIGTERM') };
};

/**
 * The relay exactly as `npm start` starts it: observing, with its loop and the recorder, on a store in `directory`.
 * @param variables of its environment, over those.
 */
export const startRelay = async (
  secret: string,
  directory: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> => {
  const port = await freePort();
  const child = start(['src/main.ts', 'start'], {
    PORT: String(port),
    HOST: '127.0.0.1',
    MODE: 'observe',
    NAMESPACE: 'bench',
    DATABASE_URL: `sqlite:${directory}/recoup.db`,
    STRIPE_WEBHOOK_SECRET: secret,
    LOG_LEVEL: 'error',
    // Set, so that a `.env` in the working directory cannot set them.
    SEGMENT_WRITE_KEY: '',
    API_TOKEN: '',
    GUARD_TOKEN: '',
    DELIVER_TEST_MODE: 'false',
    ...NO_TOOLS,
    ...variables,
  });
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) break;
    if (await isReady(port)) return toServer(child, port);
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error('the relay did not become ready; start it by hand to see why: npm start');
};

/** Age in seconds of the oldest webhook that the loop has not read, and how many wait, as the relay's metrics say. */
export const readBacklog = async (port: number): Promise<{ readonly ageSeconds: number; readonly unread: number }> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return {
    ageSeconds: metric(text, /^recoup_oldest_unread_age_seconds (\S+)$/m),
    unread: metric(text, /^recoup_deliveries\{end="unread"\} (\S+)$/m),
  };
};

const metric = (text: string, line: RegExp): number => {
  const value = line.exec(text)?.[1];
  if (value === undefined) throw new Error(`/metrics has no ${line.source}`);
  return Number(value);
};

const start = (script: readonly string[], variables: Readonly<Record<string, string>>): ChildProcess => {
  const child = spawn(process.execPath, [...script], {
    env: { PATH: process.env.PATH, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The bench may be interrupted: nothing that it started may outlive it.
  process.once('exit', () => child.kill('SIGKILL'));
  child.stdout?.resume();
  return child;
};

const toServer = (child: ChildProcess, port: number): ServerProcess => ({
  port,
  cpuMs: () => readCpuMs(child.pid ?? 0),
  stop: async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(20_000).then(() => child.kill('SIGKILL'))]);
  },
});

/** Linux counts in ticks of 10 ms: fields 14 and 15, user and system, of `/proc/<pid>/stat`; the name may hold blanks. */
const readCpuMs = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
};

const isReady = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
