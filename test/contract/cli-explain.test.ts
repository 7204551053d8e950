import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, instant, plus, toIso } from '../../src/domain/instant.ts';
import { type LifecycleName, lifecycle } from '../../src/simulate/lifecycles.ts';
import type { SimulatedDelivery } from '../../src/simulate/model.ts';
import { playThrough } from '../scenario/lifecycles-relay.ts';
import { makeWorkplace, runRecoup } from './cli-process.ts';

const DAY_0 = instant(Date.UTC(2026, 4, 4, 8, 30));
const workplace = makeWorkplace();
afterAll(workplace.remove);

interface Told {
  readonly name: LifecycleName;
  readonly userId: string;
  /** How long its webhooks were under way, in ms. */
  readonly delayMs?: number;
}

const webhooks = ({ name, userId, delayMs = 500 }: Told): readonly SimulatedDelivery[] => {
  const account = {
    shape: 'basil',
    livemode: true,
    customer: `cus_${userId}`,
    userId,
    planId: 'pro',
    priceId: 'price_pro',
  } as const;
  return lifecycle(name, { account, startsAt: DAY_0, amount: 4_900 }).map(({ event, atMs }) => ({
    arrivesAt: plus(DAY_0, atMs + delayMs),
    rawBody: JSON.stringify(event),
  }));
};

interface Node {
  readonly sentence: string;
  readonly holds: boolean;
  readonly seen: string | null;
  readonly until: string | null;
  readonly children: readonly Node[];
}
interface Page {
  readonly ruleset: { readonly is: string };
  readonly traits: { readonly dunning_stage: string };
  readonly ahead: readonly { readonly at: string; readonly stage: string; readonly exited: readonly string[] }[];
  readonly audiences: readonly {
    readonly key: string;
    readonly member: boolean;
    readonly until: string | null;
    readonly tree: Node;
  }[];
}

const DATABASE_URL = `sqlite:${join(workplace.path, 'explain.db')}`;
const recoup = (...args: readonly string[]) => runRecoup(workplace.path, args, { DATABASE_URL });
const explained = async (...args: readonly string[]): Promise<Page> =>
  JSON.parse((await recoup('explain', ...args, '--json')).stdout)[0];
const members = ({ audiences }: Page): readonly string[] =>
  audiences.filter(({ member }) => member).map(({ key }) => key);

describe('recoup explain', () => {
  beforeAll(async () => {
    const lives = [
      webhooks({ name: 'recovered-by-retry', userId: 'ada' }),
      webhooks({ name: 'renewal-failed', userId: 'late', delayMs: 2 * DAY_MS }),
      webhooks({ name: 'paused', userId: 'pia' }),
      webhooks({ name: 'voluntary-cancel', userId: 'cas' }),
    ];
    const deliveries = lives.flat().sort((a, b) => a.arrivesAt - b.arrivesAt);
    const path = join(workplace.path, 'explain.db');
    await playThrough({ startsAt: DAY_0, days: 5, deliveries, path }, () => undefined);
  });

  it('says who was in which audience before and after the payment, each with what it looked at', async () => {
    const failed = await recoup('explain', 'ada', '--at', '2026-05-05T08:30:00Z');
    expect(failed.exitCode).toBe(0);
    expect(failed.stdout).toMatch(/^ada {2}stripe cus_ada · live$/m);
    expect(failed.stdout).toMatch(/^stage first_failure {3}status active$/m);
    expect(failed.stdout).toMatch(/^lead episode +dun_\w+ open, opened 2026-05-04$\s+08:30, 1 failed attempt$/m);
    expect(failed.stdout).toMatch(
      /^✓ dunning_first_failure_standard$[\s\S]+^ +✓ dunning_stage is "first_failure" +seen: first_failure$/m,
    );
    expect(failed.stdout).toMatch(/^✗ dunning_recovered$/m);
    const paid = await explained('ada', '--at', '2026-05-08T00:00:00Z');
    expect(members(paid)).toEqual(['dunning_recovered']);
  });

  it('says in the words of its author what an audience is that the person is in, on lines that fit', async () => {
    const { stdout } = await recoup('explain', 'ada', '--at', '2026-05-05T08:30:00Z', '--hindsight');
    expect(stdout).toMatch(
      /^✓ dunning_first_failure_standard$\s+The first payment failed, on any other plan\.[\s\S]+?^ {4}Holds when/m,
    );
    expect(stdout).not.toMatch(/^.{81}/m);
  });

  it('says in plain words why nobody writes to somebody who failed to pay', async () => {
    const why = async (id: string, at: string) =>
      /^held back {2,}(.+)$/m.exec((await recoup('explain', id, '--at', at)).stdout)?.[1];
    expect(await why('pia', '2026-05-05')).toBe('somebody has paused the subscription or its collection');
    expect(await why('cas', '2026-05-06')).toBe('the customer has asked to cancel');
    expect(await why('ada', '2026-05-05')).toBeUndefined();
  });

  it('says when time alone moves the person, and there it does: not a millisecond sooner', async () => {
    const paid = await explained('ada', '--at', '2026-05-08T00:00:00Z');
    const [next] = paid.ahead;
    expect(next).toMatchObject({
      at: expect.stringMatching(/^2026-05-14T08:30:/),
      stage: 'healthy',
      exited: ['dunning_recovered'],
    });
    expect(paid.audiences.find(({ key }) => key === 'dunning_recovered')?.until).toBe(next?.at);
    const at = instant(Date.parse(next?.at ?? ''));
    expect(members(await explained('ada', '--at', toIso(plus(at, -1))))).toEqual(['dunning_recovered']);
    expect(members(await explained('ada', '--at', toIso(at)))).toEqual([]);
    const { stdout } = await recoup('explain', 'ada', '--at', '2026-05-08');
    expect(stdout).toMatch(/^by time alone {2}2026-05-14 08:30:\S+ UTC, in 6 days: stage healthy, leaves$/m);
    expect(stdout).toMatch(/^✓ dunning_recovered {3}until 2026-05-14 08:30:\S+ UTC, in 6 days$/m);
  });

  it('knows a thing from the millisecond of its receipt, and nothing before the first', async () => {
    const { deliveries } = JSON.parse((await recoup('profile', 'ada', '--json')).stdout)[0];
    const first = instant(deliveries[0].receivedAt);
    expect((await explained('ada', '--at', toIso(first))).traits.dunning_stage).toBeDefined();
    const before = await recoup('explain', 'ada', '--at', toIso(plus(first, -1)));
    expect(before.exitCode).toBe(1);
    expect(before.stdout).toBe('');
    expect(before.stderr).toMatch(
      /^recoup: Nothing was known of ada by 2026-05-04T08:30:.+: the first fact is of .+\n$/,
    );
  });

  it('applies the policy of then, and says in one line that the code of then cannot be run again', async () => {
    // The store's policy names no high-value plan; the policy of the checkout names pro.
    const page = await explained('ada', '--at', '2026-05-05');
    expect(page.ruleset.is).toBe('then');
    expect(members(page)).toEqual(['dunning_first_failure_standard']);
    const { stdout } = await recoup('explain', 'ada', '--at', '2026-05-05');
    expect(stdout.replace(/\n/g, ' ')).toMatch(
      /Policy and audiences of then \(ruleset \w+\); code of then cannot be run again/,
    );
  });

  it('with hindsight tells what had happened, although it was heard of later', async () => {
    const then = await recoup('explain', 'late', '--at', '2026-05-05');
    expect(then.exitCode).toBe(1);
    expect(then.stderr).toContain('add --hindsight');
    const page = await explained('late', '--at', '2026-05-05', '--hindsight');
    expect(page.traits.dunning_stage).toBe('first_failure');
    expect(page.ruleset.is).toBe('none');
    expect(members(page)).toEqual(['dunning_first_failure_high_value']);
  });

  it('reads a day as its midnight UTC, and an offset as the same instant', async () => {
    const pages = await Promise.all(
      ['2026-05-05', '2026-05-05T00:00:00Z', '2026-05-05T02:00+02:00'].map((at) => explained('ada', '--at', at)),
    );
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
  });

  it('explains one audience when asked, in or out', async () => {
    const page = await explained('ada', '--at', '2026-05-05', '--audience', 'dunning_retrying');
    expect(page.audiences).toEqual([
      expect.objectContaining({
        key: 'dunning_retrying',
        member: false,
        tree: expect.objectContaining({ holds: false }),
      }),
    ]);
    const leaves = page.audiences.flatMap(({ tree }) => tree.children);
    expect(leaves).toContainEqual(expect.objectContaining({ seen: 'first_failure', holds: false, children: [] }));
  });

  it.each([
    { typed: ['nobody'], says: 'Nobody is known as nobody.' },
    { typed: ['ada', '--audience', 'dunning_retryin'], says: 'There is no audience dunning_retryin' },
    { typed: ['ada', '--audience', 'dunning_retryin'], says: 'Did you mean dunning_retrying?' },
    { typed: ['ada', '--audience', 'x'], says: 'Known: ' },
  ])('ends with code 1 and one line for $typed', async ({ typed, says }) => {
    const { exitCode, stdout, stderr } = await recoup('explain', ...typed);
    expect({ exitCode, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
      exitCode: 1,
      stdout: '',
      lines: 1,
    });
    expect(stderr).toContain(says);
  });
});
