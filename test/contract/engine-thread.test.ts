import { afterEach, describe, expect, it } from 'vitest';
import type { EngineData } from '../../src/main-engine.ts';
import { type EngineThread, startEngineThread } from '../../src/thread/engine-thread.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { delivery } from './store-samples.ts';

const ENGINE = new URL('../../src/main-engine.ts', import.meta.url);
const BROKEN = new URL('./engine-thread-child.ts', import.meta.url);

const engineData = (databaseUrl: string): EngineData => {
  return {
    databaseUrl,
    namespace: 'thread-suite',
    policy: DEFAULT_POLICY,
    code: 'test',
    deliverTestMode: false,
    logLevel: 'silent',
    segment: null,
    tools: {},
    stripeApi: null,
  };
};

let deaths: Error[];
let running: EngineThread | null = null;
const start = async (module: URL, data: unknown): Promise<EngineThread> => {
  deaths = [];
  const onDeath = (error: Error): void => void deaths.push(error);
  running = await startEngineThread({ module, data, onDecided: () => {}, onStoreFault: () => {}, onDeath });
  return running;
};
afterEach(async () => {
  await running?.stop().catch(() => {});
  running = null;
});

describe("the store's thread", () => {
  it('answers each question with its own answer, however many are asked at once', async () => {
    const { store } = await start(ENGINE, engineData('sqlite::memory:'));
    const ids = Array.from({ length: 50 }, (_, n) => `evt_${n % 40}`);
    const [answers, counts] = await Promise.all([
      Promise.all(ids.map((id) => store.accept([delivery(id, { end: 'ignored', detail: '-' })]))),
      store.counts(),
      store.probe(),
    ]);
    expect(answers.flat()).toEqual(ids.map((_, n) => (n < 40 ? 'stored' : 'duplicate')));
    expect(counts.deliveries.ignored).toBe(40);
  });

  it('hands a fault of the store over with what one decides on: message, code and result code', async () => {
    const { store } = await start(BROKEN, null);
    await expect(store.accept([delivery('evt_1')])).rejects.toMatchObject({
      message: 'disk I/O error',
      code: 'ERR_SQLITE_ERROR',
      errcode: 1_034,
    });
  });

  it('fails what waits and what is asked later when it dies, and tells of it once', async () => {
    const { store, stop } = await start(BROKEN, null);
    const waiting = store.counts();
    await expect(store.probe()).rejects.toThrow('a bug');
    await expect(waiting).rejects.toThrow('a bug');
    await expect(store.accept([delivery('evt_1')])).rejects.toThrow('a bug');
    await expect(stop()).rejects.toThrow('a bug');
    expect(deaths.map(({ message }) => message)).toEqual(['a bug']);
  });

  it('fails what is asked after it was stopped, instead of letting it wait', async () => {
    const { store, stop } = await start(ENGINE, engineData('sqlite::memory:'));
    await stop();
    await expect(store.counts()).rejects.toThrow('has ended');
    expect(deaths).toEqual([]);
  });

  it("does not start where the engine refuses: the refusal carries the registry's code and no secret", async () => {
    const refused = start(ENGINE, engineData('postgres://me:hunter2@db/recoup'));
    await expect(refused).rejects.toMatchObject({ code: 'store_postgres_missing' });
    await expect(refused).rejects.not.toThrow(/hunter2/);
  });
});
