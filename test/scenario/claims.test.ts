import { describe, expect, test } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { churnBuster } from '../../src/interventions/churn-buster/churn-buster.ts';
import { churnkey } from '../../src/interventions/churnkey/churnkey.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { ADA, isKnown, RETRY } from './ada.ts';
import { day, minutes, seconds } from './harness.ts';
import { on, to, wait } from './stage.ts';
import { fails, retrySucceeds } from './stripe-happenings.ts';
import { check, everyToolShows, flowsHeard, playTools, type ToolsStep, tasksAre } from './tools-play.ts';

/** Another recovery tool writes to the customer: nobody else does meanwhile, and dunning goes on where it stands. */

/** Churn Buster tells of its campaign about Ada, which began on `startedOn` and ended, or not, on `endedOn`. */
const churnBusterSays =
  (type: string, startedOn: number, endedOn: number | null = null): ToolsStep =>
  async ({ relay, now }) => {
    const body = JSON.stringify({
      event_type: type,
      event: {
        customer: { processor: 'stripe', processor_id: 'cus_ada' },
        campaign: {
          churn_buster_id: 'cb-1',
          started_at: toIso(day(startedOn)),
          finished_at: endedOn === null ? null : toIso(day(endedOn)),
        },
      },
    });
    await relay.store.accept([toDelivery(churnBuster, body, now)]);
    await relay.settle(now);
  };

/** Churnkey tells of its campaign about Ada, each time in the same words. */
const churnkeySays =
  (event: string): ToolsStep =>
  async ({ relay, now }) => {
    const body = JSON.stringify({ event, data: { customer: { id: 'cus_ada' }, campaign: { id: 'ck-1' } } });
    await relay.store.accept([toDelivery(churnkey, body, now)]);
    await relay.settle(now);
  };

const OWNED = { inDunning: false, status: 'held', stage: 'first_failure', due: 49 } as const;
const ACTIVE = { inDunning: true, status: 'active', stage: 'first_failure', due: 49 } as const;

const wasTold = (event: string, times: number): ToolsStep =>
  check(({ segment }) => {
    expect(segment.filter((call) => call.event === event)).toHaveLength(times);
  });

describe('a customer whom Churn Buster writes to', () => {
  test('enters no flow, and enters it once when the campaign ends unpaid', () =>
    playTools([
      ...isKnown('ada'),
      churnBusterSays('campaign_started', 0),
      to('ada', fails(ADA, RETRY)),
      wait(seconds(10)),
      wait(minutes(1)),
      everyToolShows('ada', OWNED),
      flowsHeard('ada'),
      tasksAre('ada', []),
      on(2),
      churnBusterSays('campaign_lost', 0, 1),
      wait(minutes(1)),
      everyToolShows('ada', ACTIVE),
      flowsHeard('ada', 'dunning_stage_entered'),
      tasksAre('ada', [{ isOpen: true }]),
      wasTold('payment_failed', 1),
    ]));

  test('is taken out of a running flow, and of no stage hears twice when the campaign ends unpaid', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      wait(seconds(10)),
      wait(minutes(1)),
      flowsHeard('ada', 'dunning_stage_entered'),
      on(1),
      churnBusterSays('campaign_started', 1),
      wait(minutes(1)),
      everyToolShows('ada', OWNED),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
      tasksAre('ada', [
        { isOpen: true, text: 'Another tool writes to the customer about this bill: look there first.' },
      ]),
      on(2),
      churnBusterSays('campaign_lost', 1, 2),
      wait(minutes(1)),
      everyToolShows('ada', ACTIVE),
      flowsHeard('ada', 'dunning_stage_entered', 'dunning_exited'),
      tasksAre('ada', [{ isOpen: true, text: 'Messages: not held back' }]),
      wasTold('payment_failed', 1),
    ]));

  test('has recovered when Stripe says so, and not when the campaign is won', () =>
    playTools([
      ...isKnown('ada'),
      churnBusterSays('campaign_started', 0),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(1)),
      on(2),
      churnBusterSays('campaign_won', 0, 2),
      wait(minutes(1)),
      everyToolShows('ada', ACTIVE),
      wasTold('payment_recovered', 0),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: false, status: 'recovered' }),
      wasTold('payment_recovered', 1),
    ]));

  test('is written to again when no word comes for 60 days', () =>
    playTools([
      ...isKnown('ada'),
      churnBusterSays('campaign_started', 0),
      on(50),
      to('ada', fails(ADA, { retryAt: day(70) })),
      wait(minutes(1)),
      everyToolShows('ada', OWNED),
      on(60),
      wait(minutes(1)),
      everyToolShows('ada', ACTIVE),
    ]));

  test('is held again when a paused campaign goes on, and by each renewal for 60 days', () =>
    playTools([
      ...isKnown('ada'),
      churnkeySays('dunning_campaign_updated'),
      to('ada', fails(ADA, { retryAt: day(150) })),
      on(1),
      churnkeySays('dunning_campaign_paused'),
      wait(minutes(1)),
      everyToolShows('ada', ACTIVE),
      on(2),
      churnkeySays('dunning_campaign_updated'),
      wait(minutes(1)),
      everyToolShows('ada', OWNED),
      on(3),
      churnkeySays('dunning_campaign_paused'),
      wait(minutes(1)),
      everyToolShows('ada', ACTIVE),
      on(4),
      churnkeySays('dunning_campaign_updated'),
      on(54),
      churnkeySays('dunning_campaign_updated'),
      on(65),
      wait(minutes(1)),
      everyToolShows('ada', OWNED),
    ]));

  test('is not held when the start is heard after the end, which came first', () =>
    playTools([
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(1)),
      on(2),
      churnBusterSays('campaign_lost', 1, 2),
      churnBusterSays('campaign_started', 1),
      wait(minutes(1)),
      everyToolShows('ada', ACTIVE),
      flowsHeard('ada', 'dunning_stage_entered'),
    ]));
});
