import { describe, expect, it } from 'vitest';
import { makeLog } from '../../src/config/log.ts';
import { MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { openGuard } from '../../src/main-guard.ts';
import { makeBrakeWatch } from '../../src/pipeline/brakes/brake-watch.ts';
import { makeLeakWatch } from '../../src/pipeline/suppressions/watch-leaks.ts';
import { makeReadPauses } from '../../src/pipeline/verify/read-pauses.ts';
import { guardRules } from './guard-rig.ts';
import { NOW } from './store-samples.ts';

const capture = () => {
  const text: string[] = [];
  return {
    log: makeLog('debug', { write: (line) => void text.push(line) }),
    lines: () => text.map((line) => JSON.parse(line)),
  };
};

/** What a reader sees of drifts, test/contract/verify-tools.test.ts looks at. */
describe('what people are told of suppression, as it stands in the log', () => {
  it('says of a tool that does not tell until when it is not asked, and how often it failed', () => {
    const { log, lines } = capture();
    const pauses = makeReadPauses({ tool: 'braze', random: () => 0.5, log });
    pauses.failed('stopped', 'status 401', NOW);
    pauses.failed('unanswered', 'status 503', NOW);
    const said = { tool: 'braze', until: expect.stringMatching(/Z$/) };
    expect(lines()).toMatchObject([
      { level: 'error', reason: 'status 401', failures: 1, ...said },
      { level: 'warn', reason: 'status 503', failures: 2, ...said },
    ]);
  });

  it('says how many people are open in a tool, and for how long', async () => {
    const { log, lines } = capture();
    const leak = { tool: 'braze', channel: 'live', open: 7, oldestAt: NOW } as const;
    const store = { suppressionCounts: async () => ({ tallies: [], leaks: [leak], pauses: [] }) };
    const now = plus(NOW, 5 * MINUTE_MS);
    await makeLeakWatch({ store, log, clock: { now: () => now } }).lookDue(now);
    expect(lines()).toMatchObject([{ level: 'warn', tool: 'braze', open: 7, oldestSeconds: 300 }]);
  });

  it('says how many entered of how many known when the brake engages', async () => {
    const { log, lines } = capture();
    const stop = { engagedAt: NOW, entered: 51, known: 500, releasedAt: null, actor: null, reason: null };
    const store = { brakeStatus: async () => ({ stop, held: { share: 1, person: 0 }, past: [] }) };
    await makeBrakeWatch(store, log).look();
    expect(lines()).toMatchObject([{ level: 'warn', entered: 51, known: 500, since: expect.stringMatching(/Z$/) }]);
  });

  it('says of a guard that cannot answer what broke, and not of whom it was asked', async () => {
    const { log, lines } = capture();
    const readGuarded = () => Promise.reject(new RangeError('user_ada has more'));
    const guard = await openGuard(
      { databaseUrl: 'sqlite::memory:', guardToken: null },
      { rules: guardRules(), providers: {}, channelFor: () => 'recorder', store: { readGuarded } },
      log,
    );
    const question = { userId: 'user_ada', episode: null, message: 'dunning' } as const;
    expect((await guard.guard.ask(question, NOW)).reason).toBe('store_unavailable');
    await guard.close();
    expect(lines()).toMatchObject([{ level: 'error', error: { name: 'RangeError' } }]);
    expect(JSON.stringify(lines())).not.toContain('user_ada');
  });
});
