import { describe, expect, test } from 'vitest';
import { ADA, isKnown } from '../scenario/ada.ts';
import { day, hours, minutes, seconds } from '../scenario/harness.ts';
import { on, to, wait } from '../scenario/stage.ts';
import { customerPays, fails, failureIsNotified } from '../scenario/stripe-happenings.ts';
import { personIn, seen } from '../scenario/tools-looks.ts';
import { comesBack, goesDown } from '../scenario/tools-play.ts';
import {
  adaIsDunned,
  ask,
  edgesIn,
  FAR,
  guardStops,
  HOLDERS,
  isReceived,
  isReceivedLate,
  isSilenced,
  MESSENGERS,
  type OutsideStep,
  operatorSays,
  PAID_BY_HER,
  playOutside,
  settles,
  stagesAre,
  toolsAreSilenced,
} from './suppression-play.ts';

/** Nobody who paid is dunned again, whatever is down, late or out of order. */
const pays = customerPays(ADA, { attempt: 1 });

/** Nothing of dunning was ever told to a tool that messages, and the guard stops everything. */
const wasNeverDunned: OutsideStep = async (stage) => {
  for (const vendor of MESSENGERS) {
    const entered = edgesIn(stage, vendor).filter(({ name }) => name === 'dunning_stage_entered');
    expect(entered, vendor).toEqual([]);
    expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada'))?.inDunning ?? false, vendor).toBe(false);
  }
  expect(await ask(stage)).toMatchObject({ suppress: true });
  const entered = stage.relay.segment.filter(
    ({ event, properties }) =>
      event === 'Audience Entered' && /^dunning_(first|retry|persist|exhaust)/.test(String(properties?.audience_key)),
  );
  expect(entered, 'Segment').toEqual([]);
};

describe('a tool that is out', () => {
  test.each(HOLDERS)('%s: who paid meanwhile is cleared once it is back, and hears of no stage', (vendor) =>
    playOutside([
      ...adaIsDunned,
      goesDown(vendor),
      isReceived(fails(ADA, { attempt: 2, retryAt: day(150) })),
      settles,
      wait(hours(2)),
      isReceived(customerPays(ADA, { attempt: 2 })),
      guardStops(PAID_BY_HER),
      settles,
      guardStops(PAID_BY_HER),
      wait(hours(2)),
      comesBack(vendor),
      wait(hours(2)),
      toolsAreSilenced(PAID_BY_HER),
      vendor === 'braze' || vendor === 'iterable'
        ? (stage) => {
            const stages = edgesIn(stage, vendor).filter(({ name }) => name === 'dunning_stage_entered');
            expect(stages.map(({ about }) => about)).toEqual(['first_failure']);
          }
        : stagesAre('first_failure', 'retrying'),
    ]),
  );

  test.each(MESSENGERS)('%s: of an episode that began and ended meanwhile it hears nothing', (vendor) =>
    playOutside([
      ...isKnown('ada'),
      goesDown(vendor),
      to('ada', fails(ADA, FAR)),
      wait(hours(1)),
      to('ada', pays),
      wait(hours(1)),
      comesBack(vendor),
      wait(hours(2)),
      (stage) => {
        expect(edgesIn(stage, vendor)).toEqual([]);
        expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada'))?.inDunning ?? false).toBe(false);
      },
    ]),
  );

  test.each(MESSENGERS)('%s: a hold that is placed while the entry waits keeps it from ever being told', (vendor) =>
    playOutside([
      ...isKnown('ada'),
      goesDown(vendor),
      to('ada', fails(ADA, FAR)),
      wait(minutes(10)),
      operatorSays('hold', { for: '30d' }),
      settles,
      comesBack(vendor),
      wait(hours(3)),
      (stage) => {
        const stages = edgesIn(stage, vendor).filter(({ name }) => name === 'dunning_stage_entered');
        expect(stages).toEqual([]);
        expect(seen(personIn(stage.relay.standIns, vendor, 'user_ada'))?.inDunning ?? false).toBe(false);
      },
    ]),
  );
});

describe('webhooks out of order', () => {
  test('a failure that arrives after the payment that mended it dunns nobody', () =>
    playOutside([
      ...isKnown('ada'),
      on(1),
      isReceived(pays),
      settles,
      wait(minutes(5)),
      isReceivedLate(day(1, -minutes(10)), fails(ADA, FAR)),
      settles,
      wait(minutes(5)),
      wasNeverDunned,
      on(5),
      wasNeverDunned,
    ]));

  test('a second failure from before the payment that arrives a day later changes nothing', () =>
    playOutside([
      ...adaIsDunned,
      isReceived(customerPays(ADA, { attempt: 2 })),
      ...isSilenced(PAID_BY_HER),
      on(2),
      isReceivedLate(day(1, -hours(1)), fails(ADA, { attempt: 2, retryAt: day(150) })),
      guardStops(PAID_BY_HER),
      settles,
      wait(minutes(5)),
      toolsAreSilenced(PAID_BY_HER),
      stagesAre('first_failure'),
    ]));

  test.each([
    ['the failure first', [fails(ADA, FAR), pays]],
    ['the payment first', [pays, fails(ADA, FAR)]],
  ] as const)('failure and payment of one second, %s: nobody is dunned', (_name, happenings) =>
    playOutside([
      ...isKnown('ada'),
      on(1),
      isReceived(...happenings),
      wasNeverDunned,
      settles,
      wait(minutes(5)),
      wasNeverDunned,
    ]),
  );

  test('a second failure and the payment of one second end the dunning', () =>
    playOutside([
      ...adaIsDunned,
      isReceived(customerPays(ADA, { attempt: 2 }), fails(ADA, { attempt: 2, retryAt: day(150) })),
      guardStops(PAID_BY_HER),
      settles,
      wait(minutes(5)),
      toolsAreSilenced(PAID_BY_HER),
      stagesAre('first_failure'),
    ]));

  test('the payment inside the settle window of the failure: nobody is dunned', () =>
    playOutside([
      ...isKnown('ada'),
      on(1),
      isReceived(failureIsNotified(ADA, FAR)),
      settles,
      wait(seconds(9)),
      isReceived(pays),
      settles,
      wait(minutes(5)),
      wasNeverDunned,
    ]));

  test('a hold inside the settle window of the failure: nobody is dunned', () =>
    playOutside([
      ...isKnown('ada'),
      on(1),
      isReceived(failureIsNotified(ADA, FAR)),
      settles,
      wait(seconds(9)),
      operatorSays('hold', { for: '30d' }),
      settles,
      wait(minutes(5)),
      wasNeverDunned,
    ]));
});
