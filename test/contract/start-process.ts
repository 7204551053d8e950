import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, vi } from 'vitest';

/** The relay exactly as people start it: a process of its own, the wall clock, a store on disk. */

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const LAUNCHER = fileURLToPath(new URL('../../bin/recoup.js', import.meta.url));

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  /** The exit code, once nothing that was started holds the output open. */
  readonly exited: Promise<number | null>;
}

interface Command {
  readonly file?: string;
  /** The program that runs it; default the one that runs this. */
  readonly node?: string;
}

export interface StartPlace {
  /** The working directory, new for each test. */
  readonly directory: () => string;
  readonly run: (variables: Readonly<Record<string, string>>, args?: readonly string[], command?: Command) => Running;
}

/** A working directory for each test of the file; what was started there is killed after it. */
export const useStartPlace = (): StartPlace => {
  let directory = '';
  let children: ChildProcessWithoutNullStreams[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'recoup-start-'));
    children = [];
  });
  afterEach(async () => {
    for (const child of children) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
    }
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    directory: () => directory,
    run: (variables, args = [], { file = MAIN, node = process.execPath } = {}) => {
      const { PATH, NODE_COMPILE_CACHE } = process.env;
      const env = { PATH, NODE_COMPILE_CACHE, NO_COLOR: '1', PORT: '0', ...variables };
      const child = spawn(node, [file, ...args], { cwd: directory, env });
      children.push(child);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      return {
        child,
        output: () => ({ stdout, stderr }),
        exited: once(child, 'close').then(([code]) => code as number | null),
      };
    },
  };
};

/** The base URL, once the relay has said where it listens. */
export const urlOf = ({ output, exited }: Running): Promise<string> => {
  const said = vi.waitFor(() => /health (http:\S+)\/healthz/.exec(output().stdout)?.[1] ?? expect.fail('not started'), {
    timeout: 20_000,
  });
  const ended = exited.then((code) => expect.fail(`it ended with ${code}: ${output().stderr}`));
  return Promise.race([said, ended]);
};
