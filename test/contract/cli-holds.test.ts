import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, instant, plus } from '../../src/domain/instant.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { playThrough } from '../scenario/lifecycles-relay.ts';
import { makeWorkplace, runRecoup } from './cli-process.ts';

/** The commands of operators, each a process of its own on a store that no relay runs on. */

const workplace = makeWorkplace();
afterAll(workplace.remove);
const PATH = join(workplace.path, 'holds.db');
const recoup = (...args: readonly string[]) =>
  runRecoup(workplace.path, args, { DATABASE_URL: `sqlite:${PATH}`, NO_COLOR: '1' });
const json = async (...args: readonly string[]) => JSON.parse((await recoup(...args, '--json')).stdout);

/** Whole seconds, as the provider dates; the commands read the clock of the machine. */
const FAILED_AT = instant(Math.floor(Date.now() / 1_000) * 1_000 - 2 * DAY_MS);

const failing = (userId: string) => {
  const account = {
    shape: 'basil',
    livemode: true,
    customer: `cus_${userId}`,
    userId,
    planId: 'pro',
    priceId: 'price_pro',
  } as const;
  return lifecycle('renewal-failed', { account, startsAt: FAILED_AT, amount: 4_900 })
    .filter(({ atMs }) => atMs < DAY_MS)
    .map(({ event, atMs }) => ({ arrivesAt: plus(FAILED_AT, atMs + 500), rawBody: JSON.stringify(event) }));
};

beforeAll(async () => {
  const deliveries = ['ada', 'bob', 'cleo'].flatMap(failing).sort((a, b) => a.arrivesAt - b.arrivesAt);
  await playThrough({ startsAt: FAILED_AT, days: 1, deliveries, path: PATH }, () => undefined);
});

const refusal = async (...args: readonly string[]) => {
  const { exitCode, stdout, stderr } = await recoup(...args);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return { exitCode, message: stderr };
};

describe('recoup hold and resume', () => {
  it('say what now happens and when it lapses; unread requests count at once', async () => {
    const held = await recoup('hold', 'ada', '--for', '3d', '--reason', 'ticket 7', '--actor', 'hanna');
    expect(held).toMatchObject({ exitCode: 0, stderr: '' });
    expect(held.stdout).toMatch(/^Held back\.$/m);
    expect(held.stdout).toMatch(/^ada\. Status now: held \(held\)\.$/m);
    expect(held.stdout).toMatch(/cus_ada: held back by hanna \(operator\), until .+ UTC, in 3 days: ticket 7$/m);
    expect(held.stdout).toMatch(/Flows in every tool stop/);
    const resumed = await recoup('resume', 'cus_ada');
    expect(resumed.stdout).toMatch(/^ada\. Status now: active\.$/m);
    expect(resumed.stdout).toMatch(/not announced\s+again/);
    expect(await refusal('resume', 'ada')).toEqual({
      exitCode: 1,
      message: 'recoup: There is nothing to resume: no such hold stands.\n',
    });
  });

  it('answer a program, and take the same request once', async () => {
    const once = ['hold', 'bob', '--request-id', 'r-1', '--until', '2099-01-01'];
    expect((await refusal(...once)).message).toMatch(/366 days at most/);
    const first = await json('hold', 'bob', '--request-id', 'r-1', '--for', '2d', '--actor', 'hanna');
    expect(first).toMatchObject({
      action: 'hold',
      request_id: 'r-1',
      repeated: false,
      people: [{ user_id: 'bob', dunning_status: 'held', suppression_reason: 'held' }],
    });
    const again = await json('hold', 'bob', '--request-id', 'r-1', '--for', '2d', '--actor', 'hanna');
    expect(again).toMatchObject({ repeated: true, at: first.at, people: first.people });
    expect((await refusal('hold', 'bob', '--request-id', 'r-1', '--for', '9d', '--actor', 'hanna')).message).toMatch(
      /used for something else/,
    );
  });

  it('name who acted by the user of the machine unless told', async () => {
    const { people } = await json('exclude', 'bob');
    expect(people[0].accounts[0].holds.at(-1)).toMatchObject({
      cause: 'opted_out',
      actor: expect.stringMatching(/./),
      reason: null,
      until: null,
    });
    expect((await recoup('resume', 'bob', '--hold-id', 'all')).exitCode).toBe(0);
  });

  it.each([
    ['an unknown person', ['hold', 'nobody'], 1, /Nobody is known by this id\. Expected a user id/],
    ['a past expiry', ['hold', 'ada', '--until', '2020-01-01'], 1, /The expiry is past/],
    ['two expiries', ['hold', 'ada', '--for', '1d', '--until', '2099-01-01'], 2, /--for or --until, not both/],
    ['an unknown episode', ['mark-recovered', 'ada', '--episode', 'dun_x'], 1, /This dunning episode is not open/],
  ])('refuse %s with one clear line', async (_what, args, exitCode, message) => {
    const refused = await refusal(...args);
    expect(refused.exitCode).toBe(exitCode);
    expect(refused.message).toMatch(message);
  });

  it('refuse what is no duration, as typed', async () => {
    const { exitCode, stderr } = await recoup('hold', 'ada', '--for', 'soon');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Expected a duration such as 7d/);
  });
});

describe('recoup mark-recovered', () => {
  it('settles what is owed now, names it, and has nothing to do a second time', async () => {
    const { people } = await json('mark-recovered', 'cleo', '--reason', 'bank transfer');
    expect(people).toMatchObject([{ user_id: 'cleo', dunning_status: 'recovered' }]);
    expect(people[0].accounts[0].invoices).toHaveLength(1);
    expect((await refusal('mark-recovered', 'cleo')).message).toMatch(/No dunning episode is open/);
  });
});

describe('recoup profile and explain', () => {
  it('show who holds a customer back, why and until when, once the loop has read it', async () => {
    await recoup('hold', 'ada', '--for', '5d', '--reason', 'ticket 8', '--actor', 'hanna');
    const now = instant(Math.ceil(Date.now() / 1_000) * 1_000);
    await playThrough({ startsAt: now, days: 1, deliveries: failing('dora'), path: PATH }, () => undefined);
    const line = /held back by hanna \(operator\), until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, .+ticket 8/s;
    expect((await recoup('profile', 'ada')).stdout).toMatch(line);
    expect((await recoup('explain', 'ada')).stdout).toMatch(line);
    expect((await json('profile', 'ada'))[0].holds).toMatchObject([{ actor: 'hanna', reason: 'ticket 8' }]);
    const past =
      /Past holds\n {2}held back by hanna \(operator\): ticket 7\n {4}\S+ \S+ to \S+ \S+ UTC, lifted by .+ \(operator\)/;
    expect((await recoup('profile', 'ada')).stdout).toMatch(past);
    expect((await json('profile', 'ada'))[0].pastHolds).toMatchObject([
      {
        reason: 'ticket 7',
        actor: 'hanna',
        until: expect.any(String),
        ended_by: { how: 'lifted', source: 'operator' },
      },
    ]);
    expect((await json('explain', 'ada'))[0].holds).toMatchObject([{ cause: 'held', source: 'operator' }]);
  });

  it('profile shows who marked a customer as recovered, and why, once the loop has read it', async () => {
    await recoup('mark-recovered', 'bob', '--reason', 'bank transfer', '--actor', 'hanna');
    const now = instant(Math.ceil(Date.now() / 1_000) * 1_000);
    await playThrough({ startsAt: now, days: 1, deliveries: failing('dora'), path: PATH }, () => undefined);
    expect((await recoup('profile', 'bob')).stdout).toMatch(
      /marked as recovered by hanna \(operator\), .+: bank transfer/,
    );
    expect((await json('profile', 'bob'))[0].marks).toMatchObject([{ actor: 'hanna', reason: 'bank transfer' }]);
  });
});
