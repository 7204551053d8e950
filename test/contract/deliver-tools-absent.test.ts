import { describe, expect, test } from 'vitest';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { answers, takeAll } from './tool-at-hand.ts';
import { counts, delivererOf, MINUTE_MS, people, recovered, rig, runFor, useToolRig, wantPeople } from './tool-rig.ts';

useToolRig();

const ABSENT = answers({ answer: 'each', outcomes: [{ result: 'absent', reason: 'nobody has this id' }] });

describe('somebody whom the tool does not know', () => {
  test('is asked for after a minute and after an hour, and then rests with nothing owed', async () => {
    rig.tool.always(ABSENT);
    const startsAt = rig.now;
    await wantPeople(...people(1));
    const deliverer = delivererOf();
    await runFor(deliverer, 3 * HOUR_MS);
    expect(rig.tool.calls).toHaveLength(3);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0, dead: 0 });
    expect(rig.now).toBeGreaterThanOrEqual(plus(startsAt, HOUR_MS));
  });

  test('gets the whole state as soon as the tool knows them', async () => {
    rig.tool.script(ABSENT);
    rig.tool.always(takeAll);
    await wantPeople(...people(1));
    await runFor(delivererOf(), 2 * MINUTE_MS);
    expect(rig.tool.calls.flat().map(({ isNew }) => isNew)).toEqual([true, true]);
    expect(rig.tool.heldOf('user_0')).toMatchObject({ in_dunning: true });
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('whom it knew until then, and who paid, is cleared of everything when a search finds them again', async () => {
    const deliverer = delivererOf();
    await wantPeople({ userId: 'user_0', desired: { in_dunning: true, next_retry_date: '2026-03-12T00:00:00.000Z' } });
    await runFor(deliverer, MINUTE_MS);
    rig.tool.script(ABSENT);
    await wantPeople(recovered('user_0', { desired: { in_dunning: false, next_retry_date: null } }));
    await runFor(deliverer, 2 * MINUTE_MS);
    expect(rig.tool.heldOf('user_0')).toEqual({ in_dunning: false });
    expect(await counts()).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('whom it never knew, and who paid, is not asked for again', async () => {
    rig.tool.always(ABSENT);
    await wantPeople(recovered('user_0'));
    await runFor(delivererOf(), 3 * HOUR_MS);
    expect(rig.tool.calls).toHaveLength(1);
  });
});
