import { parentPort } from 'node:worker_threads';
import type { RemoteStore } from '../../src/thread/messages.ts';
import { serve } from '../../src/thread/serve.ts';

/** A store's thread that never counts, fails every `accept` like SQLite does on a broken disk, and dies of a probe. */

const die = (): void => {
  throw new TypeError('a bug');
};

const store: RemoteStore = {
  accept: () =>
    Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1_034 })),
  counts: () => new Promise(() => {}),
  toolCounts: () => new Promise(() => {}),
  verifyCounts: () => new Promise(() => {}),
  suppressionCounts: () => new Promise(() => {}),
  apiCounts: () => new Promise(() => {}),
  findPeople: async () => [],
  readGuarded: () => new Promise(() => {}),
  probe: () => {
    setImmediate(die);
    return new Promise(() => {});
  },
};

if (parentPort !== null) {
  serve(parentPort, { store, onAccepted: () => {}, stop: async () => {} });
  parentPort.postMessage({ kind: 'ready' });
}
