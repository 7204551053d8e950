import { describe, expect, it } from 'vitest';
import type { Card, Fact } from '../../src/domain/fact.ts';
import { DAY_MS, type Instant, instant, plus, SECOND_MS, toIso } from '../../src/domain/instant.ts';
import { joinLedgers } from '../../src/ledger/join.ts';
import { customer, method, NEW, OLD, slotted } from './card-facts.ts';
import { day, declined, ended, eventsAt, failed, ledgerAt, paid, saidAt, succeeded } from './ledger-facts.ts';

const later = (at: Instant, seconds: number): Instant => plus(at, seconds * SECOND_MS);

/** The events of one name that may be said at `now`. */
const said = (event: string, now: Instant, facts: readonly Fact[]) =>
  eventsAt(now, facts).filter((planned) => planned.event === event && planned.ready);
const propertiesOf = (event: string, now: Instant, facts: readonly Fact[]): readonly unknown[] =>
  said(event, now, facts).map((planned) => planned.properties());
const updates = (now: Instant, facts: readonly Fact[]) => propertiesOf('payment_method_updated', now, facts);

/** A subscription that runs since day 0 on the customer's old card. */
const RUNS: readonly Fact[] = [method(day(0)), customer(day(0), 'pm_old'), slotted(day(0), null)];
/** It fails on day 10, and owes from then on. */
const OWES: readonly Fact[] = [
  ...RUNS,
  failed(day(10)),
  declined(day(10), { paymentMethodId: 'pm_old', card: OLD }),
  slotted(later(day(10), 1), null, undefined, { status: 'past_due' }),
];
const ADDED = { paymentMethodId: 'pm_new', card: NEW } as const;

describe('an update of a payment method', () => {
  it('is one, though attaching and making it the default fall into two seconds', () => {
    const facts = [...OWES, method(day(12), ADDED), customer(later(day(12), 1), 'pm_new', 'pm_old')];
    expect(updates(later(day(12), 11), facts)).toMatchObject([
      { payment_method_id: 'pm_new', updated_via: 'customer', slot: 'customer', will_be_charged: true },
    ]);
  });

  it('is two where it is made the default a minute later, each true when it is said', () => {
    const attached = [...OWES, method(day(12), ADDED)];
    const facts = [...attached, customer(later(day(12), 60), 'pm_new', 'pm_old')];
    expect(updates(later(day(12), 10), attached)).toMatchObject([{ slot: 'none', will_be_charged: false }]);
    expect(updates(later(day(12), 70), facts)).toMatchObject([
      { updated_via: 'customer' },
      { updated_via: 'slot_changed', slot: 'customer', will_be_charged: true },
    ]);
  });

  it('that fills a slot keeps its id, whether or not the attaching was said before', () => {
    const placing = customer(later(day(12), 1), 'pm_new', 'pm_old', day(13));
    const early = said('payment_method_updated', later(day(12), 10), [...OWES, method(day(12), ADDED)]);
    const both = said('payment_method_updated', day(14), [...OWES, method(day(12), ADDED), placing]);
    const alone = said('payment_method_updated', day(14), [...OWES, placing]);
    expect(both.map(({ messageId }) => messageId)).toEqual(alone.map(({ messageId }) => messageId));
    expect(early.map(({ messageId }) => messageId)).not.toEqual(both.map(({ messageId }) => messageId));
  });

  it('waits for what else is told of it, and is late by its first receipt', () => {
    const heard = plus(day(12), 2 * 3_600_000);
    const facts = [...OWES, method(day(12), ADDED, heard)];
    expect(updates(later(heard, 9), facts)).toEqual([]);
    expect(ledgerAt(later(heard, 9), facts).changesAt).toContain(later(heard, 10));
    expect(updates(later(heard, 10), facts)).toMatchObject([{ is_late: true, occurred_at: toIso(day(12)) }]);
  });

  it('of somebody whom nothing is wrong with bounds what holds, too', () => {
    const facts = [...RUNS, method(day(12), ADDED)];
    expect(ledgerAt(day(12), facts).changesAt).toContain(later(day(12), 10));
  });

  it('concerns a subscription of which only its failure was told', () => {
    const facts = [customer(day(9), 'pm_old'), failed(day(10)), customer(day(12), 'pm_new', 'pm_old')];
    expect(updates(day(13), facts)).toMatchObject([{ subscription_id: 'sub_1', will_be_charged: true }]);
  });

  it('by the card network is that, also where a legacy card’s own notice comes with it', () => {
    const renewed = { card: NEW, previousCard: OLD } as const;
    const facts = [
      ...OWES,
      method(day(12), { ...renewed, cause: 'updated' }),
      method(day(12), { ...renewed, cause: 'network' }),
    ];
    expect(updates(day(13), facts)).toMatchObject([{ updated_via: 'account_updater', will_be_charged: true }]);
  });

  it.each<[string, Fact]>([
    ['names no card before', method(day(12), { cause: 'updated' })],
    ['names the same card', method(day(12), { cause: 'updated', previousCard: OLD })],
    [
      'names a part that is the same',
      method(day(12), { cause: 'updated', previousCard: { brand: null, last4: null, expMonth: 12, expYear: null } }),
    ],
    ['names the same slot', customer(day(12), 'pm_old', 'pm_old')],
    ['was only read from a list', method(day(12), { ...ADDED, cause: 'seen' })],
    ['says that it expires', method(day(12), { cause: 'expiring' })],
    ['says that it is gone', method(day(12), { cause: 'detached' })],
    ['states the slot as it was', customer(day(12), 'pm_new')],
    ['empties the slot', customer(day(12), null, 'pm_old')],
  ])('is not what %s', (_name, fact) => {
    expect(updates(day(13), [...OWES, fact])).toEqual([]);
  });

  it('names the part of the card that was another before', () => {
    const before = { brand: null, last4: null, expMonth: null, expYear: 2026 };
    expect(updates(day(13), [...OWES, method(day(12), { cause: 'updated', previousCard: before })])).toHaveLength(1);
  });

  it('is not sign-up, where a method comes with the first subscription', () => {
    const signUp = [
      method(day(0)),
      customer(later(day(0), 1), 'pm_old', null),
      slotted(later(day(0), 3), 'pm_old'),
      slotted(later(day(0), 5), 'pm_old', null),
    ];
    expect(saidAt(day(1), signUp)).toEqual([]);
  });

  it('is known as one by the subscription’s beginning, where nothing was heard before', () => {
    const facts = [
      method(day(12), ADDED),
      slotted(later(day(12), 5), 'pm_new', undefined, { status: 'past_due', startedAt: day(-60) }),
    ];
    expect(updates(day(13), facts)).toMatchObject([{ slot: 'subscription', will_be_charged: true }]);
  });

  it('of facts that an earlier version stored is none, and their slots count', () => {
    const facts = [...OWES, method(day(12), ADDED), customer(day(12), 'pm_new', 'pm_old')];
    const stored: readonly Fact[] = JSON.parse(JSON.stringify(facts), (key, value) =>
      ['cause', 'previousCard', 'previousPaymentMethodId', 'startedAt'].includes(key) ? undefined : value,
    );
    expect(updates(day(13), stored)).toEqual([]);
    expect(ledgerAt(day(13), [...stored, slotted(day(13), null)]).cards.get('sub_1')?.card.last4).toBe('4242');
  });
});

describe('a card that comes near its end', () => {
  const CARD: Card = { brand: 'visa', last4: '0026', expMonth: 4, expYear: 2026 };
  const ENDS = instant(Date.UTC(2026, 4, 1));
  const OPENS = plus(ENDS, -30 * DAY_MS);
  const held: readonly Fact[] = [method(day(0), { card: CARD }), customer(day(0), 'pm_old'), slotted(day(0), null)];
  const expiring = (now: Instant, facts: readonly Fact[]) => propertiesOf('payment_method_expiring', now, facts);
  const OTHER = { ...ADDED, cause: 'attached' } as const;

  it('is told at the boundary, once, and bounds what holds until then', () => {
    expect(ledgerAt(plus(OPENS, -1), held).changesAt).toContain(OPENS);
    expect(expiring(plus(OPENS, -1), held)).toEqual([]);
    expect(expiring(OPENS, held)).toMatchObject([
      { subscription_id: 'sub_1', occurred_at: toIso(OPENS), card_expires_at: toIso(ENDS), is_late: false },
    ]);
    expect(expiring(plus(ENDS, 90 * DAY_MS), held)).toHaveLength(1);
  });

  it('stays told, whatever comes after', () => {
    const after = plus(OPENS, DAY_MS);
    for (const fact of [customer(after, 'pm_new', 'pm_old'), ended(after), failed(after)]) {
      expect(expiring(plus(after, DAY_MS), [...held, fact])).toHaveLength(1);
    }
  });

  it.each<[string, readonly Fact[]]>([
    ['was replaced before', [method(plus(OPENS, -2), OTHER), customer(plus(OPENS, -1), 'pm_new', 'pm_old')]],
    ['was renewed before', [method(plus(OPENS, -1), { cause: 'network', card: NEW, previousCard: CARD })]],
    ['was detached before', [method(plus(OPENS, -1), { cause: 'detached', card: CARD })]],
    ['was to pay a subscription that ended before', [ended(plus(OPENS, -1))]],
  ])('is not told where it %s, though that was heard of later', (_name, facts) => {
    const late = facts.map((fact) => ({ ...fact, receivedAt: plus(OPENS, DAY_MS) }));
    expect(expiring(plus(OPENS, DAY_MS - 1), [...held, ...late])).toHaveLength(1);
    expect(expiring(plus(OPENS, 2 * DAY_MS), [...held, ...late])).toEqual([]);
  });

  it('put into the slot inside the window is told from then', () => {
    const at = plus(OPENS, 5 * DAY_MS);
    const facts = [
      ...RUNS,
      method(at, { ...OTHER, card: { ...CARD, last4: '1111' } }),
      customer(at, 'pm_new', 'pm_old'),
    ];
    expect(expiring(plus(at, DAY_MS), facts)).toMatchObject([{ occurred_at: toIso(at), is_late: false }]);
  });

  it('learned of after the boundary is late', () => {
    const heard = plus(OPENS, 3 * DAY_MS);
    const facts = held.map((fact) => (fact.kind === 'payment_method_observed' ? { ...fact, receivedAt: heard } : fact));
    expect(ledgerAt(heard, facts).changesAt).toContain(later(heard, 10));
    expect(expiring(later(heard, 10), facts)).toMatchObject([{ occurred_at: toIso(OPENS), is_late: true }]);
  });

  it('is not late where an older statement of the same card is heard of after it', () => {
    const older = method(day(0, -1), { card: CARD }, plus(OPENS, DAY_MS));
    expect(expiring(plus(OPENS, 2 * DAY_MS), [older, ...held])).toMatchObject([{ is_late: false }]);
  });

  it('waits for a failure notice that still settles, and is not told where that counts', () => {
    const facts = [...held, failed(later(OPENS, -5))];
    for (const now of [later(OPENS, -1), OPENS, later(OPENS, 4), plus(OPENS, DAY_MS)])
      expect(expiring(now, facts)).toEqual([]);
  });

  it('waits until the last failed attempt is 90 days old, and for the end of the episode', () => {
    const end = plus(ENDS, 25 * DAY_MS);
    const failure = plus(end, -90 * DAY_MS);
    const facts = [...held, failed(failure), paid(plus(failure, DAY_MS))];
    expect(expiring(plus(end, -1), facts)).toEqual([]);
    expect(ledgerAt(plus(end, -1), facts).changesAt).toContain(end);
    expect(expiring(end, facts)).toMatchObject([{ occurred_at: toIso(end) }]);
    expect(expiring(end, [...held, failed(failure)])).toEqual([]);
  });

  it('is told once, though it is stored anew under another id', () => {
    const again = plus(OPENS, DAY_MS);
    const facts = [
      ...held,
      method(again, { paymentMethodId: 'pm_again', card: CARD }),
      customer(again, 'pm_again', 'pm_old'),
    ];
    expect(expiring(plus(again, DAY_MS), facts)).toHaveLength(1);
  });
});

describe('a card in the wrong slot', () => {
  const wrong = (now: Instant, facts: readonly Fact[]) => ledgerAt(now, facts).wrongSlots;
  const own: readonly Fact[] = [
    ...OWES,
    slotted(later(day(10), 2), 'pm_old', undefined, { status: 'past_due' }),
    method(day(12), ADDED),
  ];

  it('is known when nothing more is told of it for ten seconds', () => {
    expect(wrong(later(day(12), 9), own)).toEqual([]);
    expect(ledgerAt(later(day(12), 9), own).changesAt).toContain(later(day(12), 10));
    expect(wrong(later(day(12), 10), own)).toEqual(['sub_1']);
  });

  it('is known ten seconds after the card was added, also where it is put elsewhere meanwhile', () => {
    const facts = [...own, customer(later(day(12), 1), 'pm_new', 'pm_old')];
    expect(ledgerAt(later(day(12), 2), facts).changesAt).toContain(later(day(12), 10));
    expect(wrong(later(day(12), 10), facts)).toEqual(['sub_1']);
  });

  it('is one while the charged card expires, unless an attempt failed in 90 days', () => {
    const april = { ...OLD, expMonth: 4, expYear: 2026 };
    const facts = [method(day(0), { card: april }), slotted(day(0), 'pm_old'), method(day(35), ADDED)];
    expect(wrong(day(36), facts)).toEqual(['sub_1']);
    expect(wrong(day(36), [...facts, failed(day(3)), paid(day(4))])).toEqual([]);
    expect(wrong(day(91), facts)).toEqual([]);
  });

  it.each<[string, Fact]>([
    ['is made the default', slotted(day(13), 'pm_new', 'pm_old', { status: 'past_due' })],
    ['is made the default, though no notice says what was before', slotted(day(13), 'pm_new', undefined)],
    ['is detached', method(day(13), { ...ADDED, cause: 'detached' })],
    ['is of no use, since the charged card is renewed', method(day(13), { cause: 'network', previousCard: NEW })],
    ['outlives the episode', paid(day(13))],
  ])('ends when it %s', (_name, fact) => {
    expect(wrong(day(14), own)).toEqual(['sub_1']);
    expect(wrong(day(14), [...own, fact])).toEqual([]);
  });

  it('is one that was made the customer’s default, where the subscription has its own', () => {
    const facts = own.filter((fact) => fact.kind !== 'payment_method_observed' || fact.paymentMethodId === 'pm_old');
    expect(wrong(day(14), [...facts, customer(day(13), 'pm_new', 'pm_old')])).toEqual(['sub_1']);
  });

  it('is one in no slot, where the charged slot was emptied', () => {
    expect(wrong(day(14), [...OWES, customer(day(11), null, 'pm_old'), method(day(12), ADDED)])).toEqual(['sub_1']);
  });

  it.each<[string, readonly Fact[]]>([
    ['that was there before the failure', [...OWES, method(day(9), ADDED)]],
    ['that the network renewed', [...OWES, method(day(12), { ...ADDED, cause: 'network' })]],
    [
      'where nothing states the slots',
      [failed(day(10)), succeeded(day(1), { paymentMethodId: 'pm_old', card: OLD }), method(day(12), ADDED)],
    ],
    ['of somebody who owes nothing', [...RUNS, method(day(12), ADDED)]],
  ])('is none %s', (_name, facts) => {
    expect(wrong(day(14), facts)).toEqual([]);
  });

  it('counts for the person, whichever account it is of', () => {
    const other = ledgerAt(day(14), []);
    expect(joinLedgers([other, ledgerAt(day(14), own)]).wrongSlots).toEqual(['sub_1']);
  });
});

describe('a recovery by a card', () => {
  const recovered = (facts: readonly Fact[]) =>
    propertiesOf('payment_recovered', day(20), facts).map((properties) =>
      typeof properties === 'object' && properties !== null && 'recovered_via' in properties
        ? properties.recovered_via
        : null,
    );
  const swapped = [method(day(12), ADDED), customer(day(12), 'pm_new', 'pm_old')];
  const paidWith = (paymentMethodId: string | null): readonly Fact[] => [
    paid(day(15)),
    succeeded(day(15), { paymentMethodId, card: NEW, chargeId: 'ch_2', paymentIntentId: 'pi_2' }),
  ];

  it.each<[string, string, readonly Fact[]]>([
    ['card_updated', 'a new one was put into the slot', [...swapped, ...paidWith('pm_new')]],
    ['card_updated', 'the charge does not say what it used', [...swapped, ...paidWith(null)]],
    ['card_updated', 'two statements of the slot differ', [customer(day(12), 'pm_new'), ...paidWith('pm_new')]],
    ['automatic_retry', 'the charge used another one', [...swapped, ...paidWith('pm_third')]],
    [
      'automatic_retry',
      'the network renewed it after the payment',
      [method(day(16), { cause: 'network', card: NEW, previousCard: OLD }), ...paidWith('pm_old')],
    ],
    [
      'automatic_retry',
      'it came after the payment',
      [method(day(16), ADDED), customer(day(16), 'pm_new', 'pm_old'), ...paidWith('pm_old')],
    ],
    [
      'account_updater',
      'the network renewed it',
      [method(day(12), { cause: 'network', card: NEW, previousCard: OLD }), ...paidWith('pm_old')],
    ],
    [
      'account_updater',
      'the network renewed it after it was put there',
      [...swapped, method(day(13), { ...ADDED, cause: 'network' }), ...paidWith('pm_new')],
    ],
    [
      'card_updated',
      'it was put there after the network renewed it',
      [method(day(11), { ...ADDED, cause: 'network' }), ...swapped, ...paidWith('pm_new')],
    ],
  ])('is %s where %s', (via, _name, facts) => {
    expect(recovered([...OWES, ...facts])).toEqual([via]);
  });

  it('is not undone by a retry that was announced and never executed', () => {
    const announced = failed(day(13), { attemptCount: 2 });
    const tried = [announced, declined(day(13), { chargeId: 'ch_3', paymentIntentId: 'pi_3' })];
    const settled = [paid(day(15), { attemptCount: 3 })];
    expect(recovered([...OWES, ...swapped, announced, ...settled])).toEqual(['card_updated']);
    expect(recovered([...OWES, ...swapped, ...tried, ...settled])).toEqual(['automatic_retry']);
  });
});
