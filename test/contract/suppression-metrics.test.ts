import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plus } from '../../src/domain/instant.ts';
import { makeMetrics } from '../../src/http/metrics.ts';
import { suppressionMetrics } from '../../src/http/suppression-metrics.ts';
import { openStore } from '../../src/store/index.ts';
import { NOW } from './store-samples.ts';

type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

const LINE = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i;

/** Reads Prometheus text as a scraper does; throws at a line that it would not take. */
const parseText = (text: string): { types: ReadonlyMap<string, string>; samples: readonly Sample[] } => {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type?.[1] !== undefined && type[2] !== undefined) types.set(type[1], type[2]);
    if (line.startsWith('#')) continue;
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (name === '' || !/^(NaN|Nan|[+-]Inf|-?[0-9.e+-]+)$/.test(value)) throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text]);
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return { types, samples };
};

const tally = (leMs: number | null, n: number, sumMs: number) =>
  ({ tool: 'braze', channel: 'live', layer: 'acknowledged', leMs, n, sumMs }) as const;

const COUNTS = {
  tallies: [tally(1_000, 3, 2_000), tally(60_000, 1, 30_000), tally(null, 1, 9_000_000)],
  leaks: [{ tool: 'braze', channel: 'live', open: 2, oldestAt: NOW }],
  pauses: [{ tool: 'iterable', channel: 'live', until: plus(NOW, 1), stopped: true, reason: '"no"' }],
} as const;
const VERIFIED = [{ tool: 'braze', verified: 7, drifted: 2, fought: 1, oldestUnverifiedAt: null }];

describe('/metrics of suppression', () => {
  const { types, samples } = parseText(suppressionMetrics(COUNTS, VERIFIED, plus(NOW, 90_000)));
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
    samples.find((each) => each.name === name && Object.entries(labels).every(([k, v]) => each.labels[k] === v))?.value;

  it('has a histogram whose buckets hold all that took at most so long', () => {
    expect(types.get('recoup_suppression_seconds')).toBe('histogram');
    const bucket = (le: string) =>
      value('recoup_suppression_seconds_bucket', { tool: 'braze', layer: 'acknowledged', le });
    expect([bucket('1'), bucket('60'), bucket('+Inf')]).toEqual([3, 4, 5]);
    expect(value('recoup_suppression_seconds_count')).toBe(5);
    expect(value('recoup_suppression_seconds_sum')).toBe(9_032);
  });

  it('says how many are open in each tool, since when, which tool is stopped, and what was read back', () => {
    expect(value('recoup_open_leaks', { tool: 'braze', channel: 'live' })).toBe(2);
    expect(value('recoup_open_leak_oldest_seconds', { tool: 'braze' })).toBe(90);
    expect(value('recoup_tool_paused', { tool: 'iterable', stopped: 'true' })).toBe(1);
    expect(value('recoup_verified_total', { tool: 'braze' })).toBe(7);
    expect(value('recoup_drift_total', { tool: 'braze' })).toBe(2);
    expect(value('recoup_drift_repeating', { tool: 'braze' })).toBe(1);
  });

  it('falls to zero when the last leak closes, so that an alert ends', () => {
    const closed = parseText(suppressionMetrics({ ...COUNTS, leaks: [] }, VERIFIED, NOW)).samples;
    expect(closed.find(({ name }) => name === 'recoup_open_leaks')?.value).toBe(0);
    expect(closed.find(({ name }) => name === 'recoup_open_leak_oldest_seconds')?.value).toBe(0);
  });
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const { groups } = parse(readFileSync('docs/alerts.yml', 'utf8')) as Rules;
const rules = groups.flatMap((group) => group.rules);

describe('docs/alerts.yml', () => {
  it('rings while the brake waits for a person', () => {
    expect(rules.map(({ expr }) => expr)).toContain('recoup_brake_engaged == 1');
  });

  it('names only metrics that /metrics of a running relay has', async () => {
    const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
    const { text } = await makeMetrics(store, { now: () => NOW }).render();
    await store.close();
    const { types } = parseText(text);
    expect(rules.length).toBeGreaterThan(7);
    for (const { alert, expr } of rules) {
      const named = [...expr.matchAll(/\brecoup_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
      expect(named.length, alert).toBeGreaterThan(0);
      for (const name of named) expect(types.has(name), `${alert}: ${name}`).toBe(true);
    }
  });
});
