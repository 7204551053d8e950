import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { makeSweeper } from '../../src/pipeline/sweep.ts';
import { openStore } from '../../src/store/index.ts';
import { deliveryOf, NOW, workAll } from './store-samples.ts';

const RETENTION = { deliveriesDays: 10, outboxDays: 10, logDays: 10 };

describe('the sweeper', () => {
  it('works off a backlog a portion a second, then rests for an hour, and tells what it deleted', async () => {
    const store = await openStore('sqlite::memory:', { lock: false });
    await store.accept(Array.from({ length: 700 }, (_, n) => deliveryOf(`cus_${n % 3}`, `evt_${n}`)));
    await workAll(store, NOW);
    const swept: object[] = [];
    const log = { error: () => expect.unreachable() };
    const clock = { now: () => NOW };
    const onSwept = (rows: object): void => void swept.push(rows);
    const sweeper = makeSweeper({ store, retention: RETENTION, clock, log, onSwept });
    const later = plus(NOW, 11 * DAY_MS);
    expect(await sweeper.sweepDue(NOW)).toEqual({ nextAt: plus(NOW, HOUR_MS) });
    expect(await sweeper.sweepDue(later)).toEqual({ nextAt: plus(later, SECOND_MS) });
    expect(await sweeper.sweepDue(later)).toEqual({ nextAt: plus(later, HOUR_MS) });
    expect(swept).toEqual([{ deliveries: 500 }, { deliveries: 200 }]);
    await store.close();
  });
});
