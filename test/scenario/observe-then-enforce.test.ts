import { describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { type ObserveDiff, observeDiff } from '../../src/report/observe-diff.ts';
import { ADA, isKnown, RETRY } from './ada.ts';
import { day, minutes } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import { customerPays, fails } from './stripe-happenings.ts';
import { disputeIsOpened } from './stripe-interruptions.ts';
import { billOf, check, everyToolShows, flowsHeard, playTools, startsWith, type ToolsStep } from './tools-play.ts';
import { VENDORS } from './tools-stand-ins.ts';

/** G9, from the first day of observing to the switch and back. */
const observedDay: readonly ToolsStep[] = [
  ...isKnown('ada'),
  to('ada', fails(ADA, RETRY)),
  to('payer', fails(billOf('payer'), RETRY)),
  wait(minutes(2)),
  on(1),
  to('payer', customerPays(billOf('payer'), { attempt: 1 })),
  wait(minutes(2)),
];
const OBSERVES = { live: [], segmentIsLive: false };

const diffIs = (look: (diff: ObserveDiff) => void, at = day(1)): ToolsStep =>
  check(async ({ store }) => look(observeDiff(await store.observed(), instant(at))));

describe('the diff before the switch', () => {
  test('names who would be entered and where, and nobody who has paid meanwhile', () =>
    playTools(
      [
        ...observedDay,
        diffIs(({ tools, people, inDunning }) => {
          expect(inDunning).toBe(1);
          expect(new Set(people.filter(({ enters }) => enters).map(({ userId }) => userId))).toContain('user_ada');
          expect(people.filter(({ userId }) => userId === 'user_payer')).toEqual([]);
          expect(tools.find(({ tool }) => tool === 'braze')).toMatchObject({ entering: 1, putRight: 0 });
        }),
      ],
      OBSERVES,
    ));

  test('leaves out whom the switch tells nothing: test mode, and who is held and was never told of', () =>
    playTools(
      [
        becomes('tess', { livemode: false }),
        to('tess', fails(billOf('tess'), RETRY)),
        to('dan', fails(billOf('dan'), RETRY)),
        wait(minutes(2)),
        to('dan', disputeIsOpened(billOf('dan'), 1, day(0))),
        wait(minutes(2)),
        diffIs(({ tools, audiences, known, knownToBrake }) => {
          expect([tools, audiences]).toEqual([[], []]);
          expect([known, knownToBrake], 'known are the live ones').toEqual([1, 2]);
        }),
        startsWith(...VENDORS),
        wait(minutes(2)),
        check(({ standIns }) => expect([...standIns.braze.users.all.keys()]).toEqual([])),
      ],
      OBSERVES,
    ));

  test('shows what flows would have heard beside how each episode went, none of it after a payment', () =>
    playTools(
      [
        ...observedDay,
        diffIs(({ beside }) => {
          expect(beside.outcomes).toEqual({ open: 1, recovered: 1 });
          expect(beside.entries).toBeGreaterThan(1);
          expect(beside.entriesAfterEnd).toBe(0);
          expect(beside.calls).toMatchObject({ payment_failed: 2, payment_recovered: 1 });
          expect(beside.episodes.find(({ outcome }) => outcome === 'recovered')?.hours).toBeCloseTo(24, 0);
        }),
      ],
      OBSERVES,
    ));

  test('is empty for the tools once the switch was made, which sent what it said', () =>
    playTools(
      [
        ...observedDay,
        startsWith(...VENDORS),
        wait(minutes(2)),
        everyToolShows('ada', { inDunning: true }),
        diffIs(({ tools, audiences }) => expect([tools, audiences]).toEqual([[], []])),
        check(({ standIns }) => expect(standIns.braze.users.all.has('user_payer')).toBe(false)),
      ],
      OBSERVES,
    ));

  test('lists once it enforces only tools that still record: what each would be sent on getting its credentials', () =>
    playTools(
      [
        ...observedDay,
        startsWith('braze'),
        // The engine notes it as it starts; this relay is played without one.
        check(async ({ store }) => void (await store.noteMode('enforce', instant(day(1))))),
        wait(minutes(2)),
        diffIs(({ mode, tools, audiences }) => {
          expect([mode?.is, audiences]).toEqual(['enforce', []]);
          expect(tools.map(({ tool }) => tool)).toContain('iterable');
          expect(tools.map(({ tool }) => tool)).not.toContain('braze');
        }),
      ],
      OBSERVES,
    ));
});

test('back to observing and to enforcing again: the present goes out, and what a recorder took stays unsaid', () =>
  playTools(
    [
      ...observedDay,
      startsWith(...VENDORS),
      wait(minutes(2)),
      flowsHeard('ada'),
      startsWith(),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true, stage: 'first_failure' }),
      on(4),
      startsWith(...VENDORS),
      wait(minutes(2)),
      everyToolShows('ada', { inDunning: true, stage: 'retrying' }),
      flowsHeard('ada'),
      on(6),
      to('ada', fails(ADA, { attempt: 3, retryAt: day(9) })),
      wait(minutes(2)),
      flowsHeard('ada', 'dunning_stage_entered'),
    ],
    OBSERVES,
  ));
