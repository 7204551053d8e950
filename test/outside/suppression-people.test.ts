import { describe, expect, test } from 'vitest';
import { ADA } from '../scenario/ada.ts';
import { day, minutes } from '../scenario/harness.ts';
import { becomes, on, to, wait } from '../scenario/stage.ts';
import { cancelIsRequested, customerPays, fails, isSeen } from '../scenario/stripe-happenings.ts';
import { disputeIsOpened } from '../scenario/stripe-interruptions.ts';
import { collection } from '../scenario/stripe-pauses.ts';
import { customerSays } from '../scenario/stripe-people.ts';
import { personIn, seen } from '../scenario/tools-looks.ts';
import { billOf, salesLink } from '../scenario/tools-play.ts';
import {
  adaIsDunned,
  ask,
  edgesIn,
  FAR,
  guardStops,
  HELD,
  HOLDERS,
  isDunned,
  isReceived,
  MESSENGERS,
  noteEpisode,
  type OutsidePlay,
  type OutsideStep,
  operatorSays,
  PAID,
  playOutside,
  settles,
} from './suppression-play.ts';

/** Whom silence is about: one bill, one account, one person or all that are told of it. */
const OTHER = billOf('ada', 2);
const pays = customerPays(ADA, { attempt: 1 });

const edgesOf = (stage: OutsidePlay, user: string, vendor: (typeof MESSENGERS)[number], episode?: string) =>
  edgesIn(stage, vendor, user).filter((edge) => episode === undefined || edge.episode === episode);

describe('one of two subscriptions', () => {
  const bothFail: readonly OutsideStep[] = [
    ...adaIsDunned,
    to('ada', isSeen('sub_ada2', 'active'), fails(OTHER, FAR)),
    wait(minutes(1)),
  ];

  test.each([
    ['is paused', collection('sub_ada1', { resumesAt: null })],
    ['is to be canceled', cancelIsRequested('sub_ada1', 'past_due', day(20))],
  ] as const)('that %s: its own flow stops, and the other bill is dunned', (_name, happening) =>
    playOutside([
      ...bothFail,
      isReceived(happening),
      async (stage) => {
        expect(await ask(stage, { episode: stage.episode })).toMatchObject({ suppress: true });
        expect(await ask(stage)).toMatchObject({ suppress: false });
      },
      settles,
      wait(minutes(2)),
      async (stage) => {
        const first = stage.episode;
        for (const vendor of MESSENGERS)
          expect(edgesOf(stage, 'user_ada', vendor, first).at(-1), vendor).toMatchObject({ name: 'dunning_exited' });
        await noteEpisode(stage);
        expect(stage.episode).not.toBe(first);
        for (const vendor of MESSENGERS)
          expect(edgesOf(stage, 'user_ada', vendor, stage.episode), vendor).toMatchObject([
            { name: 'dunning_stage_entered' },
          ]);
      },
      isDunned({ stage: 'first_failure' }),
    ]),
  );

  test('marked as recovered by its episode: the other goes on', () =>
    playOutside([
      ...bothFail,
      (stage) => operatorSays('mark-recovered', { episode: stage.episode })(stage),
      async (stage) => expect(await ask(stage, { episode: stage.episode })).toMatchObject({ suppress: true }),
      settles,
      wait(minutes(1)),
      async (stage) => {
        const first = stage.episode;
        await noteEpisode(stage);
        expect(stage.episode).not.toBe(first);
      },
      isDunned({ stage: 'first_failure' }),
    ]));
});

describe('one of two accounts of a person', () => {
  const ONE = billOf('one');
  const TWO = billOf('two');
  const both: readonly OutsideStep[] = [
    becomes('one', { userId: 'user_ada' }),
    becomes('two', { userId: 'user_ada' }),
    salesLink({ user: 'user_ada' }),
    salesLink({ account: 'cus_one' }),
    salesLink({ account: 'cus_two' }),
    to('one', fails(ONE, FAR)),
    wait(minutes(1)),
    (stage) => noteEpisode(stage),
    on(1),
    to('two', fails(TWO, FAR)),
    wait(minutes(1)),
  ];
  const heldAs = async ({ relay }: OutsidePlay, id: string): Promise<void> => {
    expect((await relay.post(`/v1/profiles/${id}/hold`, { actor: 'hanna', for: '30d' })).status).toBe(202);
  };

  test('held by its own id: the bill of the other account is dunned, its own flow stops', () =>
    playOutside([
      ...both,
      (stage) => heldAs(stage, 'cus_one'),
      async (stage) => {
        expect(await ask(stage, { episode: stage.episode })).toMatchObject({ suppress: true });
        expect(await ask(stage)).toMatchObject({ suppress: false });
      },
      settles,
      wait(minutes(2)),
      (stage) => {
        for (const vendor of MESSENGERS)
          expect(edgesOf(stage, 'user_ada', vendor, stage.episode).at(-1), vendor).toMatchObject({
            name: 'dunning_exited',
          });
        for (const vendor of HOLDERS)
          expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada')), vendor).toMatchObject({ inDunning: true });
      },
    ]));

  test('held by the user id: both are', () =>
    playOutside([
      ...both,
      (stage) => heldAs(stage, 'user_ada'),
      guardStops(HELD),
      settles,
      wait(minutes(2)),
      (stage) => {
        for (const vendor of HOLDERS)
          expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada')), vendor).toMatchObject({
            inDunning: false,
            status: 'held',
          });
      },
      guardStops(HELD),
    ]));
});

describe('contacts of an account', () => {
  const hasContact: readonly OutsideStep[] = [
    salesLink({ user: 'user_bob', email: 'bob@example.com' }),
    to('ada', customerSays({ user: 'user_ada', contacts: 'user_bob', email: 'ada@example.com' })),
    ...adaIsDunned.slice(2),
  ];
  const contactHolds =
    (inDunning: boolean): OutsideStep =>
    (stage) => {
      for (const vendor of HOLDERS)
        expect(seen(personIn(stage.relay.standIns, vendor, 'user_bob'))?.inDunning ?? false, vendor).toBe(inDunning);
    };

  test.each([
    ['a payment', isReceived(pays), 'payment_recovered'],
    ['a hold', operatorSays('hold', { for: '30d' }), 'dunning_exited'],
    ['a dispute', isReceived(disputeIsOpened(PAID, 1, day(1))), 'dunning_exited'],
  ] as const)('are silenced by %s as the user is', (_name, happens, exit) =>
    playOutside([
      salesLink({ user: 'user_ada', email: 'ada@example.com' }),
      salesLink({ account: 'cus_ada' }),
      ...hasContact.slice(0, 2),
      to('ada', isSeen('sub_ada1', 'active'), customerPays(PAID, { attempt: 1 })),
      to('ada', fails(ADA, FAR)),
      wait(minutes(2)),
      (stage) => noteEpisode(stage),
      contactHolds(true),
      async (stage) => expect(await ask(stage, { user: 'user_bob' })).toMatchObject({ suppress: false }),
      on(1),
      happens,
      async (stage) => {
        expect(await ask(stage, { user: 'user_bob' })).toMatchObject({ suppress: true });
        expect(await ask(stage, { user: 'user_bob', episode: stage.episode })).toMatchObject({ suppress: true });
      },
      settles,
      contactHolds(false),
      (stage) => {
        for (const vendor of MESSENGERS)
          expect(edgesIn(stage, vendor, 'user_bob').at(-1), vendor).toMatchObject({
            name: exit,
            episode: stage.episode,
          });
      },
      async (stage) => expect(await ask(stage, { user: 'user_bob' })).toMatchObject({ suppress: true }),
    ]),
  );
});
