import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { storeContract } from './store-suite.ts';

let folder = '';
let opened = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recoup-store-'));
  // Made once and copied: making the tables takes longer than most tests.
  const made = await openStore(`sqlite:${join(folder, 'empty.db')}`, { lock: true });
  await made.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

storeContract('SQLite in memory', () => openStore('sqlite::memory:', { lock: false }), 40);

// The same code, and each of its commits waits for the disk.
storeContract(
  'SQLite on disk',
  () => {
    opened += 1;
    const path = join(folder, `${opened}.db`);
    copyFileSync(join(folder, 'empty.db'), path);
    return openStore(`sqlite:${path}`, { lock: true });
  },
  10,
);
