import { afterEach, describe, expect, it, vi } from 'vitest';
import { lookAtTools } from '../../src/cli/doctor/doctor-tools.ts';
import type { CliDoors, ToolDoor } from '../../src/cli/doors.ts';
import type { SetUpPlan } from '../../src/destination-kit/define-tool.ts';
import type { Field } from '../../src/destination-kit/fields.ts';
import { runInProcess } from './cli-in-process.ts';
import { makeDoctorDoors, toolDoor } from './doctor-doors.ts';

const doorsTo = (...configured: readonly ToolDoor[]): CliDoors => ({
  // Nothing listens there: no relay, and nobody to ask for the time.
  ...makeDoctorDoors({
    PORT: '9',
    SEGMENT_HOST: 'http://127.0.0.1:9',
    DATABASE_URL: 'sqlite:no-such-folder/recoup.db',
  }),
  openTools: async () => ({ configured, off: [] }),
});

const setUpLacking = (missing: (fields: readonly Field[]) => readonly Field[]) => ({
  plan: async (fields: readonly Field[]): Promise<SetUpPlan> => ({
    missing: missing(fields).map(({ name }) => ({ what: `property ${name}`, spec: {} })),
    conflicts: [],
    present: [],
  }),
  apply: async (): Promise<void> => {
    throw new Error('the doctor changes nothing');
  },
  pauseMs: 0,
});

const good = async () => ({ ok: true as const });
const crm = toolDoor({
  tool: 'hubspot',
  checkCredentials: good,
  setUp: setUpLacking((fields) => fields.slice(0, 2)),
  inspect: async () => [{ problem: '2 contacts carry the user id u_1.', mend: 'Merge them in HubSpot.' }],
});
let askedFurther = 0;
const refusing = toolDoor({
  tool: 'iterable',
  checkCredentials: async () => ({ ok: false, reason: 'status 401: bad key' }),
  inspect: async () => {
    askedFurther += 1;
    return [];
  },
});
const away = toolDoor({
  tool: 'salesforce',
  checkCredentials: async () => ({ ok: false, reason: 'cannot connect (ENOTFOUND)', unanswered: true }),
});
const well = toolDoor({
  tool: 'braze',
  checkCredentials: good,
  setUp: setUpLacking(() => []),
  inspect: async () => [],
});

const toolFindings = async (...doors: readonly ToolDoor[]) => {
  const { text, exitCode } = await runInProcess(['doctor', '--json'], doorsTo(...doors));
  const findings: readonly {
    readonly check: string;
    readonly severity: string;
    readonly what: string;
    mend: string;
  }[] = JSON.parse(text).findings;
  return { exitCode, findings: findings.filter(({ check }) => check === 'tools') };
};

afterEach(() => {
  vi.useRealTimers();
});

describe('recoup doctor, asking the tools', () => {
  it('finds refused keys, missing fields and what else is in the way, each with its mend, beside tools that are well', async () => {
    const { exitCode, findings } = await toolFindings(crm, refusing, away, well);
    expect(exitCode).toBe(1);
    const problems = findings.filter(({ severity }) => severity === 'problem');
    expect(problems.map(({ what, mend }) => [what, mend])).toEqual([
      [
        expect.stringMatching(/^iterable does not take its credentials: status 401/),
        expect.stringContaining('ITERABLE_API_KEY'),
      ],
      [expect.stringMatching(/^hubspot lacks 2/), expect.stringContaining('destinations apply --tool hubspot')],
      ['hubspot: 2 contacts carry the user id u_1.', 'Merge them in HubSpot.'],
    ]);
    expect(findings).toContainEqual(
      expect.objectContaining({
        severity: 'unknown',
        what: expect.stringMatching(/^salesforce gave no answer: cannot connect/),
      }),
    );
    expect(askedFurther, 'whoever refuses the key is not asked further').toBe(0);
    expect(findings).toContainEqual(
      expect.objectContaining({
        severity: 'ok',
        what: 'braze takes its credentials and has all that deliveries need.',
      }),
    );
  });

  it('does not say that credentials are taken where nobody was asked', async () => {
    const door = toolDoor({ tool: 'slack', checkCredentials: async () => ({ ok: true, unasked: true }) });
    const { findings } = await toolFindings(door, well);
    expect(findings.filter(({ what }) => /^slack/.test(what))).toEqual([]);
  });

  it('does not let a tool that rejects where it never should take the doctor down', async () => {
    const broken = async (): Promise<never> => Promise.reject(new Error('a fault'));
    const door = toolDoor({ tool: 'slack', checkCredentials: good, inspect: broken });
    const silent = toolDoor({ tool: 'webhook', checkCredentials: broken });
    const { findings } = await toolFindings(door, silent, well);
    const unknown = findings.filter(({ severity }) => severity === 'unknown').map(({ what }) => what);
    expect(unknown).toContain('slack could not be looked over: a fault.');
    expect(unknown).toContainEqual(expect.stringMatching(/^webhook gave no answer: a fault\./));
    expect(findings.map(({ severity }) => severity)).toContain('ok');
  });

  it('gives up on a tool that hangs, and tells what the others said', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const never = () => new Promise<never>(() => {});
    const looking = lookAtTools(
      doorsTo(toolDoor({ tool: 'zendesk', checkCredentials: never }), { ...well, inspect: never }),
    );
    await vi.advanceTimersByTimeAsync(30_000);
    await vi.advanceTimersByTimeAsync(30_000);
    const seen = await looking;
    expect(seen).toMatchObject({
      read: true,
      value: [
        { tool: 'zendesk', credentials: { read: false, reason: 'no answer within 30 s', fault: false } },
        { tool: 'braze', credentials: { read: true }, setUp: { read: true }, problems: { read: false, fault: false } },
      ],
    });
    expect(vi.getTimerCount()).toBe(0);
  });
});
