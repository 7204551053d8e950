import { expect, test } from 'vitest';
import { isTaken } from '../contract/tool-bench-held.ts';
import { TOOL_BENCHES } from '../stand-ins/tool-benches.ts';
import { PROVE_MS, PROVING } from './proving.ts';
import { type Ended, runWithFaults } from './tool-outcomes-world.ts';

/**
 * No outcome on the wrong record: records go through the engine to each tool's stand-in, which refuses some of them for
 * good, in its own partial answers and by refusing whole calls, and fails at random in every way; then what the store
 * says of each record is what the tool holds.
 */
const COUNT = PROVING ? 10_000 : 150;

const isFalse = ({ record, subject, isGuilty, isDead, before, after }: Ended): boolean => {
  if (isGuilty !== isDead) return true;
  if (isGuilty) return JSON.stringify(after) !== JSON.stringify(before);
  return !isTaken(record, subject, after);
};

const tell = ({ record, isGuilty, isDead, after }: Ended): string =>
  `${record.userId}, ${isGuilty ? 'guilty' : 'good'}, ${isDead ? 'a dead letter' : 'settled'}: ${JSON.stringify(after)}`;

test.each(Object.entries(TOOL_BENCHES))(
  '%s: every outcome is of its own record',
  async (key, open) => {
    const seed = PROVING ? Math.trunc(performance.now()) : 7;
    // An alert is not told twice: of a call without an answer nothing is sent again.
    const run = await runWithFaults({ open, count: COUNT, seed, withSilence: key !== 'slack' });
    if (PROVING) console.info(`${key}: ${COUNT} records, ${run.faults} faults, seed ${seed}`);
    expect(run.waiting).toBe(0);
    expect(run.ended.filter(isFalse).map(tell)).toEqual([]);
    expect(run.ended.filter(({ isGuilty }) => isGuilty).length).toBeGreaterThan(0);
    expect(run.faults).toBeGreaterThan(0);
  },
  PROVING ? PROVE_MS : 60_000,
);
