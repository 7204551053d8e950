import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Channel } from '../../src/pipeline/commitments.ts';
import type { GuardQuestion } from '../../src/pipeline/guard/guard.ts';
import type { GuardStore } from '../../src/pipeline/guard/guard-ports.ts';
import { makeGuard } from '../../src/pipeline/guard/make-guard.ts';
import { makeFindPresent } from '../../src/pipeline/guard/present.ts';
import { makeStatus } from '../../src/pipeline/guard/status.ts';
import { intervene } from '../../src/pipeline/interventions/intervene.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { request } from '../scenario/operators.ts';
import { person } from '../scenario/stage.ts';
import {
  type Bill,
  cancelIsRequested,
  cancelIsUndone,
  customerIsSaved,
  customerPays,
  disputeIsLost,
  fails,
  isVoided,
  turns,
} from '../scenario/stripe-happenings.ts';
import { customerSays } from '../scenario/stripe-people.ts';
import { type GuardRig, guardRig, guardRules } from './guard-rig.ts';

const T0 = instant(Date.UTC(2026, 10, 2, 9));
const ADA = person('ada');
const BILL: Bill = { invoice: 'in_1', subscription: 'sub_1', amount: 4_900 };
const FIRST = fails(BILL, { attempt: 1, retryAt: plus(T0, 3 * DAY_MS) });
/** After the settle window of a failure at `T0`. */
const SETTLED = plus(T0, 11 * SECOND_MS);

const inDunning = async (rig: GuardRig): Promise<string> => {
  await rig.take(ADA, T0, customerIsSaved, FIRST, turns('sub_1', 'active', 'past_due'));
  await rig.decide(SETTLED);
  const { dunning_episode_id } = await rig.ask(SETTLED);
  if (dunning_episode_id === null) throw new Error('there is no episode to ask about');
  return dunning_episode_id;
};

describe.each(['memory', 'disk'] as const)('the guard over a store in %s', (kind) => {
  it('lets a message pass to somebody who is in dunning, and says where they stand', async () => {
    const rig = await guardRig(kind);
    const episode = await inDunning(rig);
    expect(await rig.ask(SETTLED, { episode })).toEqual({
      suppress: false,
      reason: null,
      dunning_status: 'active',
      dunning_episode_id: episode,
      next_retry_date: '2026-11-05T09:00:00.000Z',
      as_of: '2026-11-02T09:00:11.000Z',
    });
  });

  it('stops a message from the millisecond in which the payment was acknowledged, although nothing was decided', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    const paidAt = plus(T0, HOUR_MS);
    expect((await rig.ask(paidAt)).suppress).toBe(false);
    await rig.take(ADA, paidAt, customerPays(BILL, { attempt: 1, charge: 2 }));
    expect(await rig.ask(paidAt)).toMatchObject({ suppress: true, reason: 'other_state', dunning_status: 'recovered' });
    expect((await rig.store.counts()).deliveries.unread).toBeGreaterThan(0);
  });

  it('stops it for a contact too, who is not the one that the payment wakes', async () => {
    const rig = await guardRig(kind);
    await rig.take(ADA, T0, customerSays({ user: 'user_ada', contacts: 'user_cfo' }), FIRST);
    await rig.decide(SETTLED);
    expect(await rig.ask(SETTLED, { userId: 'user_cfo' })).toMatchObject({ suppress: false });
    await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
    expect(await rig.ask(SETTLED, { userId: 'user_cfo' })).toMatchObject({ suppress: true, reason: 'other_state' });
  });

  it('writes nothing, however often it is asked', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    await rig.take(ADA, SETTLED, isVoided(BILL, { attempt: 1 }));
    const before = JSON.stringify([await rig.store.counts(), await rig.store.findProfiles('user_ada')]);
    for (let count = 0; count < 5; count += 1) await rig.ask(SETTLED);
    expect(JSON.stringify([await rig.store.counts(), await rig.store.findProfiles('user_ada')])).toBe(before);
  });

  it('changes its answer in the very millisecond in which time alone changes what is true', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    const paidAt = plus(T0, HOUR_MS);
    await rig.take(ADA, paidAt, customerPays(BILL, { attempt: 1, charge: 2 }));
    await rig.decide(plus(paidAt, MINUTE_MS));
    const end = plus(paidAt, 7 * DAY_MS);
    expect(await rig.ask(plus(end, -1), { message: 'recovery' })).toMatchObject({ suppress: false });
    expect(await rig.ask(end, { message: 'recovery' })).toMatchObject({ suppress: true, reason: 'healthy' });
  });

  it('lets a message pass from the millisecond in which a failure has settled, not before', async () => {
    const rig = await guardRig(kind);
    await rig.take(ADA, plus(T0, -DAY_MS), customerIsSaved);
    await rig.decide(plus(T0, -DAY_MS));
    // Without the event of its charge, what happened is known when the settle window ends.
    const notice = FIRST(ADA, T0).filter(({ type }) => type === 'invoice.payment_failed');
    await rig.takeBodies(
      notice.map((event) => JSON.stringify(event)),
      T0,
    );
    await rig.decide(T0);
    const settles = plus(T0, 10 * SECOND_MS);
    expect(await rig.ask(plus(settles, -1))).toMatchObject({ suppress: true, reason: 'healthy' });
    expect(await rig.ask(settles)).toMatchObject({ suppress: false });
  });

  it('names why nobody may be written to, from what was received just now', async () => {
    const rig = await guardRig(kind);
    const episode = await inDunning(rig);
    await rig.take(ADA, SETTLED, cancelIsRequested('sub_1', 'past_due', plus(SETTLED, DAY_MS)));
    expect(await rig.ask(SETTLED, { episode })).toMatchObject({
      suppress: true,
      reason: 'voluntary_cancel',
      dunning_status: 'held',
    });
    await rig.take(ADA, plus(SETTLED, SECOND_MS), cancelIsUndone('sub_1', 'past_due'));
    expect((await rig.ask(plus(SETTLED, SECOND_MS), { episode })).suppress).toBe(false);
  });

  it('lets each kind of message pass in its own state only', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    const ask = async (now = SETTLED) =>
      Promise.all(
        (['dunning', 'pre_dunning', 'recovery'] as const).map(
          async (message) => (await rig.ask(now, { message })).reason,
        ),
      );
    expect(await ask()).toEqual([null, 'other_state', 'other_state']);
    await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
    expect(await ask()).toEqual(['other_state', 'other_state', null]);
  });

  it.each([
    ['hold', 'held'],
    ['exclude', 'opted_out'],
  ] as const)(
    'stops every kind of message after %s, thanks for a payment too, until it lapses',
    async (action, reason) => {
      const rig = await guardRig(kind);
      await inDunning(rig);
      await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
      await rig.decide(SETTLED);
      const world = { store: rig.store, rules: guardRules(), providers: { stripe } };
      const said = request(action, { expiry: { forMs: HOUR_MS } });
      expect(await intervene(world, said, SETTLED)).toMatchObject({ ok: true });
      const reasons = async (now = SETTLED) =>
        Promise.all(
          (['dunning', 'pre_dunning', 'recovery'] as const).map(
            async (message) => (await rig.ask(now, { message })).reason,
          ),
        );
      expect(await reasons()).toEqual([reason, reason, reason]);
      await rig.decide(plus(SETTLED, MINUTE_MS));
      expect(await reasons(plus(SETTLED, HOUR_MS - 1))).toEqual([reason, reason, reason]);
      expect(await reasons(plus(SETTLED, HOUR_MS))).toEqual(['other_state', 'other_state', null]);
    },
  );

  it('thanks for a payment while another account of the person is held', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    await rig.take({ ...ADA, customer: 'cus_ada_2' }, SETTLED, customerIsSaved);
    await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
    await rig.decide(SETTLED);
    const world = { store: rig.store, rules: guardRules(), providers: { stripe } };
    await intervene(world, request('hold', { id: 'cus_ada_2' }), SETTLED);
    expect(await rig.ask(SETTLED, { message: 'recovery' })).toMatchObject({ suppress: false, reason: null });
    await intervene(world, request('hold', { id: ADA.customer, requestId: 'second' }), SETTLED);
    expect(await rig.ask(SETTLED, { message: 'recovery' })).toMatchObject({ suppress: true, reason: 'held' });
  });

  it('is narrowed by the episode that the message is about', async () => {
    const rig = await guardRig(kind);
    const episode = await inDunning(rig);
    expect(await rig.ask(SETTLED, { episode: 'another' })).toMatchObject({ suppress: true, reason: 'other_episode' });
    expect(await rig.ask(SETTLED, { episode: '' })).toMatchObject({ suppress: true, reason: 'other_episode' });
    await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
    expect(await rig.ask(SETTLED, { episode, message: 'recovery' })).toMatchObject({
      suppress: false,
      dunning_episode_id: episode,
    });
    expect(await rig.ask(SETTLED, { episode: 'another', message: 'recovery' })).toMatchObject({
      reason: 'other_episode',
    });
  });

  it('speaks of the newest episode after a payment that was taken back', async () => {
    const rig = await guardRig(kind);
    const episode = await inDunning(rig);
    await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
    const lostAt = plus(SETTLED, DAY_MS);
    await rig.decide(lostAt);
    await rig.take(ADA, lostAt, disputeIsLost(BILL, { charge: 2 }));
    const answer = await rig.ask(lostAt);
    expect(answer.dunning_episode_id).not.toBe(episode);
    expect(await rig.ask(lostAt, { episode })).toMatchObject({ suppress: true });
  });

  it('suppresses for people of whom nobody knows, and for whom nothing is wrong', async () => {
    const rig = await guardRig(kind);
    expect(await rig.ask(T0)).toEqual({
      suppress: true,
      reason: 'unknown_person',
      dunning_status: null,
      dunning_episode_id: null,
      next_retry_date: null,
      as_of: '2026-11-02T09:00:00.000Z',
    });
    await rig.take(ADA, T0, customerIsSaved);
    await rig.decide(T0);
    expect(await rig.ask(T0)).toMatchObject({ suppress: true, reason: 'healthy', dunning_status: 'none' });
  });

  it('answers for the live person where a test-mode one bears the same user id, and for the latter where it is alone', async () => {
    const rig = await guardRig(kind);
    await rig.take({ ...ADA, livemode: false, customer: 'cus_test' }, T0, customerIsSaved, FIRST);
    await rig.decide(SETTLED);
    expect((await rig.ask(SETTLED)).suppress).toBe(false);
    await rig.take(ADA, SETTLED, customerIsSaved);
    await rig.decide(SETTLED);
    expect(await rig.ask(SETTLED)).toMatchObject({ suppress: true, reason: 'healthy' });
  });

  it('joins the accounts of one person', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    const other: Bill = { invoice: 'in_9', subscription: 'sub_9', amount: 900 };
    await rig.take({ ...ADA, customer: 'cus_ada_2' }, SETTLED, customerIsSaved);
    await rig.decide(SETTLED);
    await rig.take({ ...ADA, customer: 'cus_ada_2' }, SETTLED, fails(other, { attempt: 1 }));
    await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
    const later = plus(SETTLED, MINUTE_MS);
    const answer = await rig.ask(later);
    expect(answer.suppress).toBe(false);
    await rig.decide(later);
    expect(await rig.ask(later)).toEqual(answer);
  });

  it('does not speak of an account that was linked to somebody else just now', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    await rig.take(ADA, SETTLED, customerSays({ user: 'user_ben' }), turns('sub_1', 'past_due', 'past_due'));
    await rig.take({ ...ADA, userId: 'user_ben' }, SETTLED, turns('sub_1', 'past_due', 'past_due'));
    const before = await rig.ask(SETTLED);
    await rig.decide(plus(SETTLED, SECOND_MS));
    const after = await rig.ask(plus(SETTLED, SECOND_MS));
    expect([before.suppress, after.suppress]).toEqual([true, true]);
    expect((await rig.ask(plus(SETTLED, SECOND_MS), { userId: 'user_ben' })).suppress).toBe(false);
  });

  it.each([`' OR 1=1 --`, '%', '_', 'user_ada\u0000', 'user:user_ada', '', 'USER_ADA', 'user_ada '])(
    'knows nobody by %j where a user has a similar id',
    async (userId) => {
      const rig = await guardRig(kind);
      await inDunning(rig);
      expect(await rig.ask(SETTLED, { userId })).toMatchObject({ suppress: true, reason: 'unknown_person' });
      expect((await rig.ask(SETTLED)).suppress).toBe(false);
    },
  );

  it('answers five hundred who ask at once, each about their own', async () => {
    const rig = await guardRig(kind);
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    for (const [index, name] of names.entries()) {
      const bill = { ...BILL, invoice: `in_${name}`, subscription: `sub_${name}` };
      await rig.take(person(name), T0, customerIsSaved, ...(index % 2 === 0 ? [fails(bill, { attempt: 1 })] : []));
    }
    await rig.decide(SETTLED);
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) => rig.ask(SETTLED, { userId: `user_${names[index % 20]}` })),
    );
    expect(answers.map(({ suppress }) => suppress)).toEqual(answers.map((_, index) => index % 2 === 1));
  });

  it('stops messages to somebody whose entry the brakes hold back, decided or about to be decided again', async () => {
    const brakes = { ...DEFAULT_POLICY.brakes, entriesPerDay: 1 };
    const rig = await guardRig(kind, { channel: 'segment', policy: { brakes } });
    await inDunning(rig);
    const second = plus(T0, HOUR_MS);
    await rig.take(ADA, second, fails(BILL, { attempt: 2 }));
    const later = plus(second, MINUTE_MS);
    await rig.decide(later);
    expect(await rig.ask(later)).toMatchObject({ suppress: true, reason: 'brake', dunning_status: 'held' });
    await rig.take(ADA, later, turns('sub_1', 'past_due', 'past_due'));
    expect(await rig.ask(later)).toMatchObject({ suppress: true, reason: 'brake', dunning_status: 'held' });
    await rig.take(ADA, later, customerPays(BILL, { attempt: 2, charge: 3 }));
    expect((await rig.ask(later, { message: 'recovery' })).suppress).toBe(false);
  });

  it('lets thanks pass an engaged brake for those who were told of the failure alone, decided or not', async () => {
    const brakes = { entriesPerDay: null, shareAtOnce: 0.5, withinMs: HOUR_MS, fromPeople: 2 };
    const rig = await guardRig(kind, { channel: 'segment', policy: { brakes } });
    const thanks = (userId: string, now: Instant) => rig.ask(now, { userId, message: 'recovery' });
    await inDunning(rig);
    const [ben, bensBill] = [person('ben'), { ...BILL, invoice: 'in_ben', subscription: 'sub_ben' }];
    const failed = plus(T0, HOUR_MS / 2);
    await rig.take(ben, failed, fails(bensBill, { attempt: 1 }));
    await rig.decide(plus(failed, MINUTE_MS));
    expect((await rig.store.brakeStatus()).held.share).toBe(1);
    const paid = plus(failed, 2 * MINUTE_MS);
    await rig.take(ADA, paid, customerPays(BILL, { attempt: 1, charge: 2 }));
    await rig.take(ben, paid, customerPays(bensBill, { attempt: 1, charge: 2 }));
    for (const now of [paid, plus(paid, MINUTE_MS)]) {
      expect(await thanks('user_ada', now)).toMatchObject({ suppress: false });
      expect(await thanks('user_ben', now)).toMatchObject({ suppress: true, reason: 'brake' });
      await rig.decide(plus(paid, MINUTE_MS));
    }
  });

  it('says of a later stage under an engaged brake, and of thanks after the switch to enforce, what the loop says next', async () => {
    const brakes = { entriesPerDay: null, shareAtOnce: 0.5, withinMs: HOUR_MS, fromPeople: 2 };
    const agreed = async (rig: GuardRig, now: Instant, question: Partial<GuardQuestion>) => {
      const before = await rig.ask(now, question);
      await rig.decide(now);
      expect(before).toEqual(await rig.ask(now, question));
      return before;
    };
    const othersFail = async (rig: GuardRig, at: Instant) => {
      for (const name of ['ben', 'cyd', 'dan'])
        await rig.take(person(name), at, fails({ ...BILL, invoice: `in_${name}`, subscription: `sub_${name}` }));
      await rig.decide(plus(at, MINUTE_MS));
      expect((await rig.store.brakeStatus()).stop).not.toBeNull();
    };
    const [later, then] = [plus(T0, HOUR_MS / 2), plus(T0, HOUR_MS / 2 + 2 * MINUTE_MS)];
    const staged = await guardRig(kind, { channel: 'segment', policy: { brakes } });
    await inDunning(staged);
    await othersFail(staged, later);
    await staged.take(ADA, then, fails(BILL, { attempt: 2 }));
    expect(await agreed(staged, plus(then, MINUTE_MS), {})).toMatchObject({ suppress: true, reason: 'brake' });

    const setting: { channel: Channel; policy: Partial<Policy> } = { channel: 'recorder', policy: { brakes } };
    const switched = await guardRig(kind, setting);
    await inDunning(switched);
    setting.channel = 'segment';
    await othersFail(switched, later);
    await switched.take(ADA, then, customerPays(BILL, { attempt: 1, charge: 2 }));
    expect(await agreed(switched, plus(then, MINUTE_MS), { message: 'recovery' })).toMatchObject({ suppress: true });
  });

  it('takes no word of another release for true: it decides by its own rules', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    const read = (ruleset: string) => rig.reader.readGuarded({ userId: 'user_ada', now: SETTLED, ruleset });
    expect(await read(guardRules().hash)).toMatchObject({ holds: true });
    expect(await read(guardRules('the next release').hash)).toMatchObject({ holds: false });
  });

  it('decides anew for somebody whose last decision failed, whenever the loop means to try again', async () => {
    const rig = await guardRig(kind);
    await inDunning(rig);
    await rig.take(ADA, SETTLED, customerPays(BILL, { attempt: 1, charge: 2 }));
    await rig.decide(SETTLED);
    const end = plus(SETTLED, 7 * DAY_MS);
    await rig.store.work(end, 1, (claim) => ({
      outcome: 'parked',
      profileId: claim.profileId,
      version: claim.version,
      at: end,
      retryAt: plus(end, DAY_MS),
      deadLetter: {
        kind: 'decision',
        subject: 'somebody',
        code: 'decision_failed',
        message: '-',
        payload: '{}',
        amountMinor: null,
        currency: null,
      },
    }));
    expect(await rig.ask(plus(end, 1), { message: 'recovery' })).toMatchObject({ suppress: true, reason: 'healthy' });
  });
});

describe('a guard whose store does not answer', () => {
  const over = (store: GuardStore, faults: unknown[] = []) => {
    const findPresent = makeFindPresent({
      store,
      rules: guardRules(),
      providers: { stripe },
      channelFor: () => 'recorder',
    });
    const options = { findPresent, patienceMs: 1, onFault: (error: unknown) => void faults.push(error) };
    return { guard: makeGuard(options), status: makeStatus(options) };
  };
  const QUESTION = { userId: 'user_ada', episode: null, message: 'dunning' } as const;

  it.each<[string, GuardStore]>([
    ['fails', { readGuarded: () => Promise.reject(new Error('database or disk is full')) }],
    ['throws', { readGuarded: () => { throw new Error('a bug'); } }], // biome-ignore format: one line a case
    ['never answers', { readGuarded: () => new Promise(() => {}) }],
    ['holds what nobody can read', { readGuarded: async () => ({ holds: true, view: '{"traits":' }) }],
    ['holds a view without traits', { readGuarded: async () => ({ holds: true, view: '{}' }) }],
  ])('suppresses, shows nothing and tells of the fault when the store %s', async (_, store) => {
    const faults: unknown[] = [];
    const { guard, status } = over(store, faults);
    expect(await guard.ask(QUESTION, T0)).toMatchObject({ suppress: true, reason: 'store_unavailable' });
    expect(await status.ask('user_ada', T0)).toMatchObject({ show: false, message: null, dunning_status: null });
    expect(faults).toHaveLength(2);
  });
});
