import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, type Instant, instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { churnBuster } from '../../src/interventions/churn-buster/churn-buster.ts';
import { CHURN_BUSTER_TYPES } from '../../src/interventions/churn-buster/event-types.ts';
import { churnkey } from '../../src/interventions/churnkey/churnkey.ts';
import { CHURNKEY_TYPES } from '../../src/interventions/churnkey/event-types.ts';
import { CLAIM_MS } from '../../src/interventions/claim.ts';
import { RECOVERY_TOOLS } from '../../src/interventions/index.ts';
import { foldHolds, isInForce } from '../../src/ledger/hold.ts';
import { toTimeline } from '../../src/ledger/timeline.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { CHURN_BUSTER_STEP, churnBusterBody, churnkeyBody, FINISHED, STARTED } from './claim-bodies.ts';

const at = (iso: string) => instant(Date.parse(iso));
const NOW = at('2026-03-10T00:00:00Z');
const CONTEXT = { receivedAt: NOW, userIdKeys: [], contactKeys: [] };

const factsOf = (tool: Provider, body: string) => {
  const reading = tool.normalise(body, CONTEXT);
  return reading.end === 'understood' ? reading.facts : [];
};

/** What the tools' documentation lists: Churn Buster's data reference and its page on steps, Churnkey's page on webhooks. */
const DOCUMENTED = [
  ['Churn Buster', CHURN_BUSTER_TYPES, ['campaign_started', 'campaign_won', 'campaign_lost', 'cancel_session_won']],
  ['Churn Buster', CHURN_BUSTER_TYPES, ['cancel_session_lost', 'email_bounced', 'scheduled']],
  ['Churnkey', CHURNKEY_TYPES, ['session']],
] as const;

describe('a claim of another recovery tool', () => {
  test.each(DOCUMENTED)('has an end for every type that %s documents', (_name, table, types) => {
    expect(types.filter((type) => !Object.hasOwn(table, type))).toEqual([]);
  });

  test.each([
    ['Churn Buster starts a campaign', churnBuster, churnBusterBody({ type: 'campaign_started' }), 'cb-1', at(STARTED)],
    ['Churn Buster takes a step', churnBuster, CHURN_BUSTER_STEP, 'cb-1', NOW],
    ["Churn Buster's mail bounces", churnBuster, churnBusterBody({ type: 'email_bounced' }), 'cb-1', NOW],
    ['Churnkey starts a campaign', churnkey, churnkeyBody('dunning_campaign_started'), 'ck-1', at(STARTED)],
    ['Churnkey goes on with it', churnkey, churnkeyBody('dunning_campaign_updated'), 'ck-1', NOW],
  ])('holds the customer for a bounded time: %s', (_name, tool, body, holdId, from) => {
    expect(factsOf(tool, body)).toEqual([
      expect.objectContaining({
        kind: 'hold_placed',
        holdId,
        cause: 'owned_elsewhere',
        occurredAt: from,
        until: plus(from, CLAIM_MS),
        actor: null,
        reason: null,
      }),
    ]);
  });

  test('outlasts the two months in which Stripe retries, and no more than a quarter', () => {
    expect(CLAIM_MS).toBeGreaterThanOrEqual(60 * DAY_MS);
    expect(CLAIM_MS).toBeLessThanOrEqual(90 * DAY_MS);
  });

  test.each([
    ['is won', churnBuster, churnBusterBody({ type: 'campaign_won', finishedAt: FINISHED }), 'cb-1'],
    ['is lost', churnBuster, churnBusterBody({ type: 'campaign_lost', finishedAt: FINISHED }), 'cb-1'],
    [
      'was over when its mail bounced',
      churnBuster,
      churnBusterBody({ type: 'email_bounced', finishedAt: FINISHED }),
      'cb-1',
    ],
    ['is won', churnkey, churnkeyBody('dunning_campaign_won', { endedAt: FINISHED }), 'ck-1'],
    ['is lost', churnkey, churnkeyBody('dunning_campaign_lost', { endedAt: FINISHED }), 'ck-1'],
    ['is ended', churnkey, churnkeyBody('dunning_campaign_ended', { endedAt: FINISHED }), 'ck-1'],
    ['is paused', churnkey, churnkeyBody('dunning_campaign_paused', { endedAt: FINISHED }), 'ck-1'],
  ])('ends, and tells of no payment, when the campaign %s', (_name, tool, body, holdId) => {
    expect(factsOf(tool, body)).toEqual([expect.objectContaining({ kind: 'hold_lifted', holdId, occurredAt: NOW })]);
  });

  test('counts from now where a clock ahead of ours dates it', () => {
    const body = churnBusterBody({ type: 'campaign_started' });
    const early = plus(at(STARTED), -DAY_MS);
    expect(churnBuster.normalise(body, { ...CONTEXT, receivedAt: early })).toMatchObject({
      facts: [{ occurredAt: early, until: plus(early, CLAIM_MS) }],
    });
  });

  test.each([
    ['Churn Buster', churnBuster, churnBusterBody({ type: 'campaign_started' }), 'churn_buster'],
    ['Churnkey', churnkey, churnkeyBody('dunning_campaign_started'), 'churnkey'],
  ])("is stored under the billing provider's customer, with %s as its source", (_name, tool, body, source) => {
    const admission = tool.admit(body, NOW);
    expect(admission).toMatchObject({
      end: 'unread',
      keys: {
        provider: 'stripe',
        merchant: '',
        mode: 'live',
        customer: 'cus_ada',
        objects: [],
        occurredAt: at(STARTED),
      },
    });
    expect(admission.keys.eventType.startsWith(`${source}.`)).toBe(true);
    expect(admission.keys.eventId.startsWith(`${source}:`)).toBe(true);
  });

  test('is the same delivery when the same bytes come again, and another when they differ', () => {
    const id = (body: string) => churnBuster.admit(body, NOW).keys.eventId;
    expect(id(CHURN_BUSTER_STEP)).toBe(id(CHURN_BUSTER_STEP));
    expect(id(CHURN_BUSTER_STEP)).not.toBe(id(churnBusterBody({ type: 'campaign_started' })));
  });

  test.each([
    ['a renewal', churnkeyBody('dunning_campaign_updated')],
    ['an end without a date', churnkeyBody('dunning_campaign_paused')],
  ])('is said anew by the same bytes later, and not by those of one minute: %s', (_name, body) => {
    const idAt = (receivedAt: Instant) => {
      const reading = churnkey.normalise(body, { ...CONTEXT, receivedAt });
      return [churnkey.admit(body, receivedAt).keys.eventId, reading.end === 'understood' && reading.facts[0]?.id];
    };
    expect(idAt(plus(NOW, MINUTE_MS - 1))).toEqual(idAt(NOW));
    expect(new Set([...idAt(NOW), ...idAt(plus(NOW, MINUTE_MS))]).size).toBe(2);
  });

  test.each([
    ['Churn Buster', churnBuster, churnBusterBody({ type: 'campaign_lost', finishedAt: FINISHED })],
    ['Churnkey', churnkey, churnkeyBody('dunning_campaign_paused', { endedAt: FINISHED })],
    ['Churnkey', churnkey, churnkeyBody('dunning_campaign_started')],
  ])('is the same whenever it comes where %s dates it', (_name, tool, body) => {
    expect(tool.admit(body, plus(NOW, DAY_MS)).keys.eventId).toBe(tool.admit(body, NOW).keys.eventId);
  });

  test.each([
    ['Churn Buster', churnBuster, CHURN_BUSTER_STEP, churnBusterBody({ type: 'campaign_won', finishedAt: FINISHED })],
    [
      'Churnkey',
      churnkey,
      churnkeyBody('dunning_campaign_updated'),
      churnkeyBody('dunning_campaign_won', { endedAt: FINISHED }),
    ],
  ])(
    "ends with the end of %s's campaign that came last, although a step was heard after its date",
    (...[, tool, step, end]) => {
      const heard = [step, end].flatMap((body, index) => {
        const receivedAt = plus(at(FINISHED), (index + 1) * SECOND_MS);
        const reading = tool.normalise(body, { ...CONTEXT, receivedAt });
        return reading.end === 'understood' ? reading.facts : [];
      });
      const now = plus(at(FINISHED), 2 * SECOND_MS);
      const holds = foldHolds(toTimeline(heard, now).facts);
      expect(holds.map((hold) => isInForce(hold, plus(now, -1)))).toEqual([true]);
      expect(holds.map((hold) => isInForce(hold, now))).toEqual([false]);
    },
  );

  test("is a rehearsal's where Churnkey says so", () => {
    const body = churnkeyBody('dunning_campaign_started', { mode: 'TEST' });
    expect(churnkey.admit(body, NOW).keys.mode).toBe('test');
  });
});

describe('what is no claim', () => {
  test.each([
    ['a cancel flow of Churn Buster', churnBuster, churnBusterBody({ type: 'cancel_session_won' })],
    ['a type that Churn Buster does not document', churnBuster, churnBusterBody({ type: 'customer_smiled' })],
    ['a session of Churnkey', churnkey, churnkeyBody('session', null)],
    ['a type that Churnkey does not document', churnkey, churnkeyBody('customer_smiled', null)],
    ['a name that every object has', churnkey, churnkeyBody('toString', null)],
  ])('is ignored with a reason: %s', (_name, tool, body) => {
    expect(tool.admit(body, NOW)).toMatchObject({ end: 'ignored', keys: { customer: 'cus_ada' } });
    expect(tool.normalise(body, CONTEXT)).toMatchObject({ end: 'ignored', reason: expect.stringMatching(/.{20}/) });
  });

  test('is a customer of another billing system: ignored, and its id is nobody here', () => {
    const body = churnBusterBody({
      type: 'campaign_started',
      customer: { processor: 'braintree', processor_id: '17' },
    });
    expect(churnBuster.admit(body, NOW)).toMatchObject({ end: 'ignored', keys: { customer: null } });
  });

  test.each([
    [
      'no customer id',
      churnBuster,
      churnBusterBody({ type: 'campaign_started', customer: { email: 'a@x.test' } }),
      /processor_id/,
    ],
    ['no campaign', churnkey, churnkeyBody('dunning_campaign_started', null), /campaign/],
    ['no type', churnBuster, '{"event":{}}', /event_type/],
    ['no event', churnkey, '{"data":{}}', /event/],
    ['no JSON', churnkey, 'event=session', /JSON/],
    ['a campaign under a name that is not known', churnkey, churnkeyBody('dunning_campaign_snoozed'), /campaign/],
  ])('is kept as a dead letter that says what is missing: %s', (_name, tool, body, missing) => {
    const admission = tool.admit(body, NOW);
    expect(admission).toMatchObject({ end: 'dead_letter', error: expect.stringMatching(missing) });
    expect(JSON.stringify(admission)).not.toContain('a@x.test');
  });

  test.each(RECOVERY_TOOLS.map((tool) => [tool.name, tool] as const))(
    'never throws, whatever %s is given, and ends in one way at the door and in the loop',
    (_name, tool) => {
      const types = [...Object.keys(CHURN_BUSTER_TYPES), ...Object.keys(CHURNKEY_TYPES)];
      const part = fc.oneof(
        fc.jsonValue(),
        fc.record({ id: fc.jsonValue(), processor: fc.constant('stripe'), started_at: fc.jsonValue() }),
      );
      const shaped = fc.record({
        event_type: fc.constantFrom(...types),
        event: fc.oneof(fc.constantFrom(...types), fc.record({ customer: part, campaign: part })),
        data: fc.oneof(part, fc.record({ customer: part, campaign: part })),
      });
      const body = fc.oneof(
        fc.string(),
        fc.json(),
        shaped.map((value) => JSON.stringify(value)),
      );
      fc.assert(
        fc.property(body, (text) => {
          const admission = tool.admit(text, NOW);
          const reading = tool.normalise(text, CONTEXT);
          const ends = { unread: 'understood', ignored: 'ignored', dead_letter: 'dead_letter', look_up: 'never' };
          expect(ends[admission.end]).toBe(reading.end);
        }),
      );
    },
  );
});
