import { describe, expect, test } from 'vitest';
import { readShippedPolicy } from '../shipped-policy.ts';
import { ADA, isKnown, RETRY } from './ada.ts';
import { day, hours, minutes } from './harness.ts';
import { on, to, wait } from './stage.ts';
import { fails, retrySucceeds } from './stripe-happenings.ts';
import { disputeIsOpened, disputeIsWon } from './stripe-interruptions.ts';
import { check, comesBack, everyToolShows, goesDown, playTools, type ToolsStep } from './tools-play.ts';

/** What tools have of their own to keep messages back follows what Recoup decides, also over an outage. */

const NAME = 'Recoup: do not dun';
const OPTIONS = {
  policy: {
    iterable: { cancelCampaigns: ['email:101'] },
    hubspot: { ...readShippedPolicy().hubspot, suppressionList: NAME, unenrolWorkflows: [55] },
  },
};

/** HubSpot has the list, and Iterable a message for her that goes out some day. */
const isSetUp: ToolsStep = check(({ standIns: { hubspot, iterable } }) => {
  hubspot.lists.add(NAME);
  hubspot.lists.enrolments.set('55', new Set(['ada@example.com']));
  iterable.scheduled.schedule({ channel: 'email', campaignId: 101, userId: 'user_ada' });
});

const holdsBack = (expected: {
  readonly scheduled: number;
  readonly listed: number;
  readonly enrolled: number;
}): ToolsStep =>
  check(({ standIns: { hubspot, iterable } }) => {
    expect({
      scheduled: iterable.scheduled.waiting().length,
      listed: hubspot.lists.named(NAME)?.members.size,
      enrolled: hubspot.lists.enrolments.get('55')?.size,
    }).toEqual(expected);
  });

const IN_DUNNING = { scheduled: 1, listed: 0, enrolled: 1 };
const SUPPRESSED = { scheduled: 0, listed: 1, enrolled: 0 };

describe('scheduled sends, the suppression list and enrolments', () => {
  test('are left alone while she is in dunning, and end with her payment', () =>
    playTools(
      [
        isSetUp,
        ...isKnown('ada'),
        to('ada', fails(ADA, RETRY)),
        wait(minutes(1)),
        holdsBack(IN_DUNNING),
        on(3),
        to('ada', retrySucceeds(ADA, { attempt: 2 })),
        wait(minutes(1)),
        holdsBack(SUPPRESSED),
      ],
      OPTIONS,
    ));

  test('end with a dispute, and she leaves the list when it is won', () =>
    playTools(
      [
        isSetUp,
        ...isKnown('ada'),
        to('ada', fails(ADA, { retryAt: day(9) })),
        wait(minutes(1)),
        on(1),
        to('ada', disputeIsOpened(ADA, 1, day(1))),
        wait(minutes(1)),
        holdsBack(SUPPRESSED),
        on(2),
        to('ada', disputeIsWon(ADA, 1, day(1))),
        wait(minutes(1)),
        holdsBack({ ...SUPPRESSED, listed: 0 }),
      ],
      OPTIONS,
    ));

  test('end when the tools are back after five hours', () =>
    playTools(
      [
        isSetUp,
        ...isKnown('ada'),
        to('ada', fails(ADA, RETRY)),
        wait(minutes(1)),
        on(3),
        goesDown('iterable'),
        goesDown('hubspot'),
        to('ada', retrySucceeds(ADA, { attempt: 2 })),
        wait(hours(5)),
        holdsBack(IN_DUNNING),
        comesBack('iterable'),
        comesBack('hubspot'),
        wait(hours(2)),
        holdsBack(SUPPRESSED),
        everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      ],
      OPTIONS,
    ));
});
