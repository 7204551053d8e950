import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import type { CliDoors } from '../../src/cli/doors.ts';
import { MINUTE_MS } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { knowCalm, makeBrakesRelay, named } from './brakes-rig.ts';
import { runInProcess } from './cli-in-process.ts';

describe('recoup brakes and diff', () => {
  let store: Store;
  let doors: CliDoors;
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
    const kept: Store = { ...store, close: async () => {} };
    const loadPolicy = () => DEFAULT_POLICY;
    const rules = makeRules({ policy: DEFAULT_POLICY, audiences: AUDIENCES, namespace: 'test', providers: PROVIDERS });
    const loadRules = async () => rules;
    doors = { openStore: async () => kept, loadPolicy, loadRules, version: '0' } as unknown as CliDoors;
    await knowCalm(store, 30);
  });
  afterEach(() => store.close());

  const engage = async (mode: 'observe' | 'enforce') => {
    const relay = makeBrakesRelay(store);
    await relay.switchTo(mode);
    await relay.hear('renewal-failed', named('due', 10), [0, 0.001]);
    await relay.pass(MINUTE_MS);
    return relay;
  };

  it('tells that nothing is held back, and releases nothing then', async () => {
    expect((await runInProcess(['brakes', 'status'], doors)).flat).toContain('The brake is off');
    const released = await runInProcess(['brakes', 'release', '--reason', 'why not'], doors);
    expect([released.exitCode, released.flat.trim()]).toEqual([1, 'The brake is off: there is nothing to release.']);
  });

  it('tells since when, how many of how many and who waits, and keeps who released it and why', async () => {
    await engage('enforce');
    const status = await runInProcess(['brakes', 'status'], doors);
    expect(status.flat).toMatch(/Since 2026-11-01T12:00.*5 of 40 known people.*6 people wait/);
    const released = await runInProcess(['brakes', 'release', '--actor', 'ada', '--reason', 'checked it'], doors);
    expect([released.exitCode, released.flat]).toEqual([0, expect.stringContaining('6 people are decided again')]);
    expect((await runInProcess(['brakes', 'status'], doors)).flat).toMatch(/by ada: checked it/);
    const { stop, past } = JSON.parse((await runInProcess(['brakes', 'status', '--json'], doors)).text);
    expect([stop, past]).toMatchObject([null, [{ actor: 'ada', reason: 'checked it', entered: 5, known: 40 }]]);
  });

  it('lists who waits before a release, where they stand and since when, at most as many as asked for', async () => {
    await engage('enforce');
    const { flat } = await runInProcess(['brakes', 'status'], doors);
    expect(flat).toMatch(/Who waits \(6 of 6\)/);
    expect(flat).toMatch(/due\S* +first_failure +a release +2026-11-01 12:00/);
    const two = await runInProcess(['brakes', 'status', '--people', '2'], doors);
    expect(two.text.match(/a release/g)).toHaveLength(2);
    expect(two.flat).toMatch(/Who waits \(2 of 6; more: --people <n>\)/);
    const { people } = JSON.parse((await runInProcess(['brakes', 'status', '--json'], doors)).text);
    expect(people).toHaveLength(6);
    expect(people[0]).toMatchObject({ cause: 'share', mode: 'live', stage: 'first_failure' });
    await runInProcess(['brakes', 'release', '--reason', 'checked'], doors);
    expect((await runInProcess(['brakes', 'status'], doors)).flat).not.toContain('Who waits');
  });

  it('explains who waits as held by the brake and who entered as not, in words and in JSON', async () => {
    await engage('enforce');
    const waiting = (await store.heldPeople(100)).map(({ userId }) => userId ?? '');
    const [waits = ''] = waiting;
    const [entered = ''] = named('due', 10).filter((person) => !waiting.includes(person));
    const explained = async (userId: string) => {
      const { flat } = await runInProcess(['explain', userId], doors);
      const [json] = JSON.parse((await runInProcess(['explain', userId, '--json'], doors)).text);
      return [/brake +held all the same/.test(flat), json.heldByBrake];
    };
    expect(await explained(waits)).toEqual([true, true]);
    expect(await explained(entered)).toEqual([false, false]);
  });

  it('asks for a reason', async () => {
    await engage('enforce');
    expect((await runInProcess(['brakes', 'release'], doors)).exitCode).toBe(2);
    expect((await runInProcess(['brakes', 'release', '--reason', '  '], doors)).exitCode).toBe(2);
    expect((await store.brakeStatus()).stop).not.toBeNull();
  });

  it('shows before a switch whom Segment would be told of, and that the brake would engage', async () => {
    await engage('observe');
    const policy = { ...DEFAULT_POLICY, brakes: { ...DEFAULT_POLICY.brakes, fromPeople: 20 } };
    const { flat, exitCode } = await runInProcess(['diff'], { ...doors, loadPolicy: () => policy });
    expect(exitCode).toBe(0);
    expect(flat).toMatch(/40 known people, 10 in dunning now/);
    expect(flat).toMatch(/25 % of the known.*The brake would engage/);
    expect(flat).toMatch(/dunning_first_failure_standard\s+10\s+0/);
    expect(flat).toMatch(/10 episodes: 10 open/);
  });

  it('says once the store enforces that no switch is ahead, and lists nothing that is never sent', async () => {
    const relay = await engage('observe');
    await relay.switchTo('enforce');
    const { flat } = await runInProcess(['diff'], doors);
    expect(flat).toMatch(/This store enforces now, since 2026-11-01T12:/);
    expect(flat).not.toMatch(/Sent at once|would engage|enters/);
    const diff = JSON.parse((await runInProcess(['diff', '--json'], doors)).text);
    expect(diff).toMatchObject({ mode: { is: 'enforce' }, tools: [], audiences: [], people: [] });
    await relay.switchTo('observe');
    expect((await runInProcess(['diff'], doors)).flat).toMatch(/What a switch from observe to enforce would send/);
  });
});
