import { describe, expect, test } from 'vitest';
import type { BatchAnswer } from '../../src/destination-kit/sink.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import type { ToolDeliverer } from '../../src/pipeline/tools/deliver-tools.ts';
import { answers, takeAll } from './tool-at-hand.ts';
import {
  counts,
  delivererOf,
  except,
  letters,
  people,
  recovered,
  rig,
  runFor,
  stopped,
  unavailable,
  useToolRig,
  wantPeople,
} from './tool-rig.ts';

useToolRig();

describe('96 hours', () => {
  const hourly = async (deliverer: ToolDeliverer, hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour += 1) {
      await deliverer.deliverDue(rig.now);
      rig.now = plus(rig.now, HOUR_MS);
    }
  };
  const refusals: readonly [string, BatchAnswer, RegExp][] = [
    ['out of order', { answer: 'unavailable', reason: 'HTTP 503' }, /not taken for 96 hours, last: HTTP 503/],
    ['throttling', { answer: 'throttled', until: null, reason: 'HTTP 429' }, /not taken for 96 hours, last: HTTP 429/],
    ['silent', { answer: 'unknown', reason: 'timed out' }, /not taken for 96 hours, last: timed out/],
  ];
  test.each(refusals)(
    'asked in vain of a tool that is %s, a record is a dead letter that says why',
    async (_, answer, why) => {
      rig.tool.always(answers(answer));
      await wantPeople({ userId: 'user_1', amountMinor: 12_300 });
      const deliverer = delivererOf();
      await hourly(deliverer, 96);
      expect(await counts()).toMatchObject({ waiting: 1, dead: 0 });
      await hourly(deliverer, 1);
      expect(await counts()).toMatchObject({ waiting: 0, dead: 1 });
      const [letter] = await letters();
      expect(letter).toMatchObject({ kind: 'tool', amountMinor: 12_300, currency: 'USD' });
      expect(letter?.message).toMatch(why);

      // Replayed, it is asked for anew: one more hiccup does not kill it again.
      await rig.store.replayDeadLetters(null, rig.now);
      await hourly(deliverer, 1);
      expect(await counts()).toMatchObject({ waiting: 1, dead: 0 });
    },
  );

  test('run for a record alone, too, while the tool takes all others', async () => {
    rig.tool.always(except('user_0', { result: 'retry', at: null, reason: 'busy' }));
    const deliverer = delivererOf();
    await wantPeople(...people(1));
    for (let hour = 0; hour <= 96; hour += 1) {
      expect(await counts()).toMatchObject({ dead: 0 });
      await wantPeople(...people(1, hour + 1));
      await deliverer.deliverDue(rig.now);
      rig.now = plus(rig.now, HOUR_MS);
    }
    expect(await counts()).toMatchObject({ settled: 97, waiting: 0, dead: 1 });
  });

  test('are hours of asking: a relay that was down for a week still asks', async () => {
    await wantPeople(...people(1));
    rig.now = plus(rig.now, 7 * 24 * HOUR_MS);
    rig.tool.script(unavailable);
    const deliverer = delivererOf();
    await deliverer.deliverDue(rig.now);
    expect(await counts()).toMatchObject({ waiting: 1, dead: 0 });
    await runFor(deliverer, HOUR_MS);
    expect(await counts()).toMatchObject({ settled: 1 });
  });

  test('do not run while the tool refuses us', async () => {
    rig.tool.always(stopped);
    await wantPeople(...people(2));
    const deliverer = delivererOf();
    await hourly(deliverer, 200);
    rig.tool.always(unavailable);
    await hourly(deliverer, 90);
    expect(await counts()).toMatchObject({ waiting: 2, dead: 0 });
    await hourly(deliverer, 8);
    expect(await counts()).toMatchObject({ dead: 2 });
  });

  test('start anew when something is taken: no one who came later dies with an old one', async () => {
    rig.tool.always(unavailable);
    const deliverer = delivererOf();
    await wantPeople(...people(1));
    await hourly(deliverer, 90);
    await wantPeople(recovered('user_9'));
    rig.tool.script(takeAll);
    await hourly(deliverer, 1);
    await wantPeople(recovered('user_8'));
    await hourly(deliverer, 10);
    expect(await letters()).toHaveLength(0);
    expect(await counts()).toMatchObject({ settled: 1, waiting: 2 });
  });
});
