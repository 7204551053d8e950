import { describe, expect, test } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { ADA, isKnown } from '../scenario/ada.ts';
import { day, hours, minutes } from '../scenario/harness.ts';
import { mirrorOf } from '../scenario/segment-mirror.ts';
import { on, to, wait } from '../scenario/stage.ts';
import { customerPays, fails } from '../scenario/stripe-happenings.ts';
import { personIn, seen } from '../scenario/tools-looks.ts';
import { billOf, showsPerson } from '../scenario/tools-play.ts';
import { VENDORS } from '../scenario/tools-stand-ins.ts';
import {
  adaIsDunned,
  ask,
  edgesIn,
  FAR,
  guardStops,
  HOLDERS,
  isReceived,
  MESSENGERS,
  noteEpisode,
  type OutsidePlay,
  type OutsideStep,
  operatorSays,
  playOutside,
  settles,
  stagesAre,
  toolsAreSilenced,
} from './suppression-play.ts';

/** The switch from observing to enforcing (semantics G9), brakes and the floor of grace (G10), seen from outside. */
const pays = customerPays(ADA, { attempt: 1 });
const PAID_BY_HER = {
  status: 'recovered',
  guard: 'other_state',
  exit: ['payment_recovered', 'customer_paid'],
  ledger: 'recovered',
} as const;

const nothingLeft: OutsideStep = ({ relay }) => {
  for (const vendor of VENDORS) expect(relay.standIns.requestsTo(vendor), vendor).toEqual([]);
  expect(relay.segment).toEqual([]);
};
const enforces: OutsideStep = ({ relay, now }) => relay.restart(now, { live: VENDORS, segmentIsLive: true });
const observes: OutsideStep = ({ relay, now }) => relay.restart(now, { live: [], segmentIsLive: false });

describe('observing', () => {
  test('sends nothing to anybody, and the guard answers what is true', () =>
    playOutside(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA, FAR)),
        wait(minutes(1)),
        (stage) => noteEpisode(stage),
        async (stage) => expect(await ask(stage)).toMatchObject({ suppress: false }),
        on(1),
        operatorSays('hold', { for: '1d' }),
        guardStops({ status: 'held', guard: 'held' }),
        settles,
        on(3),
        isReceived(pays),
        guardStops(PAID_BY_HER),
        settles,
        on(12),
        nothingLeft,
      ],
      { enforces: false },
    ));
});

describe('the switch to enforce', () => {
  const observed: readonly OutsideStep[] = [
    ...isKnown('ada'),
    ...isKnown('payer'),
    ...isKnown('held'),
    to('ada', fails(ADA, FAR)),
    to('payer', fails(billOf('payer'), FAR)),
    to('held', fails(billOf('held'), FAR)),
    wait(minutes(1)),
    async ({ relay }) => {
      expect((await relay.post('/v1/profiles/user_held/hold', { actor: 'hanna', for: '30d' })).status).toBe(202);
    },
    settles,
    on(1),
    to('payer', customerPays(billOf('payer'), { attempt: 1 })),
    wait(minutes(1)),
    nothingLeft,
    (stage) => noteEpisode(stage),
    enforces,
    wait(minutes(2)),
  ];
  const heardOf = (stage: OutsidePlay, name: string) =>
    MESSENGERS.flatMap((vendor) => edgesIn(stage, vendor, `user_${name}`).map((edge) => edge.name));

  test('tells the present of who is in dunning, no edge of the past, and nothing of who paid or is held', () =>
    playOutside(
      [
        ...observed,
        ...HOLDERS.map((vendor) => showsPerson(vendor, 'ada', { inDunning: true, stage: 'first_failure' })),
        (stage) => {
          for (const name of ['ada', 'payer', 'held']) expect(heardOf(stage, name), name).toEqual([]);
          for (const vendor of HOLDERS)
            for (const name of ['payer', 'held'])
              expect(seen(personIn(stage.relay.standIns, vendor, `user_${name}`))?.inDunning ?? false).toBe(false);
          const people = mirrorOf(stage.relay.segment);
          expect(people.get('user_ada')?.traits.get('in_dunning')).toBe(true);
          const events = stage.relay.segment.filter(({ event }) => event?.startsWith('payment_'));
          expect(events, 'events of the past').toEqual([]);
        },
      ],
      { enforces: false },
    ));

  test('announces the next stage, and the payment stops it', () =>
    playOutside(
      [
        ...observed,
        on(2),
        to('ada', fails(ADA, { attempt: 2, retryAt: day(150) })),
        wait(minutes(1)),
        stagesAre('retrying'),
        isReceived(customerPays(ADA, { attempt: 2 })),
        guardStops(PAID_BY_HER),
        settles,
        ...HOLDERS.map((vendor) => showsPerson(vendor, 'ada', { inDunning: false, status: 'recovered' })),
        (stage) => {
          for (const vendor of MESSENGERS)
            expect(edgesIn(stage, vendor).at(-1)).toMatchObject({ name: 'payment_recovered', episode: stage.episode });
        },
      ],
      { enforces: false },
    ));

  test('a payment right after it ends what journeys may have begun by the attributes', () =>
    playOutside(
      [
        ...observed,
        isReceived(pays),
        guardStops(PAID_BY_HER),
        settles,
        (stage) => {
          for (const vendor of MESSENGERS)
            expect(edgesIn(stage, vendor).at(-1)).toMatchObject({ name: 'payment_recovered', episode: stage.episode });
        },
      ],
      { enforces: false },
    ));

  test('and back: who paid while it observed again is put right first, with the exit of the flow that runs', () =>
    playOutside([
      ...adaIsDunned,
      observes,
      isReceived(pays),
      guardStops(PAID_BY_HER),
      settles,
      on(2),
      guardStops(PAID_BY_HER),
      ...HOLDERS.map((vendor) => showsPerson(vendor, 'ada', { inDunning: true })),
      enforces,
      wait(minutes(2)),
      ...HOLDERS.map((vendor) => showsPerson(vendor, 'ada', { inDunning: false, status: 'recovered' })),
      stagesAre('first_failure'),
      ({ relay }) => {
        const ada = mirrorOf(relay.segment).get('user_ada');
        expect(ada?.traits.get('in_dunning')).toBe(false);
        expect([...(ada?.entered ?? [])].filter((key) => key !== 'dunning_recovered')).toEqual([]);
      },
    ]));
});

describe('the floor of grace', () => {
  const traits =
    (expected: Readonly<Record<string, unknown>>): OutsideStep =>
    ({ relay }) => {
      const held = mirrorOf(relay.segment).get('user_ada')?.traits;
      expect(Object.fromEntries(Object.keys(expected).map((key) => [key, held?.get(key)]))).toEqual(expected);
    };

  test('leaves three days from the first switch to who ran out long before', () =>
    playOutside(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA)),
        on(20),
        nothingLeft,
        enforces,
        wait(minutes(1)),
        traits({ access_level: 'grace', grace_ends_at: toIso(day(23)) }),
        on(23),
        wait(minutes(1)),
        traits({ access_level: 'restricted', grace_ends_at: toIso(day(23)) }),
      ],
      { enforces: false },
    ));

  test('is none in a store that never observed', () =>
    playOutside([
      ...isKnown('ada'),
      to('ada', fails(ADA)),
      on(7, hours(2)),
      traits({ access_level: 'restricted', grace_ends_at: toIso(day(7, hours(1))) }),
    ]));
});

test('silence goes on after a restart in between', () =>
  playOutside([
    ...adaIsDunned,
    isReceived(pays),
    enforces,
    wait(minutes(2)),
    guardStops(PAID_BY_HER),
    toolsAreSilenced(PAID_BY_HER),
    enforces,
    wait(hours(2)),
    toolsAreSilenced(PAID_BY_HER),
    stagesAre('first_failure'),
  ]));
