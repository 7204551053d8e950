import { describe, expect, it } from 'vitest';
import { peopleLines } from '../../src/cli/diff/people-lines.ts';
import { latencyLines } from '../../src/cli/report/report-latency.ts';
import { TOOL_KEYS } from '../../src/config/tool-access.ts';

/** Tables that somebody reads in a terminal of 80 columns. */

const row = (userId: string, tool: string) => ({
  tool,
  userId,
  enters: true,
  attributes: ['dunning_status', 'dunning_stage', 'in_dunning', 'next_retry_date', 'amount_due', 'currency'],
  status: 'active',
  stage: 'action_required',
});

describe('the people of the diff', () => {
  it.each(['ada', '0193e7a2-8f0b-7c1d-9b56-1f2e3d4c5b6a', 'x'.repeat(200)])(
    'fit 80 columns with the id %s',
    (userId) => {
      for (const tool of TOOL_KEYS)
        for (const line of peopleLines([row(userId, tool)], 80)) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  it('keep the id whole where there is room, before names of attributes', () => {
    const [head, line] = peopleLines([row('0193e7a2-8f0b-7c1d-9b56-1f2e3d4c5b6a', 'braze')], 80);
    expect(line).toMatch(/^ {2}0193e7a2-8f0b-7c1d-9b56-1f2e3d4c5b6a {2}braze {2}enters {2}action_required$/);
    expect(head).not.toContain('attributes');
    expect(peopleLines([row('ada', 'braze')], 80).join()).toMatch(/attributes.*dunning_status, dunning_stage/);
  });
});

describe('the latency of steps', () => {
  const figures = { count: 1_000_000, p50Ms: 119_000, p95Ms: 119_000, p99Ms: 119 * 60_000, maxMs: 47 * 3_600_000 };
  const steps = [
    { step: 'decide', name: 'churn-buster', channel: 'live', ...figures },
    { step: 'segment', name: 'segment', channel: 'recorder', ...figures },
    ...TOOL_KEYS.map((name) => ({ step: 'tool', name, channel: 'recorder', ...figures }) as const),
  ] as const;

  it('fits 80 columns, with every tool and what recorders kept marked', () => {
    const lines = latencyLines(steps);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.includes('* '))).toHaveLength(TOOL_KEYS.length + 2);
  });
});
