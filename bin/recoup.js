#!/usr/bin/env node
// Plain JavaScript that an old Node can read as well: it only finds a Node that can run Recoup.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_MAJOR = 24;
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const bundledNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const commandLine = process.argv.length > 2 ? process.argv.slice(2) : ['--help'];

if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) {
  // Compiled once, a command answers in a third of the time; an unwritable cache is no error.
  (await import('node:module')).enableCompileCache?.();
  process.argv = [process.argv[0], main, ...commandLine];
  await import(main);
} else if (existsSync(bundledNode)) {
  // Over the channel the relay notices when this process is killed in a way that it cannot pass on.
  const child = spawn(bundledNode, [main, ...commandLine], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env, RECOUP_LAUNCHED: '1' },
  });
  // A terminal signals the whole group; a supervisor signals only this process, so it is passed on.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
} else {
  process.stderr.write(
    `recoup: needs Node ${OLDEST_MAJOR} or later and runs on ${process.version}. Run npm ci, or install it.\n`,
  );
  process.exit(78);
}
