import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/instant.ts';
import { call, decided, delivery, fact, later, NOW, queued, workAll } from './store-samples.ts';
import type { Subject } from './store-suite.ts';

/** What `recoup profile` and the metrics may rely on. */
export const profilePromises = (store: Subject): void => {
  describe('profiles', () => {
    it('are found by user id, provider customer id and anonymous id, with their history', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) =>
        decided(claim, {
          commitments: { ...decided(claim).commitments, userId: 'u_1', channel: 'segment' },
          view: '{"anonymous_id":"anon_1"}',
          outbox: [queued('m_1')],
          log: ['payment_failed said: attempt 1'],
          dueAt: later(DAY_MS),
        }),
      );
      const expected = {
        userId: 'u_1',
        version: 1,
        dueAt: later(DAY_MS),
        parkedUntil: null,
        view: '{"anonymous_id":"anon_1"}',
        mode: 'test',
        accounts: [{ customer: { provider: 'stripe', merchant: '', mode: 'test', customer: 'cus_1' }, role: 'owner' }],
        calls: [{ call: call('m_1'), status: 'queued', committedAt: NOW }],
        deliveries: [
          {
            eventId: 'evt_1',
            eventType: 'invoice.payment_failed',
            receivedAt: NOW,
            end: 'understood',
            detail: 'customer_observed',
          },
        ],
        log: [{ version: 1, at: NOW, ruleset: 'rules-1', lines: ['payment_failed said: attempt 1'] }],
        tools: [],
      };
      for (const id of ['u_1', 'cus_1', 'anon_1']) {
        const [found, ...more] = await store().findProfiles(id);
        expect({ ...found }).toEqual({ ...expected, profileId: found?.profileId });
        expect(more).toEqual([]);
      }
      expect(await store().findProfiles('u_2')).toEqual([]);
    });

    it('are found by a user id that was never identified', async () => {
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { view: '{"user_id":"u_7"}' }));
      expect(await store().findProfiles('u_7')).toMatchObject([{ userId: 'u_7' }]);
    });

    it('of one user id in live and test mode are both found, and stay two', async () => {
      await store().accept([delivery('evt_1'), delivery('evt_1', { keys: { mode: 'live' } })]);
      expect((await store().findProfiles('cus_1')).map(({ mode }) => mode)).toEqual(['test', 'live']);
    });
  });

  describe('the namespace', () => {
    it('of a store never changes once a call was meant for Segment, whether or not it is known to have arrived', async () => {
      await store().claimNamespace('staging');
      await store().accept([delivery('evt_1')]);
      await workAll(store(), NOW, (claim) => decided(claim, { outbox: [queued('staging:payment_failed:1')] }));
      await expect(store().claimNamespace('staging')).resolves.toBeUndefined();
      await expect(store().claimNamespace('production')).rejects.toMatchObject({ code: 'namespace_mismatch' });
      await expect(store().claimNamespace('production')).rejects.toThrow('NAMESPACE=staging');
    });

    it('of a store that only observed is the one of its next start, under which what was recorded counts as said', async () => {
      await store().claimNamespace('dev');
      await store().accept([delivery('evt_1')]);
      const recorded = { ...queued('dev:payment_failed:1'), channel: 'recorder' } as const;
      const event = { event: 'payment_failed', silent: false };
      await workAll(store(), NOW, (claim) =>
        decided(claim, {
          outbox: [recorded],
          events: [{ messageId: 'dev:payment_failed:1', ...event }],
          commitments: { ...decided(claim).commitments, episodes: ['ep_1'], userId: 'u_1', channel: 'recorder' },
        }),
      );
      await store().claimNamespace('dev-2');
      await store().accept([delivery('evt_2')]);
      const [claim] = await workAll(store(), NOW);
      expect(claim).toMatchObject({
        accounts: [{ events: [{ messageId: 'dev-2:payment_failed:1', event: 'payment_failed', refuted: false }] }],
        commitments: { episodes: [], userId: 'u_1', channel: 'recorder' },
      });
    });
  });

  describe('the history of a profile', () => {
    const history = async (ms: number) => store().profileHistory(1, later(ms));

    it('does not exist for a profile that does not', async () => {
      expect(await store().profileHistory(9, NOW)).toBeUndefined();
    });

    it('has all that was ever learned, and no rules before the first decision', async () => {
      await store().accept([delivery('evt_1')]);
      expect(await history(0)).toMatchObject({ accounts: [{ facts: [] }], ruleset: null });
      await workAll(store(), NOW, (claim) => decided(claim, { at: later(10) }));
      const customer = { provider: 'stripe', merchant: '', mode: 'test', customer: 'cus_1' };
      expect(await history(0)).toEqual({
        mode: 'test',
        userId: null,
        accounts: [{ customer, role: 'owner', facts: [fact('evt_1')] }],
        ruleset: null,
        enforcedSince: null,
      });
    });

    it('has the rules of the last decision up to the instant asked, also of one that said nothing', async () => {
      for (const n of [1, 2, 3]) await store().saveRuleset(`rules-${n}`, `{"n":${n}}`, NOW);
      for (const n of [1, 2, 3]) {
        await store().accept([delivery(`evt_${n}`)]);
        const log = n === 3 ? [] : ['said'];
        await workAll(store(), NOW, (claim) => decided(claim, { at: later(n * 10), ruleset: `rules-${n}`, log }));
      }
      expect((await history(9))?.ruleset).toBeNull();
      expect((await history(10))?.ruleset).toEqual({ hash: 'rules-1', json: '{"n":1}' });
      expect((await history(29))?.ruleset).toEqual({ hash: 'rules-2', json: '{"n":2}' });
      expect((await history(30))?.ruleset).toEqual({ hash: 'rules-3', json: '{"n":3}' });
    });
  });

  describe('rulesets', () => {
    it('may be saved again at every start', async () => {
      await store().saveRuleset('hash', '{}', NOW);
      await expect(store().saveRuleset('hash', '{}', NOW)).resolves.toBeUndefined();
    });
  });

  describe('counts', () => {
    it('of an empty store are zero', async () => {
      expect(await store().counts()).toEqual({
        brake: { stop: null, held: { share: 0, person: 0 } },
        deliveries: { unread: 0, understood: 0, ignored: 0, dead_letter: 0, unresolved: 0 },
        outbox: { queued: 0, delivered: 0, recorded: 0, dead: 0 },
        deadLetters: 0,
        profiles: 0,
        inDunning: 0,
        parked: 0,
        oldestUnreadAt: null,
        oldestQueuedAt: null,
      });
      expect(await store().nextDueAt()).toBeNull();
    });

    it('tell since when the oldest delivery is unread', async () => {
      await store().accept([delivery('evt_2', { receivedAt: later(DAY_MS) }), delivery('evt_1')]);
      expect((await store().counts()).oldestUnreadAt).toBe(NOW);
    });
  });
};
