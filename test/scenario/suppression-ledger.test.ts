import { describe, expect, test } from 'vitest';
import { MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { makeLeakWatch } from '../../src/pipeline/suppressions/watch-leaks.ts';
import { latencyReport } from '../../src/report/latency-report.ts';
import { type SuppressionReport, suppressionReport } from '../../src/report/suppression-report.ts';
import { ADA, DOWN, entersDunning, first, paysFor, togetherFail } from './braze-people.ts';
import { type BrazeStep, check, fault, heals, playBraze } from './braze-play.ts';
import { DAY_0, day, hours, minutes, seconds } from './harness.ts';
import { to, wait } from './stage.ts';
import { cancelIsRequested, cancelIsUndone, customerPays } from './stripe-happenings.ts';

/** From a webhook to the tool's word: what the ledger of suppressions says, told by day. */

const report = (look: (report: SuppressionReport) => void): BrazeStep =>
  check(async ({ store }, { now }) => look(await suppressionReport(store, { since: DAY_0, now })));
const braze = ({ tools }: SuppressionReport) =>
  tools.find(({ tool, channel }) => tool === 'braze' && channel === 'live');
const segment = ({ tools }: SuppressionReport) => tools.find(({ tool }) => tool === 'segment');

describe('somebody who paid', () => {
  test('is one line for each tool, Segment included, with every layer that answered, and no open leak', () =>
    playBraze([
      ...entersDunning,
      wait(hours(1)),
      to('ada', customerPays(ADA, first)),
      report((told) => {
        expect(told.openLeaks).toBe(0);
        for (const tool of [braze(told), segment(told)]) {
          expect(tool).toMatchObject({ count: 1, neverReached: 0, overtaken: 0, shareOnTime: 1, openLeaks: 0 });
          expect(tool?.layers.acknowledged).toMatchObject({ count: 1, p50Ms: 0, maxMs: 0 });
          expect(tool?.layers.exit).toMatchObject({ count: 1 });
          expect(tool?.layers.state).toMatchObject({ count: 1 });
        }
      }),
      check(async ({ store }) => {
        const [line] = await store.suppressions({ since: DAY_0, after: 0, limit: 10 });
        expect(line).toMatchObject({
          reason: 'recovered',
          userId: 'user_ada',
          receivedAt: DAY_0 + hours(1) + seconds(10),
        });
        expect(line?.episodeId).toMatch(/^dun_/);
      }),
    ]));

  test('before Braze heard of the failure was never in a flow there: nothing is open, and no time is measured', () =>
    playBraze([
      fault(DOWN),
      ...togetherFail('ada', 'eve'),
      wait(minutes(1)),
      paysFor('ada'),
      report((told) => {
        expect(braze(told)).toMatchObject({ count: 0, neverReached: 1, openLeaks: 0, shareOnTime: null });
        expect(segment(told)).toMatchObject({ count: 1, openLeaks: 0 });
      }),
    ]));

  test('while Braze is down is an open leak until it is back, which then counts with the whole outage', () =>
    playBraze([
      ...entersDunning,
      fault(DOWN),
      wait(minutes(10)),
      to('ada', customerPays(ADA, first)),
      wait(minutes(5)),
      report((told) => {
        expect(told.leaks).toMatchObject([
          { tool: 'braze', userId: 'user_ada', reason: 'recovered', cause: 'paused', ageMs: 5 * MINUTE_MS },
        ]);
        expect(told.leaks[0]?.advice).toMatch(/pause its dunning flows/);
        expect(told.leakAges.find(({ underMs }) => underMs === 60 * MINUTE_MS)?.count).toBe(1);
        expect(braze(told)).toMatchObject({ count: 1, shareOnTime: 0, openLeaks: 1 });
        expect(segment(told)).toMatchObject({ openLeaks: 0 });
      }),
      heals,
      wait(hours(2)),
      report((told) => {
        expect(told.leaks).toEqual([]);
        expect(braze(told)?.layers.acknowledged?.maxMs).toBeGreaterThanOrEqual(5 * MINUTE_MS);
        expect(braze(told)).toMatchObject({ shareOnTime: 0, openLeaks: 0 });
      }),
    ]));

  test('and whose exit Braze refuses is seen by the ledger alone: no row waits, and nothing is urgent any more', () =>
    playBraze([
      ...entersDunning,
      wait(minutes(10)),
      fault({ kind: 'status', status: 400 }),
      to('ada', customerPays(ADA, first)),
      check(async ({ store, braze: { users } }, { now }) => {
        expect(users.all.get('user_ada')?.attributes.in_dunning).toBe(true);
        const live = (await store.toolCounts()).find(({ channel }) => channel === 'live');
        expect(live).toMatchObject({ waiting: 0, urgent: 0 });
        const told = await suppressionReport(store, { since: DAY_0, now });
        expect(told).toMatchObject({ openLeaks: 1, leaks: [{ tool: 'braze' }] });
        // A ledger that took the decision for the tool's word would say that all is well.
        const trusting = {
          ...store,
          suppressions: async (page: Parameters<typeof store.suppressions>[0]) =>
            (await store.suppressions(page)).map((line) => ({ ...line, acknowledgedAt: line.decidedAt })),
          openLeaks: async () => [],
          suppressionCounts: async () => ({ ...(await store.suppressionCounts()), leaks: [] }),
        };
        const unseen = await suppressionReport(trusting, { since: DAY_0, now });
        expect(unseen).toMatchObject({ openLeaks: 0, leaks: [] });
        expect(braze(unseen)?.shareOnTime).toBe(1);
      }),
    ]));

  test('whose exit Braze refuses is open as a dead letter with its number, until it is replayed', () =>
    playBraze([
      ...entersDunning,
      wait(minutes(10)),
      fault({ kind: 'status', status: 400 }),
      to('ada', customerPays(ADA, first)),
      wait(minutes(3)),
      report((told) => {
        expect(told.leaks).toMatchObject([{ tool: 'braze', cause: 'dead_letter', deadLetter: expect.any(Number) }]);
        expect(told.leaks[0]?.advice).toContain(`dead letter ${told.leaks[0]?.deadLetter}`);
      }),
      heals,
      check(async ({ store, settle }, { now }) => {
        await store.replayDeadLetters(null, now);
        await settle(now);
      }),
      report((told) => expect(told.openLeaks).toBe(0)),
    ]));

  test('while the relay is without a key is recorded, and no leak of the tool that was never told', () =>
    playBraze(
      [
        ...entersDunning,
        to('ada', customerPays(ADA, first)),
        report((told) => {
          expect(braze(told)).toBeUndefined();
          expect(told.openLeaks).toBe(0);
          expect(told.tools.find(({ channel }) => channel === 'recorder')).toMatchObject({ tool: 'braze', count: 1 });
        }),
      ],
      { hasKey: false },
    ));
});

describe('somebody who is held', () => {
  test('counts with the reason; resumed before Braze heard of it, the suppression is overtaken and no leak', () =>
    playBraze([
      ...entersDunning,
      fault(DOWN),
      wait(minutes(1)),
      to('ada', cancelIsRequested('sub_ada1', 'past_due', day(20))),
      report((told) => expect(told.leaks).toMatchObject([{ reason: 'voluntary_cancel' }])),
      wait(minutes(1)),
      to('ada', cancelIsUndone('sub_ada1', 'past_due')),
      report((told) => {
        expect(braze(told)).toMatchObject({ overtaken: 1, openLeaks: 0 });
        expect(told.leaks).toEqual([]);
      }),
    ]));
});

describe('what is too late', () => {
  test('is told of in the log once, at warn level, with a count and an age and nobody by name', () =>
    playBraze([
      ...entersDunning,
      fault(DOWN),
      to('ada', customerPays(ADA, first)),
      check(async ({ store }, { now }) => {
        const lines: string[] = [];
        const log = {
          warn: (details: object, text: string) => lines.push(JSON.stringify([details, text])),
          error: () => {},
        };
        const watch = makeLeakWatch({ store, log, clock: { now: () => now } });
        await watch.lookDue(plus(now, MINUTE_MS));
        expect(lines).toEqual([]);
        await watch.lookDue(plus(now, 3 * MINUTE_MS));
        await watch.lookDue(plus(now, 4 * MINUTE_MS));
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatch(/"tool":"braze","open":1,"oldestSeconds":180/);
        expect(lines[0]).not.toContain('ada');
      }),
    ]));

  test('a tool that refuses the relay is known as stopped to whoever looks beside it, until it answers', () =>
    playBraze([
      ...entersDunning,
      fault({ kind: 'status', status: 401 }),
      to('ada', customerPays(ADA, first)),
      check(async ({ store }) => {
        expect((await store.suppressionCounts()).pauses).toMatchObject([{ tool: 'braze', stopped: true }]);
      }),
      report((told) => expect(told.leaks).toMatchObject([{ cause: 'stopped' }])),
      heals,
      wait(minutes(5)),
      check(async ({ store }) => expect((await store.suppressionCounts()).pauses).toEqual([])),
    ]));
});

describe('latency', () => {
  test('is told of webhooks, Segment and each tool', () =>
    playBraze([
      ...entersDunning,
      check(async ({ store }, { now }) => {
        const { steps } = await latencyReport(store, { since: DAY_0, now });
        expect(steps.map(({ step, name }) => `${step} ${name}`)).toEqual([
          'decide stripe',
          'segment segment',
          'tool braze',
        ]);
        // The reason of the failure is waited for; nothing else takes time on a virtual clock.
        expect(steps.every(({ maxMs }) => maxMs <= 10 * SECOND_MS)).toBe(true);
      }),
    ]));
});
