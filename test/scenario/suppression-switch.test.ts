import { describe, expect, test } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { ADA, isKnown } from './ada.ts';
import { day, hours, minutes, seconds } from './harness.ts';
import { mirrorOf } from './segment-mirror.ts';
import { accountOf, on, to, wait } from './stage.ts';
import { customerPays, fails, type Happening } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';
import {
  adaIsDunned,
  ask,
  edgesIn,
  FAR,
  guardStops,
  isReceived,
  noteEpisode,
  type OutsidePlay,
  type OutsideStep,
  operatorSays,
  playOutside,
  settles,
  stagesAre,
  toolsAreSilenced,
} from './suppression-play.ts';
import { personIn, seen } from './tools-looks.ts';
import { billOf, showsPerson } from './tools-play.ts';
import { VENDORS } from './tools-stand-ins.ts';

/** The switch from observing to enforcing (semantics G9), brakes and the floor of grace (G10), seen from outside. */
const HOLDERS = ['braze', 'iterable', 'hubspot', 'salesforce'] as const;
const MESSENGERS = ['braze', 'iterable'] as const;
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

describe('the brake over 600 people', () => {
  const named = (from: number, to: number): readonly string[] =>
    Array.from({ length: to - from }, (_, index) => `p${from + index}`);
  const hear =
    (names: readonly string[], happens: (name: string) => Happening): OutsideStep =>
    async (stage) => {
      const bodies = names.flatMap((name) => happens(name)(accountOf(stage, name), stage.now));
      await stage.relay.takeMany(
        bodies.map((event) => JSON.stringify(event)),
        stage.now,
      );
      await stage.relay.settle(stage.now);
    };
  const enteredIn = (stage: OutsidePlay, vendor: (typeof MESSENGERS)[number], names: readonly string[]) =>
    names.filter((name) =>
      edgesIn(stage, vendor, `user_${name}`).some((edge) => edge.name === 'dunning_stage_entered'),
    );

  test('lets sixty enter, exits go on, and the others enter once when it is released, if it is still true', () => {
    const all = named(0, 100);
    let inside: readonly string[] = [];
    let waiting: readonly string[] = [];
    const first = (list: readonly string[]): string => list[0] ?? '';
    const paysNow =
      (who: () => string): OutsideStep =>
      async (stage) => {
        const name = who();
        await hear([name], () => customerPays(billOf(name), { attempt: 1 }))(stage);
      };
    return playOutside([
      hear(named(0, 600), (name) => customerSays({ user: `user_${name}`, email: `${name}@example.com` })),
      on(1),
      hear(all, (name) => fails(billOf(name), FAR)),
      wait(seconds(10)),
      wait(minutes(2)),
      async (stage) => {
        inside = enteredIn(stage, 'braze', all);
        waiting = all.filter((name) => !inside.includes(name));
        expect([inside.length, waiting.length]).toEqual([60, 40]);
        expect(enteredIn(stage, 'iterable', all)).toEqual(inside);
        expect(await ask(stage, { user: `user_${first(inside)}` })).toMatchObject({ suppress: false });
        for (const name of waiting.slice(0, 5)) {
          const answer = await ask(stage, { user: `user_${name}` });
          expect(answer, name).toMatchObject({ suppress: true, reason: 'brake', dunning_status: 'held' });
          for (const vendor of MESSENGERS)
            expect(seen(personIn(stage.relay.standIns, vendor, `user_${name}`))?.inDunning ?? false).toBe(false);
        }
        const failed = stage.relay.segment.filter(({ event }) => event === 'payment_failed');
        expect(failed, 'events of what happened').toHaveLength(100);
      },
      // One who is in and one who waits pay; one more fails; one who is in is held.
      paysNow(() => first(inside)),
      paysNow(() => first(waiting)),
      hear(['p100'], (name) => fails(billOf(name), FAR)),
      wait(minutes(1)),
      async (stage) => {
        const held = inside[1] ?? '';
        expect((await stage.relay.post(`/v1/profiles/user_${held}/hold`, { actor: 'hanna', for: '30d' })).status).toBe(
          202,
        );
        await stage.relay.settle(stage.now);
        for (const vendor of MESSENGERS) {
          expect(edgesIn(stage, vendor, `user_${first(inside)}`).at(-1)?.name, vendor).toBe('payment_recovered');
          expect(edgesIn(stage, vendor, `user_${held}`).at(-1), vendor).toMatchObject({ about: 'held' });
          expect(seen(personIn(stage.relay.standIns, vendor, `user_${first(inside)}`))?.inDunning).toBe(false);
          expect(seen(personIn(stage.relay.standIns, vendor, `user_${held}`))?.inDunning).toBe(false);
          const begun = edgesIn(stage, vendor, `user_${first(waiting)}`);
          expect(
            begun.filter(({ name }) => name === 'dunning_stage_entered'),
            vendor,
          ).toEqual([]);
        }
        expect((await ask(stage, { user: `user_${first(waiting)}` })).reason).toBe('other_state');
        expect((await ask(stage, { user: 'user_p100' })).reason).toBe('brake');
      },
      wait(hours(3)),
      async (stage) => {
        expect(enteredIn(stage, 'braze', [...waiting, 'p100']), 'it does not release itself').toEqual([]);
        expect(await stage.relay.store.releaseBrake({ actor: 'hanna', reason: 'checked' }, stage.now)).toBe(40);
      },
      settles,
      wait(minutes(2)),
      (stage) => {
        const expected = [...waiting.slice(1), 'p100'];
        for (const vendor of MESSENGERS) {
          expect(enteredIn(stage, vendor, [...waiting, 'p100']), vendor).toEqual(expected);
          for (const name of [...inside, ...expected]) {
            const edges = edgesIn(stage, vendor, `user_${name}`).filter(
              (edge) => edge.name === 'dunning_stage_entered',
            );
            expect(edges, `${name} in ${vendor}`).toHaveLength(1);
          }
          for (const name of expected)
            expect(seen(personIn(stage.relay.standIns, vendor, `user_${name}`))?.inDunning, name).toBe(true);
        }
      },
      async (stage) => expect((await ask(stage, { user: 'user_p100' })).suppress).toBe(false),
    ]);
  }, 60_000);

  test(
    'of people who are many in dunning when it begins to enforce, it stops the switch',
    () =>
      playOutside(
        [
          hear(named(0, 600), (name) => customerSays({ user: `user_${name}`, email: `${name}@example.com` })),
          hear(named(0, 100), (name) => fails(billOf(name), FAR)),
          wait(minutes(1)),
          on(1),
          enforces,
          wait(minutes(2)),
          async (stage) => {
            const { stop } = await stage.relay.store.brakeStatus();
            expect(stop).toMatchObject({ known: 600 });
            const flagged = named(0, 100).filter(
              (name) => seen(personIn(stage.relay.standIns, 'braze', `user_${name}`))?.inDunning,
            );
            expect(flagged).toHaveLength(60);
          },
        ],
        { enforces: false },
      ),
    60_000,
  );
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
