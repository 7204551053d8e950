import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve('src/main.ts');

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of its own with no `.env` in it; `remove` takes it away. */
export const makeWorkplace = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'recoup-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** Keeps what Node compiled from one start to the next: dozens of starts would otherwise compile the same files. */
const { NODE_COMPILE_CACHE } = process.env;

/** Runs `recoup <args>` as a process of its own, with no other environment than `env`. */
export const runRecoup = (
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd, env: { NODE_COMPILE_CACHE, ...env }, timeout: 60_000 },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        done({ exitCode, stdout, stderr });
      },
    );
  });
