import { describe, expect, it } from 'vitest';
import type { CliDoors, ToolDoor } from '../../src/cli/doors.ts';
import type { SetUpPlan, SetUpStep } from '../../src/destination-kit/define-tool.ts';
import type { Field } from '../../src/destination-kit/fields.ts';
import { runInProcess } from './cli-in-process.ts';
import { makeDoctorDoors, toolDoor } from './doctor-doors.ts';

interface ToyCrm {
  readonly door: ToolDoor;
  /** Names of the properties that it has, in the order in which they were made. */
  readonly has: string[];
  /** The fields that it was asked for last. */
  readonly asked: readonly Field[];
}

/** A CRM with properties; it refuses those in `refuses`, and says that `unlike` are of another type. */
const toyCrm = (tool: string, refuses: readonly string[] = [], unlike: readonly string[] = []): ToyCrm => {
  const has: string[] = [];
  const crm = { has, asked: [] as readonly Field[] };
  const isMissing = ({ name }: Field): boolean => !has.includes(name) && !unlike.includes(name);
  const plan = async (fields: readonly Field[]): Promise<SetUpPlan> => {
    crm.asked = fields;
    return {
      missing: fields
        .filter(isMissing)
        .map(({ name, type }) => ({ what: `property ${name} (${type})`, spec: { name } })),
      conflicts: unlike.map((name) => `property ${name} is a number: delete it, or rename it.`),
      present: has,
    };
  };
  const apply = async ({ spec }: SetUpStep): Promise<void> => {
    const { name } = spec as { readonly name: string };
    if (refuses.includes(name)) throw new Error(`status 403: no permission for ${name}`);
    if (!has.includes(name)) has.push(name);
  };
  return Object.assign(crm, { door: toolDoor({ tool, setUp: { plan, apply, pauseMs: 0 } }) });
};

const doorsTo = (configured: readonly ToolDoor[], off: readonly string[] = []): CliDoors => ({
  ...makeDoctorDoors({}),
  openTools: async () => ({ configured, off }),
});

const run = (args: readonly string[], configured: readonly ToolDoor[], off?: readonly string[]) =>
  runInProcess(['destinations', ...args], doorsTo(configured, off));

const linesOf = (text: string): readonly string[] => text.split('\n');

describe('recoup destinations plan', () => {
  it('shows what each tool has, lacks (+) and holds otherwise (!), and ends with 1 while something is to be done', async () => {
    const crm = toyCrm('crm', [], ['mrr']);
    crm.has.push('in_dunning');
    const { exitCode, text, complaint } = await run(['plan'], [crm.door, toolDoor({ tool: 'mailer' })], ['salesforce']);
    expect(exitCode).toBe(1);
    expect(complaint).toBe('');
    const lines = linesOf(text);
    expect(lines[0]).toMatch(/^crm {2}1 there, \d\d missing, 1 in conflict$/);
    expect(lines).toContain('  + property dunning_status (choice)');
    expect(lines).not.toContain('  + property in_dunning (boolean)');
    expect(lines).toContain('  ! property mrr is a number: delete it, or rename it.');
    expect(lines).toContain('mailer  nothing has to be made there');
    expect(lines).toContain(
      'salesforce  off: set SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET to turn it on',
    );
    expect(text).toMatch(/\d\d missing\. Make them with: .*destinations apply/);
    expect(crm.has).toEqual(['in_dunning']);
  });

  it('asks a tool for the attributes of its own subject, memberships of the audiences in force among them', async () => {
    const crm = toyCrm('crm');
    const accounts = toyCrm('crm-companies');
    await run(['plan'], [crm.door, { ...accounts.door, subject: 'account' }]);
    const names = (fields: readonly Field[]) => fields.map(({ name }) => name);
    expect(names(crm.asked)).toContain('email');
    expect(names(crm.asked)).toContain('in_dunning_retrying');
    expect(names(accounts.asked)).not.toContain('email');
    expect(names(accounts.asked)).not.toContain('in_dunning_retrying');
  });

  it('tells of a tool that does not answer and goes on with the others; what is not known is not taken for well', async () => {
    const plan = async (): Promise<SetUpPlan> => Promise.reject(new Error('cannot connect (ECONNREFUSED)'));
    const dead = toolDoor({ tool: 'dead', setUp: { plan, apply: async () => {}, pauseMs: 0 } });
    const { exitCode, text } = await run(['plan'], [dead, toyCrm('crm').door]);
    expect(exitCode).toBe(1);
    expect(linesOf(text)).toContain('dead  did not say what it has: cannot connect (ECONNREFUSED)');
    expect(text).toMatch(/^crm {2}0 there/m);
    expect((await run(['plan'], [dead])).exitCode).toBe(1);
  });

  it('ends with 0 when nothing is missing', async () => {
    const { exitCode, text } = await run(['plan'], [toolDoor({ tool: 'mailer' })], ['slack']);
    expect(exitCode).toBe(0);
    expect(text).toContain('Nothing is missing.');
  });

  it('looks at one tool only where one is named, and refuses a name that it does not know', async () => {
    const [crm, other] = [toyCrm('crm'), toyCrm('other')];
    expect((await run(['plan', '--tool', 'crm'], [crm.door, other.door], ['slack'])).text).not.toMatch(/other|slack/);
    const unknown = await run(['plan', '--tool', 'crn'], [crm.door], ['slack']);
    expect(unknown).toMatchObject({
      exitCode: 2,
      complaint: 'recoup: There is no tool crn. Expected one of crm, slack.\n',
    });
    const off = await run(['plan', '--tool', 'slack'], [crm.door], ['slack']);
    expect(off).toMatchObject({ exitCode: 1, complaint: 'recoup: slack has no credentials: set SLACK_WEBHOOK_URL.\n' });
  });

  it('prints one JSON document for a program, with what each step would send', async () => {
    const { text, exitCode } = await run(
      ['plan', '--json'],
      [toyCrm('crm').door, toolDoor({ tool: 'mailer' })],
      ['slack'],
    );
    const { tools, off } = JSON.parse(text);
    expect(exitCode).toBe(1);
    expect(off).toEqual(['slack']);
    expect(tools[0]).toMatchObject({ tool: 'crm', state: 'planned', conflicts: [], present: [] });
    expect(tools[0].missing[0]).toEqual({ what: 'property in_dunning (boolean)', spec: { name: 'in_dunning' } });
    expect(tools[1]).toEqual({ tool: 'mailer', state: 'needs_nothing' });
  });
});

describe('recoup destinations apply', () => {
  it('makes what is missing, one by one in the order of the plan, and nothing the second time', async () => {
    const crm = toyCrm('crm');
    const first = await run(['apply', '--yes'], [crm.door]);
    expect(first.exitCode).toBe(0);
    const names = crm.asked.map(({ name }) => name);
    expect(crm.has).toEqual(names);
    expect(first.text).toContain(`crm 1/${names.length}  made property in_dunning (boolean)\n`);
    expect(first.text).toContain(`\n${names.length} made.\n`);
    const second = await run(['apply', '--yes'], [crm.door]);
    expect(second.exitCode).toBe(0);
    expect(crm.has).toEqual(names);
    expect(second.text).not.toContain('made property');
    expect(second.text).toContain('Nothing is missing.');
  });

  it('makes nothing where nobody can be asked, and says how to go on', async () => {
    const crm = toyCrm('crm');
    for (const args of [['apply'], ['apply', '--json']]) {
      const { exitCode, complaint } = await run(args, [crm.door]);
      expect(exitCode).toBe(2);
      expect(complaint).toContain('pass --yes');
    }
    expect(crm.has).toEqual([]);
  });

  it('says which step failed and why, makes the others, and ends with 1', async () => {
    const crm = toyCrm('crm', ['dunning_status']);
    const { exitCode, text } = await run(['apply', '--yes'], [crm.door]);
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^crm 2\/\d+ {2}not made: property dunning_status \(choice\): status 403: no permission/m);
    expect(crm.has).toHaveLength(crm.asked.length - 1);
    expect(text).toMatch(/\d+ made, 1 not made, 0 not tried\. The same command tries them again\.\n$/);
  });

  it('stops asking a tool that refuses three times in a row, and goes on with the next', async () => {
    const stubborn = toyCrm('crm');
    const refuseAll = async (): Promise<void> => Promise.reject(new Error('status 403'));
    const setUp = stubborn.door.setUp === null ? null : { ...stubborn.door.setUp, apply: refuseAll };
    const other = toyCrm('other');
    const { exitCode, text } = await run(['apply', '--yes', '--json'], [{ ...stubborn.door, setUp }, other.door]);
    const [refused, made] = JSON.parse(text).tools;
    expect(exitCode).toBe(1);
    expect(refused.failed).toHaveLength(3);
    expect(refused.failed[0]).toEqual({ what: 'property in_dunning (boolean)', reason: 'status 403' });
    expect(refused.notTried).toHaveLength(stubborn.asked.length - 3);
    expect(made.made).toHaveLength(other.asked.length);
    expect(made).toMatchObject({ tool: 'other', failed: [], notTried: [] });
  });

  it('changes nothing that is there: a conflict is left to a person, and the command ends with 1', async () => {
    const crm = toyCrm('crm', [], ['mrr']);
    const { exitCode, text } = await run(['apply', '--yes'], [crm.door]);
    expect(exitCode).toBe(1);
    expect(crm.has).not.toContain('mrr');
    expect(text).toContain('! property mrr is a number');
    // Nor is a tool ready that lacks nothing else.
    expect(await run(['plan'], [crm.door])).toMatchObject({
      exitCode: 1,
      text: expect.not.stringContaining('missing'),
    });
  });
});
