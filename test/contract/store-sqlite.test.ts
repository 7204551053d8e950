import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { storeContract } from './store-suite.ts';

let folder = '';
let opened = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recoup-store-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

storeContract('SQLite in memory', () => openStore('sqlite::memory:', { lock: false }));

storeContract('SQLite on disk', () => {
  opened += 1;
  return openStore(`sqlite:${join(folder, `${opened}.db`)}`, { lock: true });
});
