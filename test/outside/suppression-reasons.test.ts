import { describe, expect, test } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { paymentMethodAttached, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { ADA } from '../scenario/ada.ts';
import { day, hours, minutes } from '../scenario/harness.ts';
import { becomes, on, to, wait } from '../scenario/stage.ts';
import {
  cancelIsRequested,
  cancelIsUndone,
  customerPays,
  ends,
  fails,
  type Happening,
  isCreditedToNothing,
  isMarkedUncollectible,
  isPaidFirstTime,
  isPaidOutOfBand,
  isVoided,
  retrySucceeds,
} from '../scenario/stripe-happenings.ts';
import {
  disputeIsClosed,
  disputeIsOpened,
  disputeIsWon,
  disputeSays,
  isRefunded,
  isWarnedOf,
} from '../scenario/stripe-interruptions.ts';
import { collection, pauses, resumes } from '../scenario/stripe-pauses.ts';
import { tasksAre } from '../scenario/tools-play.ts';
import {
  adaIsDunned,
  ask,
  churnBusterSays,
  churnkeySays,
  guardStops,
  isDunned,
  isReceived,
  isSilenced,
  type OutsideStep,
  operatorSays,
  PAID,
  playOutside,
  type Silenced,
  settles,
  stagesAre,
  toolsAreSilenced,
} from './suppression-play.ts';

/**
 * Every way in which dunning ends or is held (semantics C2, C3, D6), and every layer that says so: the guard from the millisecond
 * of the webhook's answer, attributes in each tool, the exit by its episode, Segment, the ledger, and the look a minute later.
 */
type Row = readonly [name: string, happens: readonly OutsideStep[], expected: Silenced];

const recovered = (via: string): Silenced => ({
  status: 'recovered',
  guard: 'other_state',
  exit: ['payment_recovered', via],
  ledger: 'recovered',
});
const over = (outcome: 'forgiven' | 'canceled' | 'lost', status: 'none' | 'lost' = 'none'): Silenced => ({
  status,
  guard: status === 'lost' ? 'other_state' : 'healthy',
  exit: ['dunning_exited', outcome],
  ledger: outcome,
});
const held = (reason: string): Silenced => ({
  status: 'held',
  guard: reason,
  exit: ['dunning_exited', 'held'],
  ledger: reason,
});

const SUB = 'sub_ada1';

const paysWithANewCard: readonly OutsideStep[] = [
  becomes('ada', { card: { last4: '4242', expMonth: 4, expYear: 2031 }, paymentMethod: 'pm_new' }),
  isReceived(
    (account, at) => [paymentMethodAttached(account, { at })],
    (account, at) => [
      subscriptionUpdated(account, {
        subscription: SUB,
        at,
        status: 'past_due',
        previous: { default_payment_method: 'pm_ada' },
      }),
    ],
  ),
  settles,
  wait(minutes(5)),
  isReceived(retrySucceeds(ADA, { attempt: 2 })),
];
const inquiryIsOpened = disputeSays('charge.dispute.created', 'warning_needs_response');
/** Older shapes do not give this reason. */
const NEWEST = becomes('ada', { shape: 'endive' });

const ENDS: readonly Row[] = [
  ['a retry that succeeds', [isReceived(retrySucceeds(ADA, { attempt: 2 }))], recovered('automatic_retry')],
  ['a new card, and a retry with it', paysWithANewCard, recovered('card_updated')],
  ['a payment on the hosted page', [isReceived(customerPays(ADA, { attempt: 1 }))], recovered('customer_paid')],
  ['a payment out of band', [isReceived(isPaidOutOfBand(ADA, { attempt: 1 }))], recovered('out_of_band')],
  ["an operator's mark", [operatorSays('mark-recovered')], recovered('operator')],
  ['a void', [isReceived(isVoided(ADA))], over('forgiven')],
  ['a credit of all that was owed', [isReceived(isCreditedToNothing(ADA, { attempt: 1 }))], over('forgiven')],
  ['debt that is forgiven', [NEWEST, isReceived(isMarkedUncollectible(ADA, {}, 'user_forgiven'))], over('forgiven')],
  [
    'an end that the customer wanted',
    [isReceived(ends(SUB, 'cancellation_requested', 'too_expensive'))],
    over('canceled'),
  ],
  ['an end for want of payment', [isReceived(ends(SUB, 'payment_failed'))], over('lost', 'lost')],
  ['an end for a reason that nobody gives', [isReceived(ends(SUB, null))], over('lost', 'lost')],
  ['debt that is given up while the subscription lives', [isReceived(isMarkedUncollectible(ADA, {}))], over('lost')],
];

const HOLDS: readonly Row[] = [
  ['a request to cancel', [isReceived(cancelIsRequested(SUB, 'past_due', day(20)))], held('voluntary_cancel')],
  ['a dispute', [isReceived(disputeIsOpened(PAID, 1, day(1)))], held('dispute')],
  ['an inquiry', [isReceived(inquiryIsOpened(PAID, 1, day(1)))], held('dispute')],
  ['an early fraud warning', [isReceived(isWarnedOf(PAID, 1))], held('dispute')],
  ['a pause of collection', [isReceived(collection(SUB, { resumesAt: null }))], held('paused')],
  ['a pause with a date', [isReceived(collection(SUB, { resumesAt: day(9) }))], held('paused')],
  ['a pause of the subscription', [NEWEST, isReceived(pauses(SUB, 'past_due', 'pause_requested'))], held('paused')],
  [
    'a refund on its own bill',
    [isReceived(isRefunded(ADA, 1, { id: 're_own', amount: 1_000, total: 1_000 }))],
    held('refund'),
  ],
  ["an operator's hold", [operatorSays('hold', { for: '3d' })], held('held')],
  ["an operator's exclusion", [operatorSays('exclude')], held('opted_out')],
  ["Churnkey's campaign", [churnkeySays('dunning_campaign_started')], held('owned_elsewhere')],
  ["Churn Buster's campaign", [churnBusterSays('campaign_started')], held('owned_elsewhere')],
];

describe('silences every layer at once', () => {
  test.each(ENDS)('%s, and closes the tasks', (_name, happens, expected) =>
    playOutside([...adaIsDunned, ...happens, ...isSilenced(expected), tasksAre('ada', [{ isOpen: false }])]),
  );

  test.each(HOLDS)('%s, and leaves the tasks', (_name, happens, expected) =>
    playOutside([...adaIsDunned, ...happens, ...isSilenced(expected), tasksAre('ada', [{ isOpen: true }])]),
  );

  test('a refund on its own bill, until that is charged again', () =>
    playOutside([
      ...adaIsDunned,
      isReceived(isRefunded(ADA, 1, { id: 're_own', amount: 1_000, total: 1_000 })),
      settles,
      on(3),
      guardStops(held('refund')),
      isReceived(fails(ADA, { attempt: 2, retryAt: day(150) })),
      settles,
      wait(minutes(1)),
      isDunned({ stage: 'retrying' }),
      stagesAre('first_failure', 'retrying'),
    ]));

  test('the day on which an old debt is written off, by time alone', () =>
    playOutside([
      ...adaIsDunned,
      to('ada', fails(ADA, { attempt: 2 })),
      on(25),
      to('ada', isPaidFirstTime({ ...ADA, invoice: 'in_next' })),
      on(30, minutes(1) - 1),
      async (stage) => expect((await ask(stage)).suppress).toBe(false),
      wait(1),
      toolsAreSilenced({
        status: 'none',
        guard: 'healthy',
        exit: ['dunning_exited', 'written_off'],
        ledger: 'written_off',
      }),
      guardStops({ status: 'none', guard: 'healthy' }),
    ]));
});

type Release = readonly [name: string, reason: string, begins: readonly OutsideStep[], ends: readonly OutsideStep[]];
const later = (...happenings: readonly Happening[]): readonly OutsideStep[] => [
  on(3),
  isReceived(...happenings),
  settles,
];

const RELEASES: readonly Release[] = [
  [
    'the request to cancel is taken back',
    'voluntary_cancel',
    [isReceived(cancelIsRequested(SUB, 'past_due', day(20)))],
    later(cancelIsUndone(SUB, 'past_due')),
  ],
  [
    'the dispute is won',
    'dispute',
    [isReceived(disputeIsOpened(PAID, 1, day(1)))],
    later(disputeIsWon(PAID, 1, day(1))),
  ],
  [
    'the inquiry is closed',
    'dispute',
    [isReceived(inquiryIsOpened(PAID, 1, day(1)))],
    later(disputeIsClosed('warning_closed')(PAID, 1, day(1))),
  ],
  ['nobody decides the dispute for 90 days', 'dispute', [isReceived(disputeIsOpened(PAID, 1, day(1)))], [on(91)]],
  [
    'nothing is left to do about the warning',
    'dispute',
    [isReceived(isWarnedOf(PAID, 1))],
    later(isWarnedOf(PAID, 1, false)),
  ],
  ['the warning is 90 days old', 'dispute', [isReceived(isWarnedOf(PAID, 1))], [on(91)]],
  ['collection goes on', 'paused', [isReceived(collection(SUB, { resumesAt: null }))], later(collection(SUB, null))],
  [
    'the day comes on which collection resumes',
    'paused',
    [isReceived(collection(SUB, { resumesAt: day(9) }))],
    [on(9)],
  ],
  [
    'the subscription goes on',
    'paused',
    [NEWEST, isReceived(pauses(SUB, 'past_due', 'pause_requested'))],
    later(resumes(SUB)),
  ],
  ['the hold lapses', 'held', [operatorSays('hold', { for: '3d' })], [on(4)]],
  [
    'the hold is lifted early',
    'held',
    [operatorSays('hold', { for: '30d' })],
    [on(3), operatorSays('resume'), settles],
  ],
  [
    'the exclusion is ended by name',
    'opted_out',
    [operatorSays('exclude')],
    [on(3), operatorSays('resume', { hold_id: 'exclusion' }), settles],
  ],
  ['the exclusion lapses', 'opted_out', [operatorSays('exclude', { until: toIso(day(5)) })], [on(5)]],
  [
    "Churnkey's campaign ends unpaid",
    'owned_elsewhere',
    [churnkeySays('dunning_campaign_started')],
    [on(3), churnkeySays('dunning_campaign_lost', day(3)), settles],
  ],
  [
    "Churn Buster's campaign ends unpaid",
    'owned_elsewhere',
    [churnBusterSays('campaign_started')],
    [on(3), churnBusterSays('campaign_lost', day(3)), settles],
  ],
  [
    "Churn Buster's campaign is not heard of for 60 days",
    'owned_elsewhere',
    [churnBusterSays('campaign_started')],
    [on(61)],
  ],
];

describe('resumes in every layer', () => {
  test.each(RELEASES)('and announces no stage that was announced, when %s', (_name, reason, begins, lifted) =>
    playOutside([
      ...adaIsDunned,
      ...begins,
      settles,
      guardStops(held(reason)),
      ...lifted,
      isDunned({ stage: 'first_failure' }),
      stagesAre('first_failure'),
    ]),
  );

  test.each(RELEASES)(
    'and a stage that was reached meanwhile is announced once, when %s',
    (_name, reason, begins, lifted) =>
      playOutside([
        ...adaIsDunned,
        ...begins,
        settles,
        guardStops(held(reason)),
        on(2),
        to('ada', fails(ADA, { attempt: 2, retryAt: day(150) })),
        wait(minutes(1)),
        stagesAre('first_failure'),
        ...lifted,
        isDunned({ stage: 'retrying' }),
        stagesAre('first_failure', 'retrying'),
        wait(hours(2)),
        stagesAre('first_failure', 'retrying'),
      ]),
  );
});

describe('is about its own bill alone', () => {
  const OTHER = { ...ADA, invoice: 'in_other', subscription: 'sub_other' };

  test.each([
    ['a refund of another bill', isRefunded(PAID, 1, { id: 're_other', amount: 4_900, total: 4_900 })],
    ['a void of another bill', isVoided(OTHER)],
    ['a pause of another subscription', collection('sub_other', { resumesAt: null })],
    ['a request to cancel another subscription', cancelIsRequested('sub_other', 'active', day(20))],
    ['the end of another subscription', ends('sub_other', 'cancellation_requested', 'unused')],
  ] as const)('%s silences nothing', (_name, happening) =>
    playOutside([
      ...adaIsDunned,
      isReceived(happening),
      isDunned({ stage: 'first_failure' }),
      settles,
      wait(minutes(2)),
      isDunned({ stage: 'first_failure' }),
      stagesAre('first_failure'),
    ]),
  );
});
