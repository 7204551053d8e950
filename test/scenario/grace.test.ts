import { describe, it } from 'vitest';
import { DAY_MS, toIso } from '../../src/domain/instant.ts';
import { day, hours, minutes, mode, on, play, traits, wait, webhooks } from './harness.ts';
import { type Bill, customerPays, fails } from './stripe-happenings.ts';

/** D3: grace stands beside `exhausted`; G10: its floor holds only in a store that has observed. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
/** No retry is planned: the retries have run out an hour later (D2). */
const runsOut = [webhooks(fails(MARCH, { attempt: 1 })), on(0, hours(2))] as const;
const GRACE = { lastsMs: 7 * DAY_MS, floorMs: 3 * DAY_MS };
const FULL = { access_level: 'full', grace_ends_at: null } as const;

describe('access after the retries ran out', () => {
  it('is full before, graced for seven days to the millisecond, then restricted until the debt is paid', () =>
    play({ shape: 'basil' }, [
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      wait(minutes(1)),
      traits({ dunning_stage: 'first_failure', ...FULL }),
      on(3),
      webhooks(fails(MARCH, { attempt: 2 })),
      on(3, hours(2)),
      traits({ dunning_stage: 'exhausted', access_level: 'grace', grace_ends_at: toIso(day(10, hours(1))) }),
      on(10, hours(1) - 1),
      traits({ access_level: 'grace' }),
      on(10, hours(1)),
      traits({ access_level: 'restricted', grace_ends_at: toIso(day(10, hours(1))) }),
      on(12),
      webhooks(customerPays(MARCH, { attempt: 2 })),
      wait(minutes(1)),
      traits(FULL),
    ]));

  it('is restricted at once where the policy grants no grace', () =>
    play({ shape: 'basil', policy: { grace: { ...GRACE, lastsMs: null } } }, [
      ...runsOut,
      traits({ dunning_stage: 'exhausted', access_level: 'restricted', grace_ends_at: null }),
    ]));
});

describe('the floor of grace', () => {
  it('cuts nobody off because of what was only observed: three days from the switch, for who ran out long before', () =>
    play({ shape: 'basil' }, [
      mode('observe'),
      ...runsOut,
      on(9),
      traits({ access_level: 'restricted' }),
      on(20),
      mode('enforce'),
      traits({ access_level: 'grace', grace_ends_at: toIso(day(23)) }),
      on(23),
      traits({ access_level: 'restricted' }),
    ]));

  it('moves nobody whose grace lasts longer anyway', () =>
    play({ shape: 'basil' }, [
      mode('observe'),
      ...runsOut,
      on(1),
      mode('enforce'),
      wait(minutes(1)),
      traits({ access_level: 'grace', grace_ends_at: toIso(day(7, hours(1))) }),
    ]));

  it('counts from the first switch alone', () =>
    play({ shape: 'basil' }, [
      mode('observe'),
      ...runsOut,
      on(20),
      mode('enforce'),
      on(21),
      mode('observe'),
      on(30),
      mode('enforce'),
      wait(minutes(1)),
      traits({ access_level: 'restricted', grace_ends_at: toIso(day(23)) }),
    ]));

  it('is none in a store that never observed', () =>
    play({ shape: 'basil' }, [mode('enforce'), ...runsOut, on(8), traits({ access_level: 'restricted' })]));
});
