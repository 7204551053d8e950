import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../src/simulate/random.ts';
import { spawnRelay } from './relay-process.ts';
import { startSenders } from './senders.ts';
import { drawWebhooks } from './webhooks.ts';

/** The making of a store takes several steps; a death between two of them must not cost the store. */

const SECRET = 'whsec_crash';
const PROVING = process.env.PROVE !== undefined;
/** Ms after a file appears; the whole making takes a few dozen. */
const DELAYS = PROVING ? Array.from({ length: 20 }, (_, index) => 2 * index) : [0, 10];

const appears = async (path: string, isOver: () => boolean): Promise<void> => {
  while (!existsSync(path) && !isOver()) await nextTurn();
};

describe('a relay that is killed while it makes its store', () => {
  it.each(['recoup.db', 'recoup.db-wal'].flatMap((file) => DELAYS.map((ms) => [file, ms] as const)))(
    'starts again and takes webhooks (killed at %s + %i ms)',
    async (file, ms) => {
      const directory = mkdtempSync(join(tmpdir(), 'recoup-first-'));
      const options = { directory, variables: { STRIPE_WEBHOOK_SECRET: SECRET, LOG_LEVEL: 'error' } };
      const first = spawnRelay(options);
      let isUp = false;
      first.url.then(
        () => {
          isUp = true;
        },
        () => undefined,
      );
      await appears(join(directory, 'data', file), () => isUp);
      await delay(ms);
      await first.kill();
      expect(existsSync(join(directory, 'data', file))).toBe(true);

      const second = spawnRelay(options);
      const webhooks = drawWebhooks(makeRandom(5), 1, Date.now());
      const senders = startSenders({ webhooks, secret: SECRET, connections: 1, random: makeRandom(5) });
      try {
        senders.pointAt(await second.url);
        await senders.finished;
        expect(senders.repeated()).toBe(0);
        expect(await second.stop()).toBe(0);
      } finally {
        await second.kill();
        rmSync(directory, { recursive: true, force: true });
      }
    },
  );
});
