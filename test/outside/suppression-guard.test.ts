import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { paymentMethodAttached, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { ADA, isKnown } from '../scenario/ada.ts';
import { day, minutes, seconds } from '../scenario/harness.ts';
import { becomes, on, to, wait } from '../scenario/stage.ts';
import {
  customerPays,
  fails,
  failureIsNotified,
  type Happening,
  isPaidFirstTime,
} from '../scenario/stripe-happenings.ts';
import {
  adaIsDunned,
  ask,
  FAR,
  isReceived,
  type OutsideStep,
  operatorSays,
  PAID,
  playOutside,
  type Question,
  settles,
} from './suppression-play.ts';
import { GUARD_TOKEN } from './suppression-relay.ts';

/** The guard and the status as templates and banners meet them (semantics E8, G8). */
const answers =
  (question: Question, expected: object): OutsideStep =>
  async (stage) =>
    expect(await ask(stage, question)).toMatchObject(expected);
const pays = customerPays(ADA, { attempt: 1 });

const body = async (response: Response): Promise<Record<string, unknown>> => JSON.parse(await response.text());

describe('whom the guard lets pass', () => {
  test('nobody whom it does not know, and nobody for whom nothing is wrong', () =>
    playOutside([
      answers({ user: 'user_nobody' }, { suppress: true, reason: 'unknown_person', dunning_status: null }),
      ...isKnown('ada'),
      to('ada', isPaidFirstTime(PAID)),
      answers({}, { suppress: true, reason: 'healthy', dunning_status: 'none' }),
      answers({ message: 'recovery' }, { suppress: true }),
      answers({ message: 'pre_dunning' }, { suppress: true }),
    ]));

  test('only the episode that was asked for', () =>
    playOutside([
      ...adaIsDunned,
      answers({}, { suppress: false }),
      async (stage) => expect((await ask(stage, { episode: stage.episode })).suppress).toBe(false),
      answers({ episode: 'dun_other' }, { suppress: true, reason: 'other_episode' }),
      answers({ episode: '' }, { suppress: true, reason: 'other_episode' }),
    ]));

  test('each kind of message in its own state, thanks for seven days', () =>
    playOutside([
      ...adaIsDunned,
      answers({ message: 'dunning' }, { suppress: false }),
      answers({ message: 'recovery' }, { suppress: true, reason: 'other_state' }),
      answers({ message: 'pre_dunning' }, { suppress: true, reason: 'other_state' }),
      isReceived(pays),
      answers({ message: 'recovery' }, { suppress: false, dunning_status: 'recovered' }),
      async (stage) => expect((await ask(stage, { message: 'recovery', episode: stage.episode })).suppress).toBe(false),
      answers({ message: 'recovery', episode: 'dun_other' }, { suppress: true }),
      settles,
      on(8, -1),
      answers({ message: 'recovery' }, { suppress: false }),
      on(8),
      answers({ message: 'recovery' }, { suppress: true }),
    ]));

  test('reminders of a card that expires, until a failure, and not who is held', () => {
    const attaches: Happening = (account, at) => [
      paymentMethodAttached(account, { at }),
      subscriptionUpdated(account, { subscription: 'sub_ada1', at, status: 'active' }),
    ];
    return playOutside([
      ...isKnown('ada'),
      becomes('ada', { card: { last4: '0026', expMonth: 4, expYear: 2026 }, paymentMethod: 'pm_old' }),
      to('ada', attaches),
      answers({ message: 'pre_dunning' }, { suppress: true }),
      on(31),
      answers({ message: 'pre_dunning' }, { suppress: false, dunning_status: 'pre_dunning' }),
      answers({ message: 'dunning' }, { suppress: true, reason: 'other_state' }),
      operatorSays('hold', { for: '1d' }),
      answers({ message: 'pre_dunning' }, { suppress: true, reason: 'held' }),
      on(32),
      answers({ message: 'pre_dunning' }, { suppress: false }),
      isReceived(fails(ADA, FAR)),
      settles,
      wait(seconds(10)),
      answers({ message: 'pre_dunning' }, { suppress: true }),
      answers({ message: 'dunning' }, { suppress: false }),
    ]);
  });
});

describe('what was received and not decided', () => {
  test('a failure whose reason is still waited for lets nothing pass', () =>
    playOutside([
      ...isKnown('ada'),
      isReceived(failureIsNotified(ADA, FAR)),
      answers({}, { suppress: true }),
      settles,
      wait(seconds(10)),
      answers({}, { suppress: false }),
    ]));

  test('time alone ends a hold and begins one state after another, whether the loop has run or not', () =>
    playOutside([
      ...adaIsDunned,
      operatorSays('hold', { for: '2h' }),
      answers({}, { suppress: true, reason: 'held' }),
      // The loop sleeps: only the clock moves.
      (stage) => stage.relay.take([], day(1, minutes(120) - 1)),
      answers({}, { suppress: true, reason: 'held' }),
      (stage) => stage.relay.take([], day(1, minutes(120))),
      answers({}, { suppress: false, reason: null }),
    ]));
});

describe('modes', () => {
  test('somebody in test mode does not speak for the live person of the same id', () =>
    playOutside([
      ...adaIsDunned,
      becomes('twin', { userId: 'user_ada', livemode: false, customer: 'cus_twin' }),
      to('twin', customerPays({ ...ADA, invoice: 'in_twin', subscription: 'sub_twin' }, { attempt: 1 })),
      answers({}, { suppress: false }),
      isReceived(pays),
      settles,
      to('twin', fails({ ...ADA, invoice: 'in_twin2', subscription: 'sub_twin' }, FAR)),
      wait(minutes(1)),
      answers({}, { suppress: true, reason: 'other_state' }),
    ]));
});

describe('a store that fails', () => {
  test('stops every message with 200, and shows no banner', () =>
    playOutside([
      ...adaIsDunned,
      answers({}, { suppress: false }),
      ({ relay }) => relay.closeGuard(),
      answers({}, { suppress: true, reason: 'store_unavailable', dunning_status: null }),
      async ({ relay }) => {
        const response = await relay.get('/v1/status/user_ada');
        expect(response.status).toBe(200);
        expect(await body(response)).toMatchObject({ show: false });
      },
    ]));
});

describe('who may ask', () => {
  test.each([
    ['nobody', {}],
    ['somebody with another token', { authorization: 'Bearer guard-token-0123456789-abcdeg' }],
    ['the operators’ token', { authorization: 'Bearer api-token-0123456789-abcdef' }],
    ['a token in another scheme', { authorization: `Basic ${GUARD_TOKEN}` }],
  ])('not %s: 401 or 403, and a body that stops the message', (_name, headers) =>
    playOutside([
      ...adaIsDunned,
      async ({ relay }) => {
        for (const path of ['/v1/guard/user_ada', '/v1/guard/user_ada?message=recovery']) {
          const response = await relay.get(path, headers);
          expect([401, 403]).toContain(response.status);
          const text = await response.text();
          expect(JSON.parse(text)).toMatchObject({ suppress: true });
          expect(text).not.toMatch(/dun_|active|guard-token|api-token/);
        }
        const status = await relay.get('/v1/status/user_ada', headers);
        expect([401, 403]).toContain(status.status);
        expect(await body(status)).toMatchObject({ show: false });
      },
    ]),
  );

  test('a hash opens the status of its user alone, and not the guard', () =>
    playOutside([
      ...adaIsDunned,
      async ({ relay }) => {
        const hashOf = (user: string) => createHmac('sha256', GUARD_TOKEN).update(user).digest('hex');
        const own = await relay.get(`/v1/status/user_ada?user_hash=${hashOf('user_ada')}`, {});
        expect(await body(own)).toMatchObject({ show: true, message: 'dunning', amount_due: 49 });
        const other = await relay.get(`/v1/status/user_ada?user_hash=${hashOf('user_eve')}`, {});
        expect(other.status).toBe(401);
        const guard = await relay.get(`/v1/guard/user_ada?user_hash=${hashOf('user_ada')}`, {});
        expect(guard.status).toBe(401);
      },
    ]));

  test('the guard’s token opens neither holds nor numbers', () =>
    playOutside([
      ...adaIsDunned,
      async ({ relay }) => {
        expect((await relay.get('/metrics')).status).toBe(401);
        const held = await relay.post('/v1/profiles/user_ada/hold', { actor: 'eve', for: '7d' }, GUARD_TOKEN);
        expect(held.status).toBe(401);
      },
      answers({}, { suppress: false }),
    ]));
});

describe('what a customer may read', () => {
  test.each(['stolen_card', 'lost_card', 'fraudulent', 'pickup_card'])('%s is told as any card to replace', (because) =>
    playOutside([
      ...isKnown('ada'),
      to('ada', fails(ADA, { ...FAR, because })),
      wait(minutes(1)),
      async ({ relay }) => {
        for (const path of ['/v1/status/user_ada', '/v1/guard/user_ada']) {
          const text = await (await relay.get(path)).text();
          expect(text).not.toMatch(/stolen|lost_card|fraud|pickup|undisclosed/i);
        }
        const shown = await body(await relay.get('/v1/status/user_ada'));
        expect(shown).toMatchObject({ show: true, message: 'dunning', failure_class: 'update_card' });
      },
    ]),
  );

  test('who is held, excluded or at odds with us reads nothing of it', () =>
    playOutside([
      ...adaIsDunned,
      operatorSays('exclude', { reason: 'canary-reason', actor: 'canary-actor' }),
      async ({ relay }) => {
        const text = await (await relay.get('/v1/status/user_ada')).text();
        expect(text).not.toMatch(/canary|held|opted|excl|suppress/);
        expect(JSON.parse(text)).toMatchObject({ show: false, dunning_status: 'none', amount_due: null });
      },
    ]));
});
