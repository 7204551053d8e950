import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ToolDoor } from '../../src/cli/doors.ts';
import type { Attributes, Subject } from '../../src/destination-kit/record.ts';
import type { RecordOutcome } from '../../src/destination-kit/sink.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { openStore } from '../../src/store/index.ts';
import { runInProcess } from './cli-in-process.ts';
import { makeDoctorDoors, toolDoor } from './doctor-doors.ts';
import { later, NOW } from './store-samples.ts';
import { ABSENT, DELIVERED, settlementOf, want, wanted } from './store-tool-samples.ts';

const good = async () => ({ ok: true as const });

/** A CRM that holds these by external id. */
const crm = (
  tool: string,
  subject: Subject,
  holds: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): ToolDoor =>
  toolDoor({
    tool,
    subject,
    checkCredentials: good,
    readBack: async (ids) =>
      ids.flatMap((userId) => {
        const attributes = holds[userId];
        return attributes === undefined ? [] : [{ userId, attributes, flows: [] }];
      }),
  });

describe('recoup destinations check --user, in tools of several subjects', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', { lock: true, namespace: 'check' });
  });
  afterEach(() => store.close());

  /** The tool was told this of an external id of the customer cus_1, with this outcome. */
  const told = async (tool: string, userId: string, desired: Attributes, outcome: RecordOutcome = DELIVERED) => {
    await want(store, [wanted({ tool, userId, desired })]);
    const rows = await store.nextToolRows({ tool, channel: 'live', now: later(1), limit: 9 });
    await store.settleTools(
      rows.map((row) => settlementOf(row, outcome)),
      NOW,
      NOW,
    );
  };
  const check = (...configured: readonly ToolDoor[]) =>
    runInProcess(['destinations', 'check', '--user', 'cus_1'], {
      ...makeDoctorDoors({}),
      openStore: async () => ({ ...store, close: async () => {} }),
      openTools: async () => ({ configured, off: [] }),
    });

  it("compares contact and account each by its own id; a contact's address is the tool's own", async () => {
    await told('crm', 'ada', { in_dunning: true, email: 'ada@billing.example' });
    await told('crm-companies', 'cus_1', { in_dunning: true, user_id: 'ada' });
    const { text, exitCode } = await check(
      crm('crm', 'contact', { ada: { in_dunning: 'true', email: 'ada@work.example' } }),
      crm('crm-companies', 'account', { cus_1: { in_dunning: 'false', user_id: 'ada' } }),
    );
    expect(text).toMatch(/^crm {2}the credentials are good\n {2}holds what it should of cus_1$/m);
    expect(text).toContain('  cus_1  in_dunning  holds "false", should hold true');
    expect(exitCode).toBe(1);
  });

  it("takes it for no difference that a tool keeps no user of an account's", async () => {
    await told('crm-companies', 'cus_1', { in_dunning: true, user_id: 'ada' });
    const { text, exitCode } = await check(crm('crm-companies', 'account', { cus_1: { in_dunning: true } }));
    expect(text).toContain('holds what it should of cus_1');
    expect(exitCode).toBe(0);
  });

  it('says no more than it knows of tools that cannot be asked', async () => {
    await told('alerts', 'dun_1', { in_dunning: true });
    const unasked = async () => ({ ok: true, unasked: true }) as const;
    const { text, exitCode } = await check(toolDoor({ tool: 'alerts', subject: 'alert', checkCredentials: unasked }));
    expect(text).toMatch(/^alerts {2}the credentials have the right shape;/);
    expect(text).toContain('  nothing to compare: alerts cannot be asked what it holds');
    expect(text).not.toMatch(/are good$|was not told/m);
    expect(exitCode).toBe(0);
  });

  it('tells whom a tool leaves out on purpose from whom it lost', async () => {
    await told('crm', 'ada', { in_dunning: true }, ABSENT);
    const left = await check(crm('crm', 'contact', {}));
    expect(left.text).toContain('  crm does not know ada, and is not to make it: nothing is owed');
    expect(left.exitCode).toBe(0);
    await told('other', 'ada', { in_dunning: true });
    const lost = await check(crm('other', 'contact', {}));
    expect(lost.text).toContain('  other does not know ada, though it should');
    expect(lost.text).not.toContain('holds what it should');
    expect(lost.exitCode).toBe(1);
  });

  it('does not count what people wrote into a task', async () => {
    await told('crm-tasks', 'dun_1', { task_state: 'open', subject: 'Call', body: 'as Recoup wrote it' });
    const { exitCode, text } = await check(
      crm('crm-tasks', 'hand_off', { dun_1: { task_state: 'closed', subject: 'Called', body: 'They pay on Friday' } }),
    );
    expect(text).toContain('holds what it should');
    expect(exitCode).toBe(0);
  });

  it('tells of a task that is open where the episode has ended', async () => {
    await told('crm-tasks', 'dun_1', { task_state: 'closed', subject: 'Call', comment: 'paid' });
    const { exitCode, text } = await check(
      crm('crm-tasks', 'hand_off', { dun_1: { task_state: 'open', subject: 'Called', comment: null } }),
    );
    expect(text).toContain('dun_1  task_state  holds "open", should hold "closed"');
    expect(text).not.toMatch(/ {2}(subject|comment) {2}/);
    expect(exitCode).toBe(1);
  });

  it('goes on with the others where one tool does not answer', async () => {
    await told('crm', 'ada', { in_dunning: true });
    const dead = toolDoor({ tool: 'dead', checkCredentials: async () => Promise.reject(new Error('a fault')) });
    const { text, exitCode } = await check(dead, crm('crm', 'contact', { ada: { in_dunning: true } }));
    expect(text).toContain('dead  it did not answer: a fault\n  ask again later, or look at its address');
    expect(text).toContain('holds what it should of cus_1');
    expect(exitCode).toBe(1);
  });
});
