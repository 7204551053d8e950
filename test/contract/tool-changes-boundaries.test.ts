import { describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { HOUR_MS, type Instant, instant, plus } from '../../src/domain/instant.ts';
import type { Commitments, CommittedEvent, ToolTold } from '../../src/pipeline/commitments.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { diff } from '../../src/pipeline/diff.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import type { ToolChannel } from '../../src/pipeline/tools/tool-ports.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { type Bill, fails, type Happening, retrySucceeds } from '../scenario/stripe-happenings.ts';

/** What one decision wants of a tool, given what the tool and its recorder were told before. */
const AT = instant(Date.UTC(2026, 2, 2, 9));
const PAID_AT = plus(AT, 24 * HOUR_MS);
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: plus(AT, 72 * HOUR_MS) };
const ADA = {
  shape: 'legacy',
  livemode: true,
  customer: 'cus_ada',
  userId: 'user_ada',
  planId: 'pro',
  priceId: 'price_pro',
} as const;
const CUSTOMER = { provider: 'stripe', merchant: '', mode: 'live', customer: 'cus_ada' } as const;
const RULES = makeRules({
  namespace: 'test',
  audiences: AUDIENCES,
  providers: { stripe },
  policy: DEFAULT_POLICY,
});

const factsOf = (happening: Happening, at: Instant, receivedAt = at): readonly Fact[] =>
  happening(ADA, at).flatMap((event) => {
    const reading = stripe.normalise(JSON.stringify(event), { receivedAt, userIdKeys: ['user_id'], contactKeys: [] });
    return reading.end === 'understood' ? reading.facts : [];
  });
const FAILED = factsOf(fails(MARCH, RETRY), AT);
const PAID = [...FAILED, ...factsOf(retrySucceeds(MARCH, { attempt: 2 }), PAID_AT)];

const UNTOLD: Commitments = {
  absorbed: [],
  episodes: [],
  channel: null,
  segment: null,
  tools: {},
  traits: null,
  accounts: {},
  userId: null,
  audiences: [],
  untold: [],
};

/** Decides at version 7 and says what becomes of the tool `braze`. */
const decided = (
  facts: readonly Fact[],
  now: Instant,
  commitments: Partial<Commitments> = {},
  channel: ToolChannel = 'live',
  events: readonly CommittedEvent[] = [],
) => {
  const account = { customer: CUSTOMER, role: 'owner', deliveries: [], facts, events } as const;
  const view = decide({ userId: null, accounts: [account], rules: RULES, enforcedSince: null, now });
  const {
    tools,
    commitments: told,
    ...rest
  } = diff({
    claim: {
      storeId: 'store',
      profileId: 1,
      version: 7,
      mode: CUSTOMER.mode,
      userId: null,
      anonymousId: null,
      accounts: [account],
      commitments: { ...UNTOLD, ...commitments },
      decided: null,
      failures: 0,
      brake: 'off',
      enforcedSince: null,
      dueAt: now,
    },
    view,
    messaging: view,
    rules: RULES,
    now,
    channel: 'segment',
    baseline: null,
    tools: [{ tool: 'braze', subject: 'person', channel }],
  });
  return { ...rest, changes: tools, told: told.tools, view };
};
const heard = (changes: ReturnType<typeof decided>['changes']) =>
  changes.flatMap(({ edges }) => edges.map(({ event }) => event.name));
const toldOf = (facts: readonly Fact[], now: Instant): ToolTold => decided(facts, now).told.braze as ToolTold;

describe('what was already told to the tool', () => {
  const told = toldOf(FAILED, AT);

  it('is told first with the entry, under the number of the commit to come', () => {
    const { changes } = decided(FAILED, AT);
    expect(heard(changes)).toEqual(['dunning_stage_entered']);
    expect(changes[0]?.desired).toMatchObject({ in_dunning: true, dunning_state_version: 8 });
    expect(told.announced).toHaveLength(1);
  });

  it('is not told again while nothing but the version differs', () => {
    expect(decided(FAILED, plus(AT, 1), { tools: { braze: told } }).changes).toEqual([]);
    const older = { ...told, desired: { ...told.desired, dunning_state_version: 3 } };
    expect(decided(FAILED, plus(AT, 1), { tools: { braze: older } }).changes).toEqual([]);
    const { dunning_stage: _, ...less } = told.desired;
    const other = { ...told, desired: less };
    expect(decided(FAILED, plus(AT, 1), { tools: { braze: other } }).changes).toHaveLength(1);
  });

  it('what it never held and what is null are the same', () => {
    const { card_expires_at: _, ...less } = told.desired;
    expect(told.desired.card_expires_at).toBeNull();
    expect(decided(FAILED, plus(AT, 1), { tools: { braze: { ...told, desired: less } } }).changes).toEqual([]);
    const more = { ...told.desired, once_held: null };
    expect(decided(FAILED, plus(AT, 1), { tools: { braze: { ...told, desired: more } } }).changes).toEqual([]);
  });

  it('an event alone is reason enough', () => {
    const silent = { ...told, announced: [] };
    expect(heard(decided(FAILED, plus(AT, 1), { tools: { braze: silent } }).changes)).toEqual([
      'dunning_stage_entered',
    ]);
  });

  it('what was announced to another user is news to this one', () => {
    const toBob = { ...told, userId: 'user_bob' };
    const { changes } = decided(FAILED, plus(AT, 1), { tools: { braze: toBob } });
    expect(changes.map(({ userId }) => userId)).toEqual(['user_bob', 'user_ada']);
    expect(heard(changes)).toEqual(['dunning_exited', 'dunning_stage_entered']);
  });
});

describe('what a recorder took in the place of the tool', () => {
  const told = toldOf(FAILED, AT);
  /** As the recorder was told, of an episode that had another name then. */
  const recorded: ToolTold = { ...told, running: 'dun_before', announced: ['dun_before:first_failure'] };
  const start = (recorder: ToolTold, live?: ToolTold) =>
    decided(FAILED, plus(AT, 1), {
      tools: { 'braze/recorder': recorder, ...(live === undefined ? {} : { braze: live }) },
    });

  it('is state for the tool and no event, whatever name its episode had then (G9)', () => {
    const { changes } = start(recorded);
    expect(changes).toHaveLength(1);
    expect(heard(changes)).toEqual([]);
    expect(changes[0]?.desired).toMatchObject({ in_dunning: true });
  });

  it.each<[string, ToolTold]>([
    ['of another stage', { ...recorded, desired: { ...recorded.desired, dunning_stage: 'retrying' } }],
    ['of somebody not in dunning', { ...recorded, desired: { ...recorded.desired, in_dunning: false } }],
    ['of another user', { ...recorded, userId: 'user_bob' }],
  ])('%s does not silence the entry', (_what, recorder) => {
    expect(heard(start(recorder).changes)).toEqual(['dunning_stage_entered']);
  });

  it('does not silence a tool that was told itself', () => {
    const live = { ...told, running: null, announced: [] };
    expect(heard(start(recorded, live).changes)).toEqual(['dunning_stage_entered']);
  });

  it('does not silence the recorder', () => {
    const before = { ...recorded, running: null, announced: [] };
    const { changes } = decided(FAILED, plus(AT, 1), { tools: { 'braze/recorder': before } }, 'recorder');
    expect(heard(changes)).toEqual(['dunning_stage_entered']);
  });

  it('silences nothing once the person has no flow', () => {
    expect(heard(decided(PAID, PAID_AT, { tools: { 'braze/recorder': recorded } }).changes)).toEqual([]);
  });
});

describe('what is heard of late (E6)', () => {
  const entryAfter = (ms: number) =>
    heard(decided(factsOf(fails(MARCH, RETRY), AT, plus(AT, ms)), plus(AT, ms)).changes);
  const live = toldOf(FAILED, AT);
  const exitAfter = (ms: number) => heard(decided(PAID, plus(PAID_AT, ms), { tools: { braze: live } }).changes);

  it('is no entry from an hour and a millisecond on', () => {
    expect(entryAfter(HOUR_MS)).toEqual(['dunning_stage_entered']);
    expect(entryAfter(HOUR_MS + 1)).toEqual([]);
  });

  it('only ends the flow, and is no recovery to be thanked for, from an hour and a millisecond on', () => {
    expect(exitAfter(HOUR_MS)).toEqual(['payment_recovered']);
    expect(exitAfter(HOUR_MS + 1)).toEqual(['dunning_exited']);
  });
});

describe('who is out of dunning', () => {
  const live = toldOf(FAILED, AT);

  it('is first heard of by a recorder only where the live tool knows them', () => {
    expect(decided(PAID, PAID_AT, {}, 'recorder').changes).toEqual([]);
    expect(decided(PAID, PAID_AT, { tools: { braze: live } }, 'recorder').changes).toHaveLength(1);
  });

  it('is not first heard of by the tool, whatever a recorder knows', () => {
    expect(decided(PAID, PAID_AT).changes).toEqual([]);
    expect(decided(PAID, PAID_AT, { tools: { 'braze/recorder': live } }).changes).toEqual([]);
  });
});

describe('a conclusion that was taken back', () => {
  const of = (facts: readonly Fact[], now: Instant, events: readonly CommittedEvent[] = []) =>
    decided(facts, now, {}, 'live', events).accounts[0];
  const recovered = of(PAID, plus(PAID_AT, HOUR_MS))?.events.find(({ event }) => event === 'payment_recovered');
  const committed = (refuted: boolean): readonly CommittedEvent[] => [
    { messageId: recovered?.messageId ?? '', event: 'payment_recovered', refuted, unsaid: false },
  ];

  it('holds again when it is true again, and only then; what was never taken back does not (E1)', () => {
    const again = plus(PAID_AT, HOUR_MS);
    expect(of(PAID, again, committed(true))?.restored).toEqual([recovered?.messageId]);
    expect(of(PAID, again, committed(false))?.restored).toEqual([]);
    expect(of(FAILED, again, committed(true))?.restored).toEqual([]);
    expect(of(FAILED, again, committed(false))?.refuted).toEqual([recovered?.messageId]);
  });
});
