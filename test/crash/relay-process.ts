import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RelayProcess {
  /** The base URL, once the relay has said where it listens; rejects when it ends before. */
  readonly url: Promise<string>;
  /** `kill -9`; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** SIGTERM; answers the exit code, null when it died of a signal. */
  readonly stop: () => Promise<number | null>;
}

export interface RelayProcessOptions {
  /** The working directory; the store is in its `data/`. */
  readonly directory: string;
  /** The whole environment but for the PATH and what Node compiled, so that none of the developer's own leaks in. */
  readonly variables: Readonly<Record<string, string>>;
  /** What runs the relay, e.g. a tracer; nothing by default. */
  readonly under?: readonly string[];
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The relay exactly as in production, a process of its own, on a port that the system chooses. */
export const spawnRelay = ({ directory, variables, under = [] }: RelayProcessOptions): RelayProcess => {
  const [program = process.execPath, ...args] = [...under, process.execPath, MAIN, 'start'];
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, NO_COLOR: '1', PORT: '0', ...variables };
  const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  // The test run may be interrupted: nothing that it started may outlive it.
  const killIt = (): void => void child.kill('SIGKILL');
  process.once('exit', killIt);
  const ended = once(child, 'close').finally(() => process.off('exit', killIt));

  let stdout = '';
  let stderr = '';
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    const said = /health (http:\S+)\/healthz/.exec(stdout)?.[1];
    if (said !== undefined) resolve(said);
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const tellEnd = (): void => reject(new Error(`The relay ended before it listened: ${stderr}`));
  ended.then(tellEnd, reject);
  // Who kills it while it starts does not wait for the URL.
  url.catch(() => undefined);

  const signal = async (name: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    child.kill(name);
    await ended;
    return child.exitCode;
  };
  return {
    url,
    kill: async () => {
      await signal('SIGKILL');
    },
    stop: () => signal('SIGTERM'),
  };
};
