import { describe, test } from 'vitest';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { ADA, isKnown, RETRY } from './ada.ts';
import { day, hours, minutes } from './harness.ts';
import { accountOf, on, to, wait } from './stage.ts';
import { customerPays, fails, type Happening } from './stripe-happenings.ts';
import {
  alertsAre,
  everyToolShows,
  flowsHeard,
  playTools,
  policyBecomes,
  salesLink,
  showsAccount,
  showsPerson,
  startsWith,
  streamIs,
  type ToolsStep,
  tasksAre,
} from './tools-play.ts';
import { VENDORS, type Vendor } from './tools-stand-ins.ts';

/** What tools are told when they were away for a while and nothing was recorded of it (semantics G9), and across a release. */

const nobodyKnown =
  (happening: Happening): Happening =>
  (account, at) =>
    happening({ ...account, userId: undefined }, at);
const paysMeanwhile = (live: readonly Vendor[], pays: Happening): readonly ToolsStep[] => [
  wait(minutes(2)),
  on(1),
  startsWith(...live),
  on(2),
  to('ada', pays),
  wait(minutes(2)),
  on(2, hours(3)),
];
const PAID = { inDunning: false, status: 'recovered' } as const;

describe('who paid while a tool had no key and no recorder', () => {
  test('is cleared in every tool as soon as the keys are back, and flows are ended', () =>
    playTools(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA, RETRY)),
        ...paysMeanwhile([], customerPays(ADA, { attempt: 1 })),
        startsWith(...VENDORS),
        wait(minutes(2)),
        everyToolShows('ada', PAID),
        tasksAre('ada', [{ isOpen: false }]),
        alertsAre('ada', 'Payment failed', 'recovered'),
        flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
      ],
      { policy: { recorded: [] } },
    ));

  test('is cleared in the one tool that was away', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      ...paysMeanwhile(
        VENDORS.filter((vendor) => vendor !== 'zendesk'),
        customerPays(ADA, { attempt: 1 }),
      ),
      startsWith(...VENDORS),
      wait(minutes(2)),
      showsPerson('zendesk', 'ada', PAID),
    ]));

  test('has the alert called off where Slack is the only tool', () =>
    playTools(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA, RETRY)),
        ...paysMeanwhile([], customerPays(ADA, { attempt: 1 })),
        startsWith('slack'),
        wait(minutes(2)),
        alertsAre('ada', 'Payment failed', 'recovered'),
      ],
      { live: ['slack'] },
    ));

  test('is cleared as an account of nobody known, with the task, though a recorder saw nothing begin', () =>
    playTools(
      [
        salesLink({ account: 'cus_ada' }),
        to('ada', nobodyKnown(fails(ADA, RETRY))),
        ...paysMeanwhile([], nobodyKnown(customerPays(ADA, { attempt: 1 }))),
        showsAccount('hubspot', 'ada', { inDunning: true }),
        startsWith('hubspot', 'salesforce'),
        wait(minutes(2)),
        showsAccount('hubspot', 'ada', PAID),
        showsAccount('salesforce', 'ada', PAID),
        tasksAre('ada', [{ isOpen: false }]),
      ],
      { live: ['hubspot', 'salesforce'] },
    ));
});

/** It happens now, and the relay has stored it and decided nothing. */
const isAccepted =
  (name: string, happening: Happening): ToolsStep =>
  async (stage) => {
    const events = happening(accountOf(stage, name), stage.now);
    const bodies = events.map((event) => JSON.stringify(event));
    await stage.relay.store.accept(bodies.map((body) => toDelivery(stripe, body, stage.now)));
  };

describe('a release with other rules', () => {
  test('alerts of a failure that came while it was started', () =>
    playTools([
      ...isKnown('ada'),
      on(1),
      isAccepted('ada', fails(ADA, { retryAt: day(4) })),
      policyBecomes({ noRetryAfterMs: hours(2) }),
      wait(minutes(2)),
      streamIs('ada', 'payment_failed'),
      flowsHeard('ada', 'dunning_stage_entered'),
      alertsAre('ada', 'Payment failed'),
    ]));

  test('alerts of nothing that it was alerted of before', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, { retryAt: day(4) })),
      wait(minutes(2)),
      policyBecomes({ noRetryAfterMs: hours(2) }),
      on(1),
      alertsAre('ada', 'Payment failed'),
    ]));

  test('alerts of no account that was in dunning before its plan was one of high value', () =>
    playTools(
      [
        ...isKnown('ada'),
        to('ada', fails(ADA, { retryAt: day(4) })),
        wait(minutes(2)),
        policyBecomes({ plans: { highValue: ['pro'], ids: {} } }),
        on(1),
        alertsAre('ada'),
      ],
      { policy: { plans: { highValue: [], ids: {} } } },
    ));
});
