import { describe, expect, test } from 'vitest';
import { suppressionReport } from '../../src/report/suppression-report.ts';
import { ADA, isKnown } from './ada.ts';
import { DAY_0, day, hours, seconds } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import { customerPays, fails } from './stripe-happenings.ts';
import { check, playTools } from './tools-play.ts';

/** Where dunning is to end, in every tool: people, accounts, tasks and alerts. */

describe('somebody of high value who pays after a task was made', () => {
  test('is one line for every tool that held them, acknowledged, and none is left open', () =>
    playTools([
      becomes('ada', { planId: 'enterprise' }),
      ...isKnown('ada'),
      to('ada', fails(ADA, { retryAt: day(2) })),
      on(2),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(9) })),
      on(8),
      to('ada', customerPays(ADA, { attempt: 2 })),
      wait(seconds(10)),
      on(8, hours(1)),
      check(async ({ store }, { now }: { now: Parameters<typeof suppressionReport>[1]['now'] }) => {
        const { tools, leaks } = await suppressionReport(store, { since: DAY_0, now });
        expect(leaks).toEqual([]);
        const live = tools.filter(({ channel }) => channel === 'live');
        expect(live.map(({ tool }) => tool)).toEqual(
          expect.arrayContaining([
            'braze',
            'hubspot',
            'hubspot-companies',
            'iterable',
            'salesforce',
            'segment',
            'zendesk',
          ]),
        );
        for (const { tool, count, shareOnTime, neverReached } of live)
          expect([tool, count + neverReached, shareOnTime ?? 1]).toEqual([tool, 1, 1]);
        expect(live.find(({ tool }) => tool === 'hubspot-tasks')?.count).toBe(1);
        expect(live.find(({ tool }) => tool === 'slack')?.layers.exit?.count).toBe(1);
      }),
    ]));
});
