import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { ADA, isKnown } from '../scenario/ada.ts';
import { day, hours, minutes, seconds } from '../scenario/harness.ts';
import { becomes, on, to, wait } from '../scenario/stage.ts';
import {
  cancelIsRequested,
  cancelIsUndone,
  customerIsSaved,
  customerPays,
  fails,
  type Happening,
  isLookedAt,
  retrySucceeds,
} from '../scenario/stripe-happenings.ts';
import { disputeIsOpened, disputeIsWon } from '../scenario/stripe-interruptions.ts';
import { collection } from '../scenario/stripe-pauses.ts';
import { personIn, seen } from '../scenario/tools-looks.ts';
import { comesBack, goesDown, salesLink } from '../scenario/tools-play.ts';
import {
  adaIsDunned,
  ask,
  churnBusterSays,
  churnkeySays,
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
  type OutsidePlay,
  type OutsideStep,
  operatorSays,
  PAID,
  playOutside,
  settles,
  stagesAre,
  toolsAreSilenced,
} from './suppression-play.ts';

/** What ends which silence, and what is heard late, or twice, or of another user by then. */
const OWNED = { status: 'held', guard: 'owned_elsewhere' } as const;
const pays = customerPays(ADA, { attempt: 1 });

const edgesOf = (stage: OutsidePlay, user: string, vendor: (typeof MESSENGERS)[number], episode?: string) =>
  edgesIn(stage, vendor, user).filter((edge) => episode === undefined || edge.episode === episode);

describe('silences side by side', () => {
  test('each ends by itself: what another tool claims is ended neither by resume nor by all', () =>
    playOutside([
      ...adaIsDunned,
      churnkeySays('dunning_campaign_started'),
      churnBusterSays('campaign_started'),
      operatorSays('hold', { for: '30d' }),
      settles,
      operatorSays('resume', { hold_id: 'all' }),
      guardStops(OWNED),
      settles,
      on(2),
      churnkeySays('dunning_campaign_ended', day(2)),
      guardStops(OWNED),
      settles,
      guardStops(OWNED),
      on(3),
      churnBusterSays('campaign_lost', day(3)),
      settles,
      isDunned({ stage: 'first_failure' }),
      stagesAre('first_failure'),
    ]));

  test('a claim about somebody who is not known yet holds from the first failure on', () =>
    playOutside([
      on(1),
      churnkeySays('dunning_campaign_started'),
      settles,
      ...isKnown('ada'),
      to('ada', fails(ADA, FAR)),
      wait(minutes(1)),
      async (stage) => expect(await ask(stage)).toMatchObject({ suppress: true, reason: 'owned_elsewhere' }),
      stagesAre(),
    ]));
});

describe('the end of a silence that is heard before its beginning', () => {
  const swapped = (
    begins: Happening,
    ends: Happening,
    beganAt: Instant = day(1),
    endedAt: Instant = day(1, hours(1)),
  ): readonly OutsideStep[] => [
    ...adaIsDunned,
    on(1, hours(2)),
    isReceivedLate(endedAt, ends),
    settles,
    isReceivedLate(beganAt, begins),
    isDunned({ stage: 'first_failure' }),
    settles,
    wait(minutes(1)),
    isDunned({ stage: 'first_failure' }),
    stagesAre('first_failure'),
  ];

  test.each([
    ['a dispute', swapped(disputeIsOpened(PAID, 1, day(1)), disputeIsWon(PAID, 1, day(1)))],
    [
      'a request to cancel',
      swapped(cancelIsRequested('sub_ada1', 'past_due', day(20)), cancelIsUndone('sub_ada1', 'past_due')),
    ],
    ['a pause', swapped(collection('sub_ada1', { resumesAt: null }), collection('sub_ada1', null))],
  ] as const)('%s: nobody is held', (_name, steps) => playOutside(steps));
});

describe('a tool that is out while', () => {
  test.each(MESSENGERS)('%s: a hold comes and goes, announces nothing when it is back', (vendor) =>
    playOutside([
      ...adaIsDunned,
      goesDown(vendor),
      operatorSays('hold', { for: '30d' }),
      settles,
      wait(minutes(30)),
      operatorSays('resume'),
      settles,
      wait(minutes(30)),
      comesBack(vendor),
      wait(hours(1)),
      isDunned({ stage: 'first_failure' }),
      stagesAre('first_failure'),
    ]),
  );

  test.each(MESSENGERS)('%s: a hold with a new stage under it ends: the stage is announced once', (vendor) =>
    playOutside([
      ...adaIsDunned,
      operatorSays('hold', { for: '30d' }),
      ...isSilenced(HELD),
      goesDown(vendor),
      isReceived(fails(ADA, { attempt: 2, retryAt: day(150) })),
      settles,
      wait(minutes(10)),
      operatorSays('resume'),
      settles,
      wait(minutes(10)),
      comesBack(vendor),
      wait(hours(1)),
      isDunned({ stage: 'retrying' }),
      stagesAre('first_failure', 'retrying'),
    ]),
  );
});

describe('old news', () => {
  test('a payment that is heard of five hours late stops everything at once, and thanks nobody', () =>
    playOutside([
      ...adaIsDunned,
      isReceivedLate(day(1, -hours(5)), pays),
      ...isSilenced({
        status: 'recovered',
        guard: 'other_state',
        exit: ['dunning_exited', 'recovered'],
        ledger: 'recovered',
      }),
    ]));

  test('a failure that opened the episode earlier gives it another id: flows of the old one are stopped', () => {
    const earlier = { ...ADA, invoice: 'in_earlier' };
    return playOutside([
      ...adaIsDunned,
      isReceivedLate(day(0, -hours(2)), fails(earlier, FAR)),
      settles,
      wait(seconds(10)),
      wait(minutes(2)),
      async (stage) => {
        const old = stage.episode;
        await noteEpisode(stage);
        expect(stage.episode).not.toBe(old);
        expect(await ask(stage, { episode: old })).toMatchObject({ suppress: true, reason: 'other_episode' });
        for (const vendor of MESSENGERS)
          expect(edgesOf(stage, 'user_ada', vendor, old).at(-1), vendor).toMatchObject({
            name: 'dunning_exited',
            about: 'superseded',
          });
      },
      isReceived(pays, retrySucceeds(earlier, { attempt: 2 })),
      settles,
      async (stage) => expect(await ask(stage)).toMatchObject({ suppress: true, dunning_status: 'recovered' }),
      (stage) => {
        for (const vendor of HOLDERS)
          expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada')), vendor).toMatchObject({ inDunning: false });
      },
    ]);
  });
});

test('an exit whose answer is lost is sent until it is known, and the person stays out', () =>
  playOutside([
    ...adaIsDunned,
    ({ relay: { standIns } }) => {
      for (const vendor of HOLDERS)
        standIns.inject(
          vendor,
          { kind: 'silence', applied: false, socket: 'destroyed' },
          { calls: 2, holding: ['user_ada'] },
        );
    },
    operatorSays('hold', { for: '30d' }),
    guardStops(HELD),
    settles,
    wait(minutes(30)),
    toolsAreSilenced(HELD),
  ]));

test('an exclusion is of the account: it goes along when a user comes to light, and when another one does', () => {
  const isSilent =
    (user: string, reason: string): OutsideStep =>
    async (stage) => {
      expect(await ask(stage, { user })).toMatchObject({ suppress: true, reason });
      for (const vendor of MESSENGERS) {
        expect(edgesIn(stage, vendor, user), vendor).toEqual([]);
        expect(seen(personIn(stage.relay.standIns, vendor, user))?.inDunning ?? false, vendor).toBe(false);
      }
    };
  const isLinkedTo = (userId: string): readonly OutsideStep[] => [
    becomes('ada', { userId }),
    isReceived(customerIsSaved, isLookedAt(ADA, FAR)),
    settles,
    wait(minutes(2)),
  ];
  return playOutside([
    becomes('ada', { userId: undefined }),
    salesLink({ account: 'cus_ada' }),
    to('ada', fails(ADA, FAR)),
    wait(minutes(1)),
    async ({ relay }) => {
      expect((await relay.post('/v1/profiles/cus_ada/exclude', { actor: 'hanna' })).status).toBe(202);
    },
    settles,
    on(2),
    ...isLinkedTo('user_ada'),
    isSilent('user_ada', 'opted_out'),
    on(3),
    ...isLinkedTo('user_new'),
    isSilent('user_ada', 'unknown_person'),
    isSilent('user_new', 'opted_out'),
  ]);
});
