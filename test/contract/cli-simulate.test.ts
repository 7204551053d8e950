import { afterAll, expect, test } from 'vitest';
import { makeWorkplace, runRecoup } from './cli-process.ts';

const workplace = makeWorkplace();
afterAll(workplace.remove);

const SMALL = ['simulate', '--customers', '60', '--days', '12', '--seed', '3', '--calm'];
const TIMEOUT_MS = 120_000;

test(
  'recoup simulate ends on what was sent to whom, and takes no setting from the environment',
  async () => {
    const env = {
      MODE: 'enforce',
      DATABASE_URL: 'sqlite:///nowhere/at/all',
      BRAZE_API_KEY: 'real',
      STRIPE_WEBHOOK_SECRET: 'x',
    };
    const { stdout, stderr, exitCode } = await runRecoup(workplace.path, SMALL, env);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('60 customers, 12 days, seed 3');
    expect(stdout).toMatch(/ 0 of \d+ went to somebody suppressed/);
    expect(stdout).toContain('every tool holds what is true of everybody');
  },
  TIMEOUT_MS,
);

test(
  'recoup simulate --json says the same in one document, with the same hash for the same seed',
  async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(async () => JSON.parse((await runRecoup(workplace.path, [...SMALL, '--json'])).stdout)),
    );
    expect(first).toMatchObject({ seed: 3, weather: 'calm', judged: { toSuppressed: 0, violations: [], missed: [] } });
    expect(first.messages).toBeGreaterThan(0);
    expect(second.hash).toBe(first.hash);
  },
  TIMEOUT_MS,
);

test.each([
  [['--without', 'hope'], 'guard,state,exit,read-back'],
  [['--outage', 'slack:5h'], 'braze, iterable, hubspot'],
  [['--chaos', '--calm'], 'contradict'],
])('recoup simulate %j is refused with what is expected', async (args, expected) => {
  const { stderr, exitCode } = await runRecoup(workplace.path, ['simulate', ...args]);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain(expected);
});
