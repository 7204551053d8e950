import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant, plus } from '../../src/domain/instant.ts';
import type { SegmentSink } from '../../src/pipeline/ports.ts';
import { type LifecycleName, lifecycle } from '../../src/simulate/lifecycles.ts';
import type { SimulatedDelivery } from '../../src/simulate/model.ts';
import { openStore } from '../../src/store/index.ts';
import { playThrough } from '../scenario/lifecycles-relay.ts';
import { makeWorkplace, runRecoup } from './cli-process.ts';
import { delivery } from './store-samples.ts';

const DAY_0 = instant(Date.UTC(2026, 4, 4, 8, 30));
const workplace = makeWorkplace();
afterAll(workplace.remove);

interface Person {
  readonly customer: string;
  readonly userId?: string;
  readonly amount: number;
}

const live = (name: LifecycleName, { customer, userId, amount }: Person): readonly SimulatedDelivery[] => {
  const account = { shape: 'basil', livemode: true, customer, userId, priceId: 'price_pro' } as const;
  return lifecycle(name, { account, startsAt: DAY_0, amount }).map(({ event, atMs }) => ({
    arrivesAt: plus(DAY_0, atMs + 500),
    rawBody: JSON.stringify(event),
  }));
};

const byArrival = (...lives: readonly (readonly SimulatedDelivery[])[]): readonly SimulatedDelivery[] =>
  lives.flat().sort((a, b) => a.arrivesAt - b.arrivesAt);

/** Fills a store file through the relay; answers how to run a command on it. */
const fill = async (file: string, deliveries: readonly SimulatedDelivery[], sink?: SegmentSink) => {
  const path = join(workplace.path, file);
  await playThrough({ startsAt: DAY_0, days: 5, deliveries, path, ...(sink && { sink }) }, () => undefined);
  return (args: readonly string[]) => runRecoup(workplace.path, args, { DATABASE_URL: `sqlite:${path}` });
};

describe('recoup profile', () => {
  let recoup: Awaited<ReturnType<typeof fill>>;
  beforeAll(async () => {
    recoup = await fill(
      'profiles.db',
      byArrival(
        live('recovered-by-retry', { customer: 'cus_Ada', userId: 'ada', amount: 4900 }),
        live('renewal-failed', { customer: 'cus_Eve', userId: 'eve\u001b[2J\u0007', amount: 100 }),
        live('renewal-failed', { customer: 'cus_Nobody', amount: 100 }),
      ),
    );
  });

  it('tells a person who it is, the stage, the episode, what was said and what came in', async () => {
    const { exitCode, stdout } = await recoup(['profile', 'ada']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ada {2}stripe cus_Ada · live · known user$/m);
    expect(stdout).toMatch(/^stage recovered {3}status recovered {3}next look at 2026-05-14/m);
    expect(stdout).toMatch(/^ {2}dun_\w+ {2}recovered {2}2026-05-04 .* 1 failed attempt/m);
    expect(stdout).toMatch(/^ {2}2026-05-07 08:30:01 {2}track +payment_recovered +recorded +49 USD/m);
    expect(stdout).toMatch(/invoice\.payment_failed +evt_\w+ +understood +attempt_failed$/m);
  });

  it('finds the same person by billing customer, and gives a program the whole record', async () => {
    const [byUser, byCustomer] = await Promise.all([
      recoup(['profile', 'ada', '--json']),
      recoup(['profile', 'cus_Ada', '--json']),
    ]);
    expect(byUser.stdout).toBe(byCustomer.stdout);
    const [record] = JSON.parse(byUser.stdout);
    expect(record).toMatchObject({
      userId: 'ada',
      mode: 'live',
      accounts: [{ customer: { customer: 'cus_Ada' }, role: 'owner' }],
      view: { traits: { dunning_stage: 'recovered' } },
    });
    expect(record.deliveries).toHaveLength(10);
  });

  it('finds a person without user id by the anonymous id that Segment was given', async () => {
    const [record] = JSON.parse((await recoup(['profile', 'cus_Nobody', '--json'])).stdout);
    const found = await recoup(['profile', record.view.anonymous_id]);
    expect(found.stdout).toContain('no user id yet');
    expect(found.stdout).toContain('cus_Nobody');
  });

  it('prints nothing of a webhook that could move the cursor or clear the screen', async () => {
    const { exitCode, stdout } = await recoup(['profile', 'cus_Eve']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('eve');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come out
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  it('ends with code 1 and says which ids it knows when nobody is found', async () => {
    const { exitCode, stdout, stderr } = await recoup(['profile', 'bob']);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('Nobody is known as bob. Expected a user id, a billing customer id');
  });
});

interface Letter {
  readonly seq: number;
  readonly amountMinor: number | null;
  readonly replayedAt: number | null;
}

describe('recoup dead-letters', () => {
  /** Segment as it answers to a call that it will never take. */
  const refusing: SegmentSink = {
    name: 'refusing',
    send: async (calls) => calls.map(() => ({ result: 'rejected', reason: 'HTTP 400' })),
    close: async () => undefined,
  };
  let recoup: Awaited<ReturnType<typeof fill>>;
  beforeAll(async () => {
    const small = live('renewal-failed', { customer: 'cus_Small', userId: 'small', amount: 900 });
    const large = live('renewal-failed', { customer: 'cus_Large', userId: 'large', amount: 99_000 });
    recoup = await fill('letters.db', byArrival(small, large), refusing);
  });
  const list = async (...flags: readonly string[]): Promise<readonly [Letter, ...Letter[]]> =>
    JSON.parse((await recoup(['dead-letters', 'list', '--json', ...flags])).stdout);

  it('lists the most money at stake first, and what is worth nothing last', async () => {
    const amounts = (await list()).map(({ amountMinor }) => amountMinor);
    expect(amounts.length).toBeGreaterThan(3);
    expect(amounts[0]).toBe(99_000);
    expect(amounts.indexOf(900)).toBeGreaterThan(amounts.lastIndexOf(99_000));
    expect(amounts.at(-1)).toBeNull();
    const { stdout } = await recoup(['dead-letters', 'list']);
    expect(stdout).toMatch(/^#\d+ {2}call {2}.* 990\.00 USD$/m);
    expect(stdout).toMatch(/dead-letters replay \d+$/m);
    expect(stdout).not.toMatch(/^ {5}.{76}/m);
  });

  it('looks for the most money among all of them, however few are asked for', async () => {
    const [newest] = (await list()).toSorted((a, b) => b.seq - a.seq);
    expect(newest?.amountMinor).not.toBe(99_000);
    expect((await list('--limit', '1')).map(({ amountMinor }) => amountMinor)).toEqual([99_000]);
  });

  it('says how many thin events wait for a key, which are no dead letters', async () => {
    const url = `sqlite:${join(workplace.path, 'thin.db')}`;
    const store = await openStore(url, { lock: true });
    await store.accept([delivery('evt_thin', { keys: { customer: null }, lookUp: '{}' })]);
    await store.close();
    const list = (env: Readonly<Record<string, string>>) =>
      runRecoup(workplace.path, ['dead-letters', 'list'], { DATABASE_URL: url, ...env });
    const [without, withKey] = await Promise.all([list({}), list({ STRIPE_API_KEY: 'rk_test_1' })]);
    expect(without.stdout).toMatch(/No dead letters\.\s+Thin events that wait to be looked up: 1: set STRIPE_API_KEY/);
    expect(withKey.stdout).toContain('Thin events that wait to be looked up: 1. See: ');
  });

  it('puts one back in line once: a second time there is nothing to put back, and the code is 1', async () => {
    const [{ seq }] = await list();
    const first = await recoup(['dead-letters', 'replay', String(seq)]);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 of 1 back in line') });
    expect(await recoup(['dead-letters', 'replay', String(seq), '--json'])).toMatchObject({ exitCode: 1 });
    const all: readonly Letter[] = await list('--replayed');
    expect(all.flatMap((letter) => (letter.replayedAt === null ? [] : [letter.seq]))).toEqual([seq]);
    expect(await list()).toHaveLength(all.length - 1);
  });

  it('says that there is no dead letter of a number that it does not know, and which was replayed before', async () => {
    const unknown = await recoup(['dead-letters', 'replay', '999999']);
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unknown.stderr).toContain('There is no dead letter #999999.');
    const { seq } = (await list('--replayed')).find(({ replayedAt }) => replayedAt !== null) ?? { seq: 0 };
    const again = await recoup(['dead-letters', 'replay', String(seq)]);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain(`Dead letter #${seq} was replayed before.`);
  });

  it('puts all the others back with --all', async () => {
    const waiting = (await list()).length;
    const { exitCode, stdout } = await recoup(['dead-letters', 'replay', '--all', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ replayed: waiting });
    expect(await list()).toEqual([]);
    const { stdout: after } = await recoup(['dead-letters', 'list', '--replayed']);
    expect(after).toContain('replayed 20');
    expect(after).not.toContain('dead-letters replay');
  });
});
