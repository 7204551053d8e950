import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubspotStandIn, startHubspotStandIn } from '../../src/simulate/vendors/hubspot/server.ts';
import { startIterableStandIn } from '../../src/simulate/vendors/iterable.ts';
import { makeWorkplace, runRecoup } from './cli-process.ts';

const TOKEN = 'canary-hubspot-token';
const workplace = makeWorkplace();
afterAll(workplace.remove);

/** From the command line through the program's own wiring to a vendor's client and back. */
describe('an empty HubSpot account', () => {
  let hubspot: HubspotStandIn;
  beforeAll(async () => {
    hubspot = await startHubspotStandIn({ token: TOKEN, now: Date.now });
  });
  afterAll(() => hubspot.close());

  const recoup = (args: readonly string[], token = TOKEN) =>
    runRecoup(workplace.path, args, { HUBSPOT_ACCESS_TOKEN: token, HUBSPOT_BASE_URL: hubspot.url });
  const planOf = async () => {
    const { stdout, exitCode } = await recoup(['destinations', 'plan', '--json']);
    const { tools } = JSON.parse(stdout) as {
      tools: readonly { tool: string; state: string; missing: readonly unknown[] }[];
    };
    return { exitCode, missing: Object.fromEntries(tools.map(({ tool, missing }) => [tool, missing.length])) };
  };

  it('lacks everything, is made ready tool by tool, and lacks nothing there then', async () => {
    const before = await planOf();
    expect(before.exitCode).toBe(1);
    expect(Object.keys(before.missing)).toEqual(['hubspot', 'hubspot-companies', 'hubspot-tasks']);
    expect(Math.min(...Object.values(before.missing))).toBeGreaterThan(0);

    const applied = await recoup(['destinations', 'apply', '--tool', 'hubspot-tasks', '--yes']);
    expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
    expect(applied.stdout).toMatch(/\n\d+ made\.\n$/);

    // The other tools of the vendor were not asked for.
    expect(await planOf()).toEqual({ exitCode: 1, missing: { ...before.missing, 'hubspot-tasks': 0 } });
    const again = await recoup(['destinations', 'apply', '--tool', 'hubspot-tasks', '--yes']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing is missing.') });
  });

  it('is said to refuse a token that it does not know, and no output holds it', async () => {
    const { stdout, stderr } = await recoup(['doctor', '--json'], 'canary-another-token');
    const { findings } = JSON.parse(stdout) as {
      findings: readonly { check: string; severity: string; what: string }[];
    };
    const refused = findings.filter(({ check, what }) => check === 'tools' && what.includes('credentials'));
    expect(refused[0]).toMatchObject({
      severity: 'problem',
      what: expect.stringMatching(/^hubspot, hubspot-companies and hubspot-tasks do not take their credentials/),
    });
    expect(stdout + stderr).not.toContain('canary');
  });
});

describe('an Iterable project that takes five calls a second', () => {
  it('is made ready as fast as it lets itself be asked', async () => {
    const iterable = await startIterableStandIn({ key: TOKEN, now: Date.now });
    const env = { ITERABLE_API_KEY: TOKEN, ITERABLE_BASE_URL: iterable.url };
    const { exitCode, stdout } = await runRecoup(workplace.path, ['destinations', 'apply', '--yes'], env);
    await iterable.close();
    expect(stdout).not.toContain('not made');
    expect(stdout).toMatch(/\n\d\d made\.\n$/);
    expect(exitCode).toBe(0);
  });
});
