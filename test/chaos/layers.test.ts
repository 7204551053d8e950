import { expect, test } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import type { FlowCounts } from '../../src/simulate/vendors/asking-flow.ts';
import { playWorld, violationsOf } from './open-world.ts';

/** Each layer is left out once, to show what it is for, and stands alone once, to show that one is enough. */

const TIMEOUT = 120_000;
const CUSTOMERS = 80;
/** Long enough for people to pay meanwhile. */
const LONG_OUTAGE = { customers: 120, chaos: { outageHours: { braze: [72], iterable: [24], hubspot: [] } } } as const;

const sumOf = (flows: Readonly<Record<string, FlowCounts>>, name: keyof FlowCounts): number =>
  Object.values(flows).reduce((sum, counts) => sum + counts[name], 0);

test(
  'the guard stops what falls due while a payment is on its way to the tool; without it such messages go out',
  async () => {
    const guarded = await playWorld(LONG_OUTAGE);
    const unguarded = await playWorld({ ...LONG_OUTAGE, without: ['guard'] });
    expect(guarded.verdict.wrong).toEqual([]);
    expect(sumOf(guarded.flows, 'stoppedByGuard')).toBeGreaterThan(0);
    expect(unguarded.verdict.wrong.length).toBeGreaterThan(0);
    expect(violationsOf(unguarded), 'and none later than two minutes after the tool answers again').toEqual([]);
  },
  TIMEOUT,
);

test(
  'the guard alone is enough: neither the state is looked at nor an exit heard',
  async () => {
    const { verdict, flows } = await playWorld({ customers: CUSTOMERS, without: ['state', 'exit', 'read-back'] });
    expect(verdict.wrong).toEqual([]);
    expect(sumOf(flows, 'stoppedByGuard')).toBeGreaterThan(10);
    expect(verdict.missed).toEqual([]);
  },
  TIMEOUT,
);

test(
  'the state alone is enough once a tool answers; without it, nothing is',
  async () => {
    const withState = await playWorld({ customers: CUSTOMERS, without: ['guard', 'exit'] });
    expect(violationsOf(withState)).toEqual([]);
    expect(sumOf(withState.flows, 'stoppedByState')).toBeGreaterThan(10);
    const without = await playWorld({ customers: CUSTOMERS, without: ['guard', 'exit', 'state'] });
    expect(violationsOf(without).length).toBeGreaterThan(10);
  },
  TIMEOUT,
);

test(
  'the exit alone is enough once a tool answers',
  async () => {
    const withExit = await playWorld({ customers: CUSTOMERS, without: ['guard', 'state'] });
    expect(violationsOf(withExit)).toEqual([]);
    expect(sumOf(withExit.flows, 'exited')).toBeGreaterThan(10);
  },
  TIMEOUT,
);

test(
  'state and exit that come two hours late let messages go out for two hours and no longer; the guard lets none',
  async () => {
    const delays = { state: 2 * HOUR_MS, exit: 2 * HOUR_MS };
    const asked = { customers: CUSTOMERS, weather: 'usual', delays } as const;
    const unguarded = await playWorld({ ...asked, without: ['guard'] });
    expect(unguarded.verdict.wrong.length).toBeGreaterThan(0);
    expect(violationsOf(unguarded)).toEqual([]);
    const one = await playWorld({ ...asked, without: ['guard'], delays: { state: 2 * HOUR_MS } });
    expect(violationsOf(one), 'one of them is enough').toEqual([]);
    expect(one.verdict.wrong.length).toBeLessThan(unguarded.verdict.wrong.length);
    const guarded = await playWorld(asked);
    expect(guarded.verdict.wrong).toEqual([]);
    expect(guarded.verdict.missed).toEqual([]);
    expect(guarded.verdict.served).toBeGreaterThan(10);
  },
  TIMEOUT,
);

test(
  'people who call support and are held, or have paid another way, are written to no more, by any one layer',
  async () => {
    const asked = { customers: 60, days: 24, failing: 0.9, calling: 0.9, weather: 'usual' } as const;
    const lone = [
      ['state', 'exit'],
      ['guard', 'exit'],
      ['guard', 'state'],
    ] as const;
    for (const without of lone) {
      const result = await playWorld({ ...asked, without });
      expect(result.calls.held).toBeGreaterThan(3);
      expect(result.calls.marked).toBeGreaterThan(0);
      expect(violationsOf(result)).toEqual([]);
      expect(result.differences).toEqual([]);
    }
  },
  TIMEOUT,
);

test(
  'a guard that answers behind the limit of the template lets nothing out, and reading back two hours late sets right all the same',
  async () => {
    const mute = await playWorld({ weather: 'usual', delays: { guard: 2_001 } });
    expect(mute.messages).toBe(0);
    expect(sumOf(mute.flows, 'stoppedByGuard')).toBeGreaterThan(10);
    const prompt = await playWorld({ weather: 'usual', delays: { guard: 2_000 } });
    expect(prompt.messages).toBeGreaterThan(20);
    const late = await playWorld({ failing: 0.7, delays: { 'read-back': 2 * HOUR_MS } });
    expect(late.differences).toEqual([]);
    expect(late.verdict.wrong).toEqual([]);
  },
  TIMEOUT,
);

test(
  'a "set" that a tool applies hours behind the "clear" is found by reading back; without that it stays',
  async () => {
    const chaos = { failing: 0.3, kind: 'stale' } as const;
    const asked = { customers: 120, days: 40, failing: 0.7, chaos };
    const without = await playWorld({ ...asked, without: ['read-back'] });
    expect(without.differences.filter(({ held }) => held === true).length).toBeGreaterThan(0);
    const withReadBack = await playWorld(asked);
    expect(withReadBack.differences).toEqual([]);
    expect(withReadBack.verdict.wrong).toEqual([]);
  },
  TIMEOUT,
);
