import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Instant, instant, plus } from '../../src/domain/instant.ts';
import { makeRunner } from '../../src/pipeline/runner.ts';

const START = instant(1_000_000);

/** A step whose every run waits until it is told to end. */
const makeStep = () => {
  const runs: { readonly end: (nextAt: Instant | null) => void; readonly fail: () => void }[] = [];
  return {
    runs,
    step: () =>
      new Promise<{ readonly nextAt: Instant | null }>((resolve, reject) => {
        runs.push({ end: (nextAt) => resolve({ nextAt }), fail: () => reject(new Error('disk full')) });
      }),
  };
};
const settle = async () => {
  await nextTurn();
  await nextTurn();
};

test('a wake that comes while a step runs is not lost, and steps never overlap', async () => {
  const { step, runs } = makeStep();
  const runner = makeRunner({ step, clock: { now: () => START }, onError: () => {}, idleMs: 1e6 });
  runner.start();
  runner.wake();
  runner.wake();
  expect(runs).toHaveLength(1);
  runs[0]?.end(null);
  await settle();
  expect(runs).toHaveLength(2);
  runs[1]?.end(null);
  await settle();
  expect(runs).toHaveLength(2);
  runner.wake();
  expect(runs).toHaveLength(3);
  runs[2]?.end(null);
  await runner.stop();
});

test('a step that is due at once follows at once, one that is due later does not', async () => {
  const { step, runs } = makeStep();
  const runner = makeRunner({ step, clock: { now: () => START }, onError: () => {}, idleMs: 1e6 });
  runner.start();
  runs[0]?.end(START);
  await settle();
  expect(runs).toHaveLength(2);
  runs[1]?.end(plus(START, 600_000));
  await settle();
  expect(runs).toHaveLength(2);
  await runner.stop();
});

test('stop waits for the step under way, and none follows', async () => {
  const { step, runs } = makeStep();
  const runner = makeRunner({ step, clock: { now: () => START }, onError: () => {} });
  runner.start();
  let isStopped = false;
  const stopping = runner.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect(isStopped).toBe(false);
  runs[0]?.end(START);
  await stopping;
  runner.wake();
  expect(runs).toHaveLength(1);
});

test('a step that throws is told, and the runner lives on', async () => {
  const { step, runs } = makeStep();
  const errors: unknown[] = [];
  const runner = makeRunner({
    step,
    clock: { now: () => START },
    onError: (error) => void errors.push(error),
    idleMs: 1e6,
  });
  runner.start();
  runs[0]?.fail();
  await settle();
  expect(errors).toHaveLength(1);
  runner.wake();
  expect(runs).toHaveLength(2);
  runs[1]?.end(null);
  await runner.stop();
});

test('woken while a step ran it rests as long as told, however often it is woken; what came meanwhile is done after', async () => {
  const { step, runs } = makeStep();
  const resting = async () => ({ ...(await step()), restMs: 40 });
  const runner = makeRunner({ step: resting, clock: { now: () => START }, onError: () => {}, idleMs: 1e6 });
  runner.start();
  runner.wake();
  runs[0]?.end(START);
  await settle();
  runner.wake();
  runner.wake();
  expect(runs).toHaveLength(1);
  const startedAt = performance.now();
  while (runs.length < 2 && performance.now() - startedAt < 5_000) await nextTurn();
  expect(runs).toHaveLength(2);
  runs[1]?.end(null);
  await settle();
  await runner.stop();
  runner.start();
  expect(runs).toHaveLength(3);
  runs[2]?.end(null);
  await runner.stop();
});
