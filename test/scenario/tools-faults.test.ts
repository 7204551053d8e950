import { describe, expect, test } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import { ADA, isKnown, RETRY } from './ada.ts';
import { DAY_0, day, hours, minutes, seconds } from './harness.ts';
import { becomes, on, to, unsent, wait } from './stage.ts';
import { customerPays, fails, retrySucceeds } from './stripe-happenings.ts';
import { accountIn, CRMS, personIn, seen, tasksIn } from './tools-looks.ts';
import {
  alertsAre,
  billOf,
  check,
  comesBack,
  decides,
  diesSendingTo,
  everyToolShows,
  flowsHeard,
  goesDown,
  playTools,
  showsPerson,
  streamIs,
  type ToolsStep,
  tasksAre,
} from './tools-play.ts';
import type { ToolsRelay } from './tools-relay.ts';
import { PEOPLE, VENDORS } from './tools-stand-ins.ts';

/** What the tools hold and hear when one of them, or the way to it, is out of order. */

describe('HubSpot is down for 24 hours', () => {
  /** Of the others: what each was asked, and at which instant of the relay's clock. */
  const heardBy = ({ asked, standIns }: ToolsRelay) =>
    VENDORS.filter((vendor) => vendor !== 'hubspot').map((vendor) => [
      vendor,
      asked
        .filter((each) => each.vendor === vendor)
        .map(({ at, request }) => [at - DAY_0, standIns.requestsTo(vendor)[request]?.status]),
    ]);

  /** `ada` is in dunning before and fails again meanwhile; `flash` fails and pays, `late` fails meanwhile. */
  const play = async (outage: boolean, ...looks: readonly ToolsStep[]) => {
    let heard: ReturnType<typeof heardBy> = [];
    const steps: readonly ToolsStep[] = [
      ...['ada', 'flash', 'late', 'paid'].flatMap(isKnown),
      to('ada', fails(ADA, { retryAt: day(1, hours(5)) })),
      to('paid', fails(billOf('paid'), RETRY)),
      wait(minutes(2)),
      on(1),
      ...(outage ? [goesDown('hubspot')] : []),
      on(1, hours(1)),
      to('flash', fails(billOf('flash'), RETRY)),
      on(1, hours(5)),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(4) })),
      to('late', fails(billOf('late'), RETRY)),
      on(1, hours(9)),
      to('flash', customerPays(billOf('flash'), { attempt: 1 })),
      to('paid', customerPays(billOf('paid'), { attempt: 1 })),
      on(2),
      comesBack('hubspot'),
      on(2, hours(2)),
      check((relay) => {
        heard = heardBy(relay);
      }),
      ...looks,
    ];
    // The longest rests, so that a day of failed calls is soon over.
    await playTools(steps, { random: () => 0.99 });
    return heard;
  };

  test('all others hear at the same instants as without it; then it gets the present and nothing else', async () => {
    const without = await play(false);
    const others = await play(
      true,
      everyToolShows('ada', { inDunning: true, stage: 'retrying', due: 49, retryOn: '2026-03-06' }),
      everyToolShows('late', { inDunning: true, stage: 'first_failure', due: 49 }),
      everyToolShows('paid', { inDunning: false, status: 'recovered', retryOn: null }),
      tasksAre('ada', [{ isOpen: true, subject: 'attempt 2' }]),
      tasksAre('late', [{ isOpen: true }]),
      tasksAre('paid', [{ isOpen: false, text: 'Closed by Recoup: paid on 2026-03-03 18:00 UTC, by the customer.' }]),
      tasksAre('flash', [], ['hubspot']),
      tasksAre('flash', [{ isOpen: false }], ['salesforce']),
      check(({ standIns }) => {
        const taken = standIns.requestsTo('hubspot').filter(({ status }) => status !== null && status < 300);
        const ofFlash = taken.flatMap(({ body }) => inputsOf(body)).filter((input) => isOf(input, 'flash'));
        expect(ofFlash.filter((input) => input.includes('"in_dunning":"true"'))).toEqual([]);
      }),
    );
    expect(others).toEqual(without);
    for (const [vendor, calls] of without) expect(calls?.length, String(vendor)).toBeGreaterThan(3);
  });
});

const inputsOf = (body: unknown): readonly string[] =>
  typeof body === 'object' && body !== null && 'inputs' in body && Array.isArray(body.inputs)
    ? body.inputs.map((input) => JSON.stringify(input))
    : [];
const isOf = (input: string, name: string): boolean => input.includes(`_${name}"`) || input.includes(`${name}@`);

describe('all tools are down while somebody fails and pays', () => {
  test('what each holds in the end is the present; no flag, entry, alert or task of what came and went', () =>
    playTools([
      ...isKnown('ada'),
      ...VENDORS.map(goesDown),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(40)),
      to('ada', customerPays(ADA, { attempt: 1 })),
      wait(minutes(20)),
      ...VENDORS.map(comesBack),
      wait(hours(2)),
      tasksAre('ada', []),
      alertsAre('ada'),
      flowsHeard('ada'),
      streamIs('ada', 'payment_failed', 'payment_retried', 'payment_recovered'),
      check(({ standIns }) => {
        const flags = [
          ...PEOPLE.map((vendor) => seen(personIn(standIns, vendor, 'user_ada'))?.inDunning),
          ...CRMS.map((vendor) => seen(accountIn(standIns, vendor, 'cus_ada'))?.inDunning),
        ];
        expect(flags.filter((flag) => flag === true)).toEqual([]);
      }),
    ]));
});

describe('an answer is lost at the moment at which a task is made', () => {
  /** On day 7 the task alone is due. */
  const isDueAlone = (name: string): readonly ToolsStep[] => [
    becomes(name, { planId: 'starter' }),
    ...isKnown(name),
    to(name, fails(billOf(name), { retryAt: day(20) })),
    on(7, -1),
  ];
  const ends: readonly ToolsStep[] = [
    on(7, hours(2)),
    tasksAre('ada', [{ isOpen: true }]),
    on(9),
    to('ada', customerPays(ADA, { attempt: 1 })),
    wait(minutes(10)),
    tasksAre('ada', [{ isOpen: false, text: 'Closed by Recoup: paid on 2026-03-11' }]),
  ];

  test.each([true, false])('applied: %s: one task in the end', (applied) =>
    playTools([
      ...isDueAlone('ada'),
      ...CRMS.map((vendor) =>
        check(({ standIns }) =>
          standIns.inject(vendor, { kind: 'silence', applied, socket: 'destroyed' }, { calls: 1 }),
        ),
      ),
      ...ends,
    ]),
  );

  test.each([true, false])('and the process dies, applied: %s: one task in the end', (applied) =>
    playTools([
      ...isDueAlone('ada'),
      check((_, stage) => {
        stage.now = plus(stage.now, 1);
      }),
      decides,
      ...CRMS.flatMap((vendor) => [
        check(({ standIns }) => standIns.inject(vendor, { kind: 'silence', applied, socket: 'open' }, { calls: 1 })),
        diesSendingTo(`${vendor}-tasks`, vendor),
        check(({ standIns }) => expect(tasksIn(standIns, vendor, 'cus_ada')).toHaveLength(applied ? 1 : 0)),
      ]),
      ...ends,
    ]),
  );

  test('or as it closes: one comment', () =>
    playTools([
      ...isDueAlone('ada'),
      on(9),
      ...CRMS.map((vendor) =>
        check(({ standIns }) =>
          standIns.inject(vendor, { kind: 'silence', applied: true, socket: 'destroyed' }, { calls: 3 }),
        ),
      ),
      to('ada', customerPays(ADA, { attempt: 1 })),
      wait(hours(2)),
      tasksAre('ada', [{ isOpen: false }]),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      check(({ standIns }) => {
        for (const vendor of CRMS)
          expect(tasksIn(standIns, vendor, 'cus_ada')[0]?.text.split('Closed by Recoup')).toHaveLength(2);
      }),
    ]));
});

describe('an answer is lost at the moment at which an alert is posted', () => {
  test.each([
    [true, 1],
    [false, 0],
  ] as const)('applied: %s: it is not posted again', (applied, posted) =>
    playTools([
      ...isKnown('ada'),
      check(({ standIns }) =>
        standIns.inject('slack', { kind: 'silence', applied, socket: 'destroyed' }, { calls: 1 }),
      ),
      to('ada', fails(ADA, RETRY)),
      on(1),
      check(({ standIns }) => expect(standIns.slack.messages).toHaveLength(posted)),
      to('ada', customerPays(ADA, { attempt: 1 })),
      wait(minutes(10)),
      check(({ standIns }) => {
        const texts = standIns.slack.messages.map(({ text }) => text);
        expect(texts.filter((text) => text.includes('recovered')).length).toBe(1);
        expect(texts.filter((text) => text.includes('failed')).length).toBe(posted);
      }),
    ]),
  );

  test('and the process dies: it is not posted again', () =>
    playTools([
      ...isKnown('ada'),
      unsent('ada', fails(ADA, RETRY)),
      check((_, stage) => {
        stage.now = plus(stage.now, seconds(10));
      }),
      decides,
      check(({ standIns }) =>
        standIns.inject('slack', { kind: 'silence', applied: true, socket: 'open' }, { calls: 1 }),
      ),
      diesSendingTo('slack', 'slack'),
      on(1),
      alertsAre('ada', 'Payment failed'),
      everyToolShows('ada', { inDunning: true, status: 'active' }),
      flowsHeard('ada', 'dunning_stage_entered'),
      streamIs('ada', 'payment_failed'),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(10)),
      alertsAre('ada', 'Payment failed', 'recovered'),
    ]));
});

describe('an answer of the webhook is lost', () => {
  test('the event comes again under its id, and in order', () =>
    playTools([
      ...isKnown('ada'),
      check(({ standIns }) =>
        standIns.inject('webhook', { kind: 'silence', applied: true, socket: 'destroyed' }, { calls: 1 }),
      ),
      to('ada', fails(ADA, RETRY)),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(10)),
      streamIs('ada', 'payment_failed', 'payment_retried', 'payment_recovered'),
      check(({ standIns }) => {
        const ids = standIns.requestsTo('webhook').map(({ headers }) => headers['webhook-id']);
        expect(ids).toHaveLength(4);
        expect(ids[0]).toBe(ids[1]);
      }),
      showsPerson('braze', 'ada', { inDunning: false }),
    ]));
});
