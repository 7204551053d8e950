import { describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { audience, defineAudiences, is, trait } from '../../src/audience-kit/index.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { check, day, on, play, release, type Step, webhooks } from './harness.ts';
import { type Bill, customerIsSaved, fails } from './stripe-happenings.ts';

/** What Segment hears of people whom a release moves, not anything that happened (semantics G4, E1). */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const KEY = 'dunning_first_failure_standard';

const withoutIt = defineAudiences(AUDIENCES.all.filter(({ key }) => key !== KEY));
const withAnother = (announceDefinitionChanges: boolean) =>
  defineAudiences([
    ...AUDIENCES.all,
    audience({
      key: 'new_one',
      description: 'In dunning.',
      messaging: true,
      announceDefinitionChanges,
      when: trait('in_dunning', is(true)),
    }),
  ]);

/** Of the memberships told since the last look: event, and the traits of identify calls. */
const tells = (...expected: readonly object[]): Step =>
  check(async (relay, stage) => {
    const calls = (await relay.calls()).map(({ call }) => call).filter(isMembership);
    const news = calls.filter(({ timestamp }) => Date.parse(timestamp) === stage.now);
    expect(news.map(({ event, traits, properties }) => ({ event, ...traits, ...properties }))).toMatchObject(expected);
  });

const inDunning = [on(0), webhooks(fails(MARCH, { retryAt: day(3) }))];

describe.each(STRIPE_SHAPES)('a release that changes audiences, %s payloads', (shape) => {
  it('exits everybody of an audience that is no more, as an event too: whatever was entered is exited', () =>
    play({ shape }, [
      ...inDunning,
      tells({ event: 'Audience Entered', [KEY]: true, definition_changed: false }, { [KEY]: true }),
      on(1),
      release({}, withoutIt),
      webhooks(customerIsSaved),
      tells({ event: 'Audience Exited', [KEY]: false, definition_changed: true }, { [KEY]: false }),
    ]));

  it('puts people into a new audience by state alone', () =>
    play({ shape }, [
      ...inDunning,
      on(1),
      release({}, withAnother(false)),
      webhooks(customerIsSaved),
      tells({ new_one: true }),
    ]));

  it('announces them where the definition asks for it, and says that only the definition changed', () =>
    play({ shape }, [
      ...inDunning,
      on(1),
      release({}, withAnother(true)),
      webhooks(customerIsSaved),
      tells({ event: 'Audience Entered', new_one: true, definition_changed: true }, { new_one: true }),
    ]));
});
