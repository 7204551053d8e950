import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import type { OpenLeak } from '../../src/pipeline/suppressions/suppression-ports.ts';
import { toLeak } from '../../src/report/leak.ts';

const NOW = instant(Date.UTC(2026, 10, 2, 9));
const ROW: OpenLeak = {
  tool: 'braze',
  channel: 'live',
  userId: 'u',
  episodeId: 'ep_1',
  reason: 'recovered',
  receivedAt: NOW,
  seq: 1,
  occurredAt: NOW,
  decidedAt: NOW,
  stateAt: null,
  exitAt: null,
  acknowledgedAt: null,
  verifiedAt: null,
  overtakenAt: null,
  neverReached: false,
  status: 'waiting',
  failures: 0,
  lastResult: null,
  lastDetail: null,
  deadLetter: null,
};
const CASES: readonly Partial<OpenLeak>[] = [{ deadLetter: 7 }, { failures: 1 }, {}];

const adviceFor = (tool: string): readonly string[] => {
  const pause = { tool, channel: 'live', reason: 'x', until: NOW } as const;
  return [
    ...CASES.map((change) => toLeak({ ...ROW, ...change, tool }, [], NOW).advice),
    ...[true, false].map((stopped) => toLeak({ ...ROW, tool }, [{ ...pause, stopped }], NOW).advice),
  ];
};

describe('the advice about an open leak', () => {
  it.each(['hubspot-tasks', 'salesforce-tasks'])('speaks of tasks and of no flow in %s, which has none', (tool) => {
    const advice = adviceFor(tool).join(' ');
    expect(advice).not.toMatch(/flow/);
    expect(advice).toMatch(/Close their task in .* by hand/);
  });

  it('speaks of flows where a tool has them', () => {
    expect(adviceFor('braze').join(' ')).toMatch(/Take them out of the flow in braze.*pause its dunning flows/);
  });
});
