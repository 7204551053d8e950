import fc from 'fast-check';
import type { CustomerKey } from '../../src/domain/ids.ts';
import { type Instant, plus, toIso } from '../../src/domain/instant.ts';
import { toOperatorDelivery } from '../../src/interventions/operator/operator.ts';
import { operatorBodySchema } from '../../src/interventions/operator/operator-body.ts';
import type { NewDelivery } from '../../src/pipeline/ports.ts';
import { BEGIN } from './happen.ts';
import type { Arrival } from './lifecycle.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What an operator says of an account, among the webhooks. */
export interface Word {
  readonly action: 'hold' | 'exclude' | 'resume' | 'mark_recovered';
  readonly of: 'cus_eve' | 'cus_eve_too';
  readonly atMs: number;
  /** It is stored so much later. */
  readonly delayMs: number;
  /** Until it lapses, in ms; null: never by itself. */
  readonly lastsMs: number | null;
  readonly holdId: 'hold' | 'exclusion';
  /** Ends all that operators placed. */
  readonly all: boolean;
  /** Of a mark: only the first invoice of all. */
  readonly first: boolean;
}

const word: fc.Arbitrary<Word> = fc.record({
  action: fc.constantFrom('hold', 'hold', 'exclude', 'resume', 'mark_recovered'),
  of: fc.constantFrom('cus_eve', 'cus_eve', 'cus_eve_too'),
  atMs: fc.integer({ min: 0, max: 45 * 24 }).map((hours) => hours * HOUR + 123),
  delayMs: fc.constantFrom(0, 0, 0, 2 * HOUR),
  lastsMs: fc.constantFrom(null, HOUR, 2 * DAY, 2 * DAY, 20 * DAY),
  holdId: fc.constantFrom('hold', 'hold', 'exclusion'),
  all: fc.boolean(),
  first: fc.constantFrom(false, false, true),
});
export const words: fc.Arbitrary<readonly Word[]> = fc.oneof(
  fc.constant([]),
  fc.array(word, { minLength: 1, maxLength: 5 }),
);

/** An operator's request on its way. */
export interface Spoken {
  readonly at: Instant;
  readonly delivery: NewDelivery;
}

const invoicesIn = (events: readonly Arrival[]): readonly string[] => [
  ...new Set(events.flatMap(({ body }) => body.match(/"in_\w+"/g) ?? []).map((id) => id.slice(1, -1))),
];

const bodyOf = (said: Word, index: number, invoices: readonly string[]): unknown => {
  const { action, lastsMs, holdId } = said;
  const at = plus(BEGIN, said.atMs);
  const common = { version: 1, request_id: `r-${index}`, at: toIso(at), actor: 'hanna', reason: null, action };
  if (action === 'mark_recovered') return { ...common, invoices };
  if (action === 'resume') return { ...common, hold_id: said.all ? null : holdId };
  return { ...common, hold_id: holdId, until: lastsMs === null ? null : toIso(plus(at, lastsMs)) };
};

/** The words as deliveries; marks name invoices of `events`. */
export const spokenOf = (said: readonly Word[], events: readonly Arrival[]): readonly Spoken[] => {
  const all = invoicesIn(events);
  return said.flatMap((each, index): readonly Spoken[] => {
    const own = all.filter((id) => id.startsWith('in_too_') === (each.of === 'cus_eve_too'));
    const invoices = each.first ? own.slice(0, 1) : own;
    if (each.action === 'mark_recovered' && invoices.length === 0) return [];
    const key: CustomerKey = { provider: 'stripe', merchant: '', mode: 'live', customer: each.of };
    const receivedAt = plus(BEGIN, each.atMs + each.delayMs);
    const body = operatorBodySchema.parse(bodyOf(each, index, invoices));
    const delivery = toOperatorDelivery(body, key);
    return [{ at: receivedAt, delivery: { ...delivery, source: 'webhook', receivedAt, end: 'unread', detail: null } }];
  });
};
