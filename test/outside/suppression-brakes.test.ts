import { describe, expect, test } from 'vitest';
import { ADA, isKnown } from '../scenario/ada.ts';
import { hours, minutes, seconds } from '../scenario/harness.ts';
import { accountOf, on, wait } from '../scenario/stage.ts';
import { customerPays, fails, type Happening } from '../scenario/stripe-happenings.ts';
import { customerSays } from '../scenario/stripe-people.ts';
import { personIn, seen } from '../scenario/tools-looks.ts';
import { billOf } from '../scenario/tools-play.ts';
import { VENDORS } from '../scenario/tools-stand-ins.ts';
import {
  ask,
  edgesIn,
  FAR,
  isReceived,
  MESSENGERS,
  type OutsidePlay,
  type OutsideStep,
  playOutside,
  settles,
} from './suppression-play.ts';

/** The brakes (semantics G10), seen from outside: entries wait, exits never do. */
const enforces: OutsideStep = ({ relay, now }) => relay.restart(now, { live: VENDORS, segmentIsLive: true });

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
        const thanks = (name: string) => ask(stage, { user: `user_${name}`, message: 'recovery' });
        expect(await thanks(first(inside)), 'the failure was told').toMatchObject({ suppress: false });
        expect(await thanks(first(waiting)), 'it was not').toMatchObject({ suppress: true, reason: 'brake' });
        expect((await ask(stage, { user: 'user_p100' })).reason).toBe('brake');
      },
      wait(hours(3)),
      async (stage) => {
        expect(enteredIn(stage, 'braze', [...waiting, 'p100']), 'it does not release itself').toEqual([]);
        expect(await stage.relay.store.releaseBrake({ actor: 'hanna', reason: 'checked' }, stage.now)).toBe(41);
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

  test('the guard knows of it before the failure is decided', () =>
    playOutside(
      [
        hear(named(0, 20), (name) => customerSays({ user: `user_${name}` })),
        ...isKnown('ada'),
        hear(named(0, 5), (name) => fails(billOf(name), FAR)),
        wait(minutes(1)),
        isReceived(fails(ADA, FAR)),
        async (stage) => expect(await ask(stage)).toMatchObject({ suppress: true, reason: 'brake' }),
        settles,
        wait(seconds(11)),
        async (stage) => expect(await ask(stage)).toMatchObject({ suppress: true, reason: 'brake' }),
      ],
      { policy: { brakes: { entriesPerDay: 3, shareAtOnce: 0.1, withinMs: hours(1), fromPeople: 20 } } },
    ));
});
