import { describe, expect, test } from 'vitest';
import { ADA } from '../scenario/ada.ts';
import { hours, minutes, seconds } from '../scenario/harness.ts';
import { wait } from '../scenario/stage.ts';
import { customerPays } from '../scenario/stripe-happenings.ts';
import { personIn, seen } from '../scenario/tools-looks.ts';
import type { ToolStandIns } from '../scenario/tools-stand-ins.ts';
import {
  adaIsDunned,
  ask,
  HOLDERS,
  isReceived,
  type OutsideStep,
  operatorSays,
  playOutside,
  settles,
} from './suppression-play.ts';

/** What reading back is for: the tool acknowledged both words, and applied them in the other order. */
const pays = customerPays(ADA, { attempt: 1 });

describe('a "set" that the tool applies after the "clear" that came later', () => {
  const isLate = (standIns: ToolStandIns, vendor: (typeof HOLDERS)[number]): void => {
    const when = { calls: 1, holding: ['user_ada'] };
    if (vendor === 'braze') standIns.braze.faults.inject({ kind: 'late', calls: null }, when);
    else standIns[vendor].inject({ kind: 'late' }, vendor === 'salesforce' ? { calls: 1 } : when);
  };
  const isDunnedIn = (stage: Parameters<OutsideStep>[0], vendor: (typeof HOLDERS)[number]) =>
    seen(personIn(stage.relay.standIns, vendor, 'user_ada'))?.inDunning;
  /** The word of the second stage is applied `afterMs` after that of the payment. */
  const setAfterClear = (vendor: (typeof HOLDERS)[number], afterMs: number): readonly OutsideStep[] => [
    ...adaIsDunned,
    operatorSays('hold', { for: '30d' }),
    settles,
    wait(hours(30)),
    ({ relay }) => isLate(relay.standIns, vendor),
    operatorSays('resume'),
    settles,
    isReceived(pays),
    settles,
    (stage) => expect(isDunnedIn(stage, vendor)).toBe(false),
    wait(afterMs),
    ({ relay: { standIns } }) => standIns[vendor].applyLate(),
    (stage) => expect(isDunnedIn(stage, vendor), 'the late word was applied').toBe(true),
    async (stage) => expect((await ask(stage)).suppress).toBe(true),
  ];

  test.each(
    HOLDERS.flatMap((vendor) => [
      [vendor, '30 s', seconds(30), minutes(2)] as const,
      [vendor, '5 min', minutes(5), minutes(15)] as const,
      [vendor, '12 h', hours(12), hours(24)] as const,
    ]),
  )('%s, %s late: is put right', (vendor, _name, afterMs, mendedMs) =>
    playOutside([
      ...setAfterClear(vendor, afterMs),
      wait(mendedMs),
      (stage) => expect(isDunnedIn(stage, vendor)).toBe(false),
    ]),
  );

  test.each(HOLDERS)('%s: without reading back it stays, and only the guard stops the message', (vendor) =>
    playOutside(
      [
        ...setAfterClear(vendor, seconds(30)),
        wait(hours(48)),
        (stage) => expect(isDunnedIn(stage, vendor)).toBe(true),
        async (stage) => expect((await ask(stage)).suppress).toBe(true),
      ],
      { readsBack: false },
    ),
  );
});
