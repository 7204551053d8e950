import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, instant, SECOND_MS } from '../../src/domain/instant.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { makeWorkplace, runRecoup } from '../contract/cli-process.ts';
import { type FileRelay, openFileRelay } from './erase-relay.ts';

// Ahead of the machine's clock, which the commands read: what they make due is due.
const STARTS_AT = instant(Date.UTC(2060, 4, 4, 8, 30));

/** What only Ada has; each of it somewhere in what Stripe sends of her. */
const ADA = {
  customer: 'cus_AdaCanary1',
  userId: 'user_ada_canary',
  name: 'Ada Canary-Lovelace',
  email: 'ada.canary@example.com',
  last4: '9Q7Z',
  brand: 'canarycard',
  note: 'metadata-canary-77',
  street: '12 Canary Wharf',
};
const BEA = {
  ...ADA,
  customer: 'cus_BeaStays1',
  userId: 'user_bea_stays',
  name: 'Bea Stays',
  email: 'bea@example.com',
  last4: '4242',
  brand: 'visa',
  note: 'nothing',
  street: '1 Elsewhere',
};

type Json = Record<string, unknown>;

const plantIn = (value: unknown, who: typeof ADA): unknown => {
  if (Array.isArray(value)) return value.map((each) => plantIn(each, who));
  if (typeof value !== 'object' || value === null) return value;
  const planted = Object.entries(value).map(([name, each]): [string, unknown] => {
    if (name === 'last4') return [name, who.last4];
    if (name === 'brand') return [name, who.brand];
    if (name === 'metadata') return [name, { ...(each as Json), note: who.note }];
    return [name, plantIn(each, who)];
  });
  return Object.fromEntries(planted);
};

/** A failed renewal as Stripe tells it, with the canaries wherever Stripe has such things. */
const webhooksOf = (who: typeof ADA): readonly string[] => {
  const account = { shape: 'basil', livemode: true, customer: who.customer, userId: who.userId } as const;
  return lifecycle('renewal-failed', { account: { ...account, priceId: 'price_pro' }, startsAt: STARTS_AT })
    .filter(({ atMs }) => atMs < DAY_MS)
    .map(({ event }) => {
      const body = plantIn(JSON.parse(JSON.stringify(event)), who) as { data: { object: Json } };
      const { object } = body.data;
      Object.assign(object, {
        customer_name: who.name,
        customer_email: who.email,
        customer_address: { line1: who.street },
      });
      object.metadata = { ...(object.metadata as Json | undefined), note: who.note };
      return JSON.stringify(body);
    });
};

/** The canaries, and every id that only Ada's webhooks hold. */
const canariesOf = (mine: readonly string[], others: readonly string[]): readonly string[] => {
  const idsIn = (bodies: readonly string[]): readonly string[] => bodies.join(' ').match(/\b[a-z]{2,7}_\w{6,}/g) ?? [];
  const theirs = new Set(idsIn(others));
  const own = idsIn(mine).filter((id) => !theirs.has(id) && /\d|[A-Z]/.test(id));
  return [...new Set([...own, ...Object.values(ADA)])];
};

const mine = webhooksOf(ADA);
const others = webhooksOf(BEA);
const CANARIES = canariesOf(mine, others);

const found = (text: string | Buffer): readonly string[] => CANARIES.filter((canary) => text.includes(canary));

describe('erasing a person beside a running relay', () => {
  const workplaces: ReturnType<typeof makeWorkplace>[] = [];
  afterAll(() => {
    for (const { remove } of workplaces) remove();
  });
  let relay: FileRelay;
  let path = '';
  beforeEach(async () => {
    const workplace = makeWorkplace();
    workplaces.push(workplace);
    path = workplace.path;
    relay = await openFileRelay(path, STARTS_AT);
    for (const body of [...mine, ...others]) await relay.send(body);
    await relay.settle(30 * SECOND_MS);
  });
  afterEach(() => relay.close());

  const recoup = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runRecoup(path, args, { ...relay.env, ...env });
  const standIns = (): string =>
    JSON.stringify([
      [...relay.segment.messages.values()],
      [...relay.braze.users.all.values()],
      relay.braze.users.events,
      relay.braze.users.writes,
      relay.braze.requests,
    ]);
  const inFiles = (): readonly string[] => [...relay.bytes()].flatMap(([, bytes]) => found(bytes));

  it('leaves no byte of her in the files, the log, what commands print, Segment and Braze', async () => {
    expect(CANARIES.length).toBeGreaterThan(12);
    expect(new Set(inFiles()).size, 'what was planted is there').toBe(CANARIES.length);
    expect(found(standIns())).toEqual(expect.arrayContaining([ADA.userId, ADA.customer]));

    const { exitCode, stdout, stderr } = await recoup(['erase', ADA.userId, '--yes', '--json']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ erased: { customers: 1, userIds: 1 }, left: [], compacted: true });
    expect(found(stdout)).toEqual([]);

    expect(inFiles()).toEqual([]);
    expect(found(standIns())).toEqual([]);
    expect(relay.segment.regulations).toEqual([
      { regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds: [ADA.userId] },
    ]);
    const told = [
      await recoup(['dead-letters', 'list', '--replayed', '--json']),
      await recoup(['profile', BEA.userId, '--json']),
      await recoup(['explain', BEA.userId, '--json']),
    ];
    for (const each of told) expect(found(each.stdout + each.stderr)).toEqual([]);
    expect((await recoup(['profile', ADA.customer, '--json'])).exitCode).toBe(1);
  });

  it('leaves no word of the people who held her back, read or not', async () => {
    const words = ['Hanna Holds-Canary', 'she-called-canary'];
    const inAll = () => words.filter((word) => [...relay.bytes()].some(([, bytes]) => bytes.includes(word)));
    const said = ['--actor', 'Hanna Holds-Canary', '--reason', 'she-called-canary'];
    expect((await recoup(['exclude', ADA.userId, ...said])).exitCode).toBe(0);
    await relay.settle(SECOND_MS);
    expect((await recoup(['hold', ADA.customer, ...said])).exitCode).toBe(0);
    expect(inAll(), 'what was planted is there').toEqual(words);
    expect((await recoup(['erase', ADA.userId, '--yes'])).exitCode).toBe(0);
    expect(inAll()).toEqual([]);
    expect((await recoup(['hold', ADA.customer, ...said])).stderr).toMatch(/Nobody is known/);
  });

  it('drops her webhooks from then on with a 200, and goes on with everybody else', async () => {
    await recoup(['erase', ADA.customer, '--yes']);
    const before = await relay.store.counts();
    const logged = relay.log.length;
    for (const body of mine) {
      const again = body.replace(/"id":"evt_/, '"id":"evt_again_');
      expect(await relay.send(again)).toMatchObject({ status: 200, report: { outcome: 'ignored', reason: 'erased' } });
    }
    await relay.settle(30 * SECOND_MS);
    expect((await relay.store.counts()).deliveries).toEqual(before.deliveries);
    expect(found(relay.log.slice(logged).join('\n'))).toEqual([]);
    expect(inFiles()).toEqual([]);
    expect(found(standIns())).toEqual([]);
    expect(relay.braze.users.all.get(BEA.userId)?.attributes).toMatchObject({ in_dunning: true });
    expect(await relay.store.findProfiles(BEA.userId)).toHaveLength(1);
  });

  it('says what is left to be done where a key is missing or refused, and ends it when asked again', async () => {
    const first = await recoup(['erase', ADA.userId, '--yes', '--json'], {
      SEGMENT_PUBLIC_API_TOKEN: '',
      BRAZE_API_KEY: 'not-the-key',
    });
    expect(first.exitCode).toBe(1);
    expect(JSON.parse(first.stdout).left).toMatchObject([
      { tool: 'braze', kind: 'user', count: 1, reason: expect.stringContaining('401') },
      { tool: 'segment', kind: 'user', count: 1, reason: 'set SEGMENT_PUBLIC_API_TOKEN' },
    ]);
    expect(found(first.stdout + first.stderr)).toEqual([]);
    expect(new Set(inFiles()), 'only the id that is still owed').toEqual(new Set([ADA.userId]));

    const shown = await recoup(['erase', '--pending', '--ids'], { SEGMENT_PUBLIC_API_TOKEN: '' });
    expect(shown.exitCode).toBe(1);
    expect(shown.stdout).toContain('Left in segment: 1 id: set SEGMENT_PUBLIC_API_TOKEN');
    expect(shown.stdout).toContain(ADA.userId);
    expect(relay.braze.users.all.has(ADA.userId)).toBe(false);

    const second = await recoup(['erase', '--pending']);
    expect(second.stdout).toMatch(/Nothing is left to be done/);
    expect(second.exitCode).toBe(0);
    expect(inFiles()).toEqual([]);
    expect(found(standIns())).toEqual([]);
  });

  it('believes people who say that they have deleted what was left', async () => {
    await recoup(['erase', ADA.userId, '--yes'], { SEGMENT_PUBLIC_API_TOKEN: '' });
    expect(inFiles()).not.toEqual([]);
    expect((await recoup(['erase', '--by-hand', 'segment'])).exitCode).toBe(0);
    expect(inFiles()).toEqual([]);
  });

  it('asks first, and without anybody to ask does nothing', async () => {
    const { exitCode, stderr } = await recoup(['erase', ADA.userId]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--yes/);
    expect(await relay.store.findProfiles(ADA.userId)).toHaveLength(1);
    expect((await recoup(['erase'])).exitCode).toBe(2);
    const nobody = await recoup(['erase', 'user_nobody', '--yes']);
    expect(nobody.exitCode).toBe(1);
    expect(nobody.stderr).toMatch(/Nobody is known as user_nobody/);
  });

  it('leaves nothing of her with whom her account was told to, who stays and is decided anew', async () => {
    const customer = { id: ADA.customer, object: 'customer', email: ADA.email, name: ADA.name };
    const object = { ...customer, metadata: { user_id: ADA.userId, contact_user_ids: 'user_fin_stays' } };
    const event = { id: 'evt_contacts', object: 'event', type: 'customer.updated', created: STARTS_AT / 1_000 + 5 };
    await relay.send(JSON.stringify({ ...event, livemode: true, api_version: '2025-03-31.basil', data: { object } }));
    await relay.settle(30 * SECOND_MS);
    const [before] = await relay.store.findProfiles('user_fin_stays');
    expect(found(JSON.stringify(before)), 'Fin was told').toContain(ADA.customer);
    expect((await recoup(['erase', ADA.userId, '--yes'])).exitCode).toBe(0);
    expect(inFiles()).toEqual([]);
    await relay.settle(30 * SECOND_MS);
    expect(inFiles()).toEqual([]);
    const [after] = await relay.store.findProfiles('user_fin_stays');
    expect(after).toMatchObject({ userId: 'user_fin_stays', accounts: [], parkedUntil: null });
    expect(relay.braze.users.all.get('user_fin_stays')?.attributes).not.toMatchObject({ in_dunning: true });
  });
});
