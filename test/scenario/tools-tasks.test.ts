import { describe, expect, test } from 'vitest';
import { ADA, isKnown } from './ada.ts';
import { day, hours, minutes, seconds } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import { customerPays, fails, isLookedAt } from './stripe-happenings.ts';
import { disputeIsOpened, disputeIsWon } from './stripe-interruptions.ts';
import {
  alertsAre,
  billOf,
  check,
  everyToolShows,
  playTools,
  policyBecomes,
  SELLER,
  type ToolsStep,
  tasksAre,
} from './tools-play.ts';

/** When a person takes over, where the task stands, and whose it is. */

/** Fails on day 0, 2 and 4, and the next retry is on day 9. */
const failsThrice: readonly ToolsStep[] = [
  to('ada', fails(ADA, { retryAt: day(2) })),
  on(2),
  to('ada', fails(ADA, { attempt: 2, retryAt: day(4) })),
  on(4),
  to('ada', fails(ADA, { attempt: 3, retryAt: day(9) })),
];
const isStandard = becomes('ada', { planId: 'starter' });

describe('a customer of no high value', () => {
  test('a task on day 7 to the millisecond, by time alone, and no alert', () =>
    playTools([
      isStandard,
      ...isKnown('ada'),
      ...failsThrice,
      on(7, -1),
      tasksAre('ada', []),
      on(7),
      tasksAre('ada', [{ isOpen: true, subject: '49.00 USD due, attempt 3', dueOn: '2026-03-10' }]),
      on(8),
      tasksAre('ada', [{ isOpen: true }]),
      to('ada', customerPays(ADA, { attempt: 3 })),
      wait(seconds(10)),
      tasksAre('ada', [{ isOpen: false, text: 'Closed by Recoup: paid on 2026-03-10 09:00 UTC, by the customer.' }]),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      alertsAre('ada'),
    ]));

  test('no task for who paid on day 6', () =>
    playTools([
      isStandard,
      ...isKnown('ada'),
      ...failsThrice,
      on(6),
      to('ada', customerPays(ADA, { attempt: 3 })),
      on(20),
      tasksAre('ada', []),
      check(({ standIns }) => {
        const asked = [...standIns.requestsTo('hubspot'), ...standIns.requestsTo('salesforce')];
        expect(asked.filter(({ path, body }) => /task/i.test(path) || JSON.stringify(body).includes('Task'))).toEqual(
          [],
        );
      }),
    ]));

  test('a task at once where the retries run out before day 7', () =>
    playTools([
      isStandard,
      ...isKnown('ada'),
      to('ada', fails(ADA, { retryAt: day(2) })),
      on(2),
      to('ada', fails(ADA, { attempt: 2 })),
      wait(hours(1) + seconds(-1)),
      tasksAre('ada', []),
      wait(seconds(1)),
      tasksAre('ada', [{ isOpen: true, text: 'Recommended', dueOn: '2026-03-05' }]),
      everyToolShows('ada', { status: 'exhausted', stage: 'exhausted', retryOn: null }),
      on(9),
      tasksAre('ada', [{ isOpen: true }]),
      alertsAre('ada'),
    ]));

  test('none while a dispute holds back; it is made, overdue, when that is over', () =>
    playTools([
      isStandard,
      ...isKnown('ada'),
      ...failsThrice,
      on(5),
      to('ada', disputeIsOpened(ADA, 1, day(5))),
      on(10),
      tasksAre('ada', []),
      to('ada', disputeIsWon(ADA, 1, day(5))),
      wait(minutes(1)),
      tasksAre('ada', [{ isOpen: true, dueOn: '2026-03-10' }]),
    ]));
});

describe('a customer of high value', () => {
  test("the task stands with the company's owner, on contact and company, from the first failure that the CRM hears of", () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, { retryAt: day(3) })),
      wait(seconds(10)),
      tasksAre('ada', [{ owner: '22' }], ['hubspot']),
      tasksAre('ada', [{ owner: SELLER }], ['salesforce']),
      check(({ standIns: { hubspot, salesforce } }) => {
        const [task] = hubspot.account.objects.tasks.values();
        expect(task?.associations.map(({ typeId }) => typeId)).toEqual([204, 192]);
        expect(salesforce.org.all('Task')[0]).toMatchObject({ WhoId: expect.any(String), WhatId: expect.any(String) });
      }),
    ]));
});

describe('a task that people touched', () => {
  const note: ToolsStep = check(({ standIns: { hubspot, salesforce } }) => {
    for (const { id, properties } of hubspot.account.objects.tasks.values())
      hubspot.account.edit('tasks', id, {
        hs_task_body: `${properties.hs_task_body}<br>Called, call again on Friday.`,
      });
    for (const { Id, Description } of salesforce.org.all('Task'))
      salesforce.org.put('Task', { Id, Description: `${String(Description)}\nCalled, call again on Friday.` }, SELLER);
  });
  const isDone: ToolsStep = check(({ standIns: { hubspot, salesforce } }) => {
    for (const { id } of hubspot.account.objects.tasks.values())
      hubspot.account.edit('tasks', id, { hs_task_status: 'COMPLETED' });
    for (const { Id } of salesforce.org.all('Task')) salesforce.org.put('Task', { Id, Status: 'Completed' }, SELLER);
  });

  test('what they wrote stays through a retry and the recovery, which is said below it', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, { retryAt: day(3) })),
      wait(minutes(2)),
      note,
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      tasksAre('ada', [{ isOpen: true, text: 'Called, call again on Friday.' }]),
      on(4),
      to('ada', customerPays(ADA, { attempt: 2 })),
      wait(seconds(10)),
      tasksAre('ada', [{ isOpen: false, text: 'Called, call again on Friday.' }]),
      tasksAre('ada', [{ text: 'Closed by Recoup: paid on 2026-03-06 09:00 UTC, by the customer.' }]),
    ]));

  test('done by a person it stays done through later failures, and says at the end how it ended', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, { retryAt: day(3) })),
      wait(minutes(2)),
      isDone,
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      tasksAre('ada', [{ isOpen: false }]),
      on(4),
      to('ada', customerPays(ADA, { attempt: 2 })),
      wait(seconds(10)),
      tasksAre('ada', [{ isOpen: false, text: 'Closed by Recoup: paid' }]),
    ]));
});

describe('where policy wants no tasks', () => {
  const handOff = {
    highValueAtEntry: true,
    afterMs: 7 * hours(24),
    dueInMs: hours(24),
    owners: { hubspot: null, salesforce: null },
  };

  test('no request asks for one, and all else is as ever', () =>
    playTools(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA, { retryAt: day(3) })),
        wait(minutes(2)),
        everyToolShows('ada', { inDunning: true, status: 'active' }),
        tasksAre('ada', []),
        alertsAre('ada', 'Payment failed'),
        on(2),
        to('ada', customerPays(ADA, { attempt: 1 })),
        wait(seconds(10)),
        tasksAre('ada', []),
        everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      ],
      { policy: { handOff: { ...handOff, in: [] } } },
    ));

  test('taken out of one tool, no new one is made there; the one that was is kept up to date and closed', () =>
    playTools([
      ...isKnown('ada'),
      ...isKnown('eve'),
      to('ada', fails(ADA, { retryAt: day(3) })),
      wait(minutes(2)),
      on(1),
      policyBecomes({ handOff: { ...handOff, in: ['hubspot'] } }),
      to('eve', fails(billOf('eve'), { retryAt: day(4) })),
      wait(minutes(2)),
      tasksAre('eve', [{ isOpen: true }], ['hubspot']),
      tasksAre('eve', [], ['salesforce']),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(minutes(2)),
      tasksAre('ada', [{ isOpen: true, subject: 'attempt 2' }]),
      on(4),
      to('ada', customerPays(ADA, { attempt: 2 })),
      wait(minutes(2)),
      tasksAre('ada', [{ isOpen: false, text: 'Closed by Recoup: paid' }]),
    ]));

  test('a shorter wait makes the tasks that are then due', () =>
    playTools([
      isStandard,
      ...isKnown('ada'),
      ...failsThrice,
      wait(minutes(2)),
      tasksAre('ada', []),
      policyBecomes({ handOff: { ...handOff, in: ['hubspot', 'salesforce'], afterMs: 3 * hours(24) } }),
      on(4, hours(12)),
      to('ada', isLookedAt(ADA, { attempt: 3, retryAt: day(9) })),
      wait(minutes(2)),
      tasksAre('ada', [{ isOpen: true }]),
    ]));
});
