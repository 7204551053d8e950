import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Instant, instant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import type { SuppressionReport } from '../../src/report/suppression-report.ts';
import { openStore } from '../../src/store/index.ts';
import { runInProcess } from './cli-in-process.ts';
import { makeDoctorDoors } from './doctor-doors.ts';
import { decided, deliveryOf, workAll } from './store-samples.ts';
import { DELIVERED, edge, onlyRow, settlementOf, wanted } from './store-tool-samples.ts';

/** The command looks back from the present. */
const NOW: Instant = instant(Date.now());

describe('recoup report', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  });
  afterEach(() => store.close());
  // The store is the test's: a command that closes it must not.
  const recoup = (...args: readonly string[]) =>
    runInProcess(args, { ...makeDoctorDoors({}), openStore: async () => ({ ...store, close: async () => {} }) });

  /** Somebody fails, and pays so long ago, which Braze hears only if told so. */
  const pays = async (agoMs: number, isHeard: boolean, userId = '=u\u001b[2J'): Promise<void> => {
    const at = plus(NOW, -agoMs);
    const decide = async (event: string, changes: Parameters<typeof decided>[1]): Promise<void> => {
      await store.accept([deliveryOf('cus_1', event, at)]);
      await workAll(store, at, (claim) => decided(claim, { at, ...changes }));
    };
    const send = async (after: number): Promise<void> => {
      await store.settleTools([settlementOf(await onlyRow(store), DELIVERED)], at, plus(at, after));
    };
    await decide('evt_1', { tools: [wanted({ userId, edges: [edge('in_1')] })] });
    await send(0);
    const row = { tool: 'braze', channel: 'live', userId } as const;
    const times = { occurredAt: at, receivedAt: at };
    await decide('evt_2', {
      tools: [wanted({ userId, desired: { in_dunning: false }, edges: [edge('out_1', 'exit')], urgent: true })],
      suppressions: {
        begun: [{ ...row, episodeId: 'ep_1', reason: 'recovered', ...times }],
        resumed: [],
        calls: [],
      },
    });
    if (isHeard) await send(1_500);
  };

  it('suppression: a table, a plot and that nobody is open; ends with 0', async () => {
    await pays(10 * MINUTE_MS, true);
    const { exitCode, text } = await recoup('report', 'suppression');
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^braze +1 +1\.5 s +1\.5 s +1\.5 s +1\.5 s +100 % +0$/m);
    expect(text).toMatch(/≤ 3\.0 s {2}█{30} {2}1$/m);
    expect(text).toContain('No open leak');
  });

  it('suppression: who is open for two minutes is named with cause and advice; ends with 1', async () => {
    await pays(10 * MINUTE_MS, false);
    const { exitCode, text, flat } = await recoup('report', 'suppression', '--tool', 'braze');
    expect(exitCode).toBe(1);
    expect(text).toContain('Open leaks: 1');
    expect(flat).toMatch(/open for 10 min, not sent yet See that a relay runs and has a key of braze/);
    expect(text, 'what moves the cursor never reaches a terminal').not.toContain('\u001b[2J');
  });

  it('suppression: who is open for less is shown, and rings nobody', async () => {
    await pays(MINUTE_MS, false);
    const { exitCode, text } = await recoup('report', 'suppression');
    expect([exitCode, text.includes('Open leaks: 1')]).toEqual([0, true]);
  });

  it('refuses a tool that there is none of, which would never have a leak', async () => {
    await pays(10 * MINUTE_MS, false);
    const { exitCode, complaint } = await recoup('report', 'suppression', '--tool', 'brase');
    expect([exitCode, complaint]).toEqual([2, expect.stringContaining('Did you mean braze?')]);
    const part = await recoup('report', 'suppression', '--tool', 'hubspot-taks');
    expect([part.exitCode, part.complaint]).toEqual([2, expect.stringContaining('Did you mean hubspot-tasks?')]);
    expect((await recoup('report', 'latency', '--tool', 'hubspot-tasks')).exitCode).toBe(0);
  });

  it('suppression --json: every number, for programs', async () => {
    await pays(10 * MINUTE_MS, false);
    const { text } = await recoup('report', 'suppression', '--json');
    const report = JSON.parse(text) as SuppressionReport;
    expect(report.leaks).toMatchObject([{ tool: 'braze', cause: 'waiting', deadLetter: null }]);
    expect(report.tools).toMatchObject([{ tool: 'braze', count: 1, shareOnTime: 0, openLeaks: 1 }]);
  });

  it('suppression --csv and latency --csv: one row each, in milliseconds', async () => {
    await pays(10 * MINUTE_MS, true);
    const [head = '', row = ''] = (await recoup('report', 'suppression', '--csv')).text.split('\r\n');
    const cells = row.split(',');
    expect(cells[head.split(',').indexOf('acknowledged_p99_ms')]).toBe('1500');
    const latency = (await recoup('report', 'latency', '--csv')).text.trim().split('\r\n');
    expect(latency).toContain('tool,braze,live,2,0,1500,1500,1500');
  });

  it('latency: nothing is told of a time in which nothing happened', async () => {
    expect((await recoup('report', 'latency', '--since', '1h')).text).toContain('Nothing was decided');
  });

  it('refuses a time that lies ahead as not understood', async () => {
    expect((await recoup('report', 'latency', '--since', '2999-01-01')).exitCode).toBe(2);
  });
});
