import { describe, expect, test } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import { ADA, isKnown } from '../scenario/ada.ts';
import { day, hours, minutes, seconds } from '../scenario/harness.ts';
import { becomes, on, to, wait } from '../scenario/stage.ts';
import {
  customerIsSaved,
  customerPays,
  disputeIsLost,
  fails,
  isLookedAt,
  retrySucceeds,
} from '../scenario/stripe-happenings.ts';
import { disputeIsOpened, disputeIsWon } from '../scenario/stripe-interruptions.ts';
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
  isReceivedLate,
  isSilenced,
  MESSENGERS,
  noteEpisode,
  type OutsideStep,
  operatorSays,
  PAID,
  PAID_BY_HER,
  playOutside,
  settles,
  stagesAre,
  toolsAreSilenced,
} from './suppression-play.ts';

/** Nobody who paid is dunned again, whatever turns after it: a mark, another bill, the bank, a hold, another user. */
const pays = customerPays(ADA, { attempt: 1 });

describe('a mark', () => {
  test('retries of the marked bill that fail later start nothing, in any layer', () =>
    playOutside([
      ...adaIsDunned,
      operatorSays('mark-recovered'),
      settles,
      on(2),
      isReceived(fails(ADA, { attempt: 2, retryAt: day(4) })),
      guardStops(PAID_BY_HER),
      settles,
      wait(minutes(5)),
      stagesAre('first_failure'),
      on(4),
      isReceived(fails(ADA, { attempt: 3 })),
      settles,
      on(12),
      async (stage) => expect(await ask(stage)).toMatchObject({ suppress: true, reason: 'healthy' }),
      stagesAre('first_failure'),
      (stage) => {
        for (const vendor of HOLDERS)
          expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada')), vendor).toMatchObject({ inDunning: false });
      },
    ]));
});

describe('two subscriptions, of which one is paid', () => {
  const OTHER = billOf('ada', 2);

  test('the flow of the paid one is stopped by its id, and its messages by the guard; the other goes on', () =>
    playOutside([
      ...adaIsDunned,
      to('ada', fails(OTHER, FAR)),
      wait(minutes(1)),
      isReceived(pays),
      async (stage) => {
        expect(await ask(stage, { episode: stage.episode })).toMatchObject({ suppress: true, reason: 'other_episode' });
        expect(await ask(stage)).toMatchObject({ suppress: false });
      },
      settles,
      (stage) => {
        for (const vendor of MESSENGERS) {
          const ended = edgesIn(stage, vendor).filter(({ name }) => name !== 'dunning_stage_entered');
          expect(ended, vendor).toEqual([
            { name: 'payment_recovered', episode: stage.episode, about: 'customer_paid' },
          ]);
        }
      },
      async (stage) => {
        expect(await ask(stage, { episode: stage.episode })).toMatchObject({ suppress: true, reason: 'other_episode' });
      },
      wait(minutes(1)),
      async (stage) => {
        const first = stage.episode;
        await noteEpisode(stage);
        expect(stage.episode).not.toBe(first);
      },
      isDunned({ stage: 'first_failure' }),
      (stage) => {
        for (const vendor of HOLDERS)
          expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada'))?.episode, vendor).toBe(stage.episode);
      },
    ]));
});

describe('a recovery that the bank takes back', () => {
  test('is an episode of its own: messages of the old one stay stopped', () =>
    playOutside([
      ...adaIsDunned,
      isReceived(customerPays(ADA, { attempt: 2 })),
      ...isSilenced(PAID_BY_HER),
      on(20),
      isReceived(disputeIsOpened(ADA, 2, day(20))),
      settles,
      async (stage) => expect(await ask(stage)).toMatchObject({ suppress: true }),
      on(30),
      isReceived(disputeIsLost(ADA, { attempt: 2 })),
      settles,
      wait(minutes(1)),
      async (stage) => {
        const old = stage.episode;
        await noteEpisode(stage);
        expect(stage.episode).not.toBe(old);
        expect(await ask(stage, { episode: old })).toMatchObject({ suppress: true, reason: 'other_episode' });
        expect(await ask(stage, { episode: stage.episode })).toMatchObject({ suppress: false });
      },
    ]));
});

describe('a hold', () => {
  test('that comes and goes three times announces nothing twice', () =>
    playOutside([
      ...adaIsDunned,
      ...[1, 2, 3].flatMap((round): readonly OutsideStep[] => [
        on(round, hours(1)),
        operatorSays('hold', { for: '30d' }),
        settles,
        toolsAreSilenced(HELD),
        on(round, hours(2)),
        operatorSays('resume'),
        settles,
        isDunned({ stage: 'first_failure' }),
      ]),
      stagesAre('first_failure'),
    ]));

  test('under which the customer pays thanks nobody, and ends in nothing when it lapses', () =>
    playOutside([
      ...adaIsDunned,
      operatorSays('hold', { for: '3d' }),
      ...isSilenced(HELD),
      on(2),
      isReceived(pays),
      guardStops({ status: 'recovered', guard: 'held' }),
      settles,
      on(6),
      toolsAreState({ inDunning: false, status: 'recovered' }),
      stagesAre('first_failure'),
      async (stage) => expect(await ask(stage)).toMatchObject({ suppress: true, reason: 'other_state' }),
    ]));

  test('that ends while a dispute is open leaves the customer in peace until that ends, too', () =>
    playOutside([
      ...adaIsDunned,
      operatorSays('hold', { for: '3d' }),
      settles,
      on(2),
      isReceived(disputeIsOpened(PAID, 1, day(2))),
      settles,
      on(5),
      guardStops({ status: 'held', guard: 'dispute' }),
      toolsAreSilenced(HELD),
      isReceived(disputeIsWon(PAID, 1, day(2))),
      settles,
      isDunned({ stage: 'first_failure' }),
      stagesAre('first_failure'),
    ]));

  test('lifted in the very step in which the payment comes lets nothing through', () =>
    playOutside([
      ...adaIsDunned,
      operatorSays('hold', { for: '30d' }),
      settles,
      on(2),
      operatorSays('resume'),
      isReceived(pays),
      guardStops(PAID_BY_HER),
      settles,
      toolsAreState({ inDunning: false, status: 'recovered' }),
      stagesAre('first_failure'),
    ]));
});

const toolsAreState =
  (expected: { readonly inDunning: boolean; readonly status: string }): OutsideStep =>
  ({ relay }) => {
    for (const vendor of HOLDERS)
      expect(seen(personIn(relay.standIns, vendor, 'user_ada')), vendor).toMatchObject(expected);
  };

describe('a customer that is linked to another user', () => {
  const isMoved: readonly OutsideStep[] = [
    becomes('ada', { userId: 'user_old' }),
    salesLink({ user: 'user_old', email: 'old@example.com' }),
    salesLink({ user: 'user_ada', email: 'new@example.com' }),
    salesLink({ account: 'cus_ada' }),
    to('ada', fails(ADA, FAR)),
    wait(minutes(2)),
    on(1),
    becomes('ada', { userId: 'user_ada' }),
    isReceived(customerIsSaved, isLookedAt(ADA, FAR)),
  ];

  test('the old user is stopped by the guard at once and cleared everywhere; a payment stops the new one', () =>
    playOutside([
      ...isMoved,
      async (stage) => expect((await ask(stage, { user: 'user_old' })).suppress).toBe(true),
      settles,
      wait(minutes(2)),
      async (stage) => {
        expect((await ask(stage, { user: 'user_old' })).suppress).toBe(true);
        for (const vendor of HOLDERS)
          expect(seen(personIn(stage.relay.standIns, vendor, 'user_old')), vendor).toMatchObject({ inDunning: false });
        for (const vendor of MESSENGERS)
          expect(edgesIn(stage, vendor, 'user_old').at(-1), vendor).toMatchObject({ name: 'dunning_exited' });
        await noteEpisode(stage);
      },
      isDunned({ stage: 'first_failure' }),
      on(2),
      isReceived(pays),
      guardStops(PAID_BY_HER),
      settles,
      toolsAreState({ inDunning: false, status: 'recovered' }),
      async (stage) => expect((await ask(stage, { user: 'user_old' })).suppress).toBe(true),
    ]));
});

test('a payment seconds after the failure was announced stops the flow that has just begun', () =>
  playOutside([
    ...isKnown('ada'),
    on(1),
    to('ada', fails(ADA, FAR)),
    wait(seconds(11)),
    (stage) => noteEpisode(stage),
    stagesAre('first_failure'),
    isReceivedLate(plus(day(1), seconds(11)), retrySucceeds(ADA, { attempt: 2 })),
    guardStops(PAID_BY_HER),
    settles,
    toolsAreSilenced({ ...PAID_BY_HER, exit: ['payment_recovered', 'automatic_retry'] }),
  ]));
