import { describe, expect, it } from 'vitest';
import { instant, SECOND_MS, toIso } from '../../src/domain/instant.ts';
import { makeRandom } from '../../src/simulate/random.ts';
import type { StoodInEvent } from '../../src/simulate/vendors/segment.ts';
import { type Comparison, compare } from './comparison.ts';
import { drawWebhooks } from './webhooks.ts';

/** The comparison that the crash runs rest on finds each kind of damage. */

const acknowledged = drawWebhooks(makeRandom(7), 12, Date.UTC(2026, 0, 1)).map(({ event }) => event);
const failures = [
  ...new Map(
    acknowledged.filter(({ type }) => type === 'invoice.payment_failed').map((event) => [event.id, event]),
  ).values(),
];

const toCall = (event: (typeof failures)[number]): StoodInEvent => {
  const { id, attempt_count, subscription } = event.data.object;
  return {
    type: 'track',
    event: 'payment_failed',
    messageId: `crash:payment_failed:${id}:${attempt_count}`,
    userId: 'user_1',
    timestamp: '',
    context: {},
    properties: {
      invoice_id: id,
      subscription_id: subscription,
      attempt_key: `${id}:${attempt_count}`,
      scheduled_attempt_count: attempt_count,
      occurred_at: toIso(instant(event.created * SECOND_MS)),
    },
  };
};

const calls = failures.map(toCall);
const [first, ...rest] = calls as [StoodInEvent, ...StoodInEvent[]];
const statement = (call: StoodInEvent): string =>
  `payment_failed ${call.properties?.invoice_id} attempt ${call.properties?.scheduled_attempt_count} at ` +
  `${Date.parse(String(call.properties?.occurred_at)) / 1_000}`;

/** Of failures and their `payment_failed` only. */
const compareFailures = (said: readonly StoodInEvent[]): Comparison => {
  const { lost, ...others } = compare(failures, said);
  return { lost: lost.filter((line) => line.startsWith('payment_failed')), ...others };
};

const shifted = (call: StoodInEvent, properties: Readonly<Record<string, unknown>>): StoodInEvent => ({
  ...call,
  properties: { ...call.properties, ...properties },
});

describe('the comparison of what was acknowledged with what Segment has', () => {
  it('finds nothing where nothing is wrong, in whatever order it came', () => {
    expect(failures.length).toBeGreaterThan(12);
    expect(compareFailures(calls.toReversed())).toEqual({ lost: [], doubled: [], invented: [] });
  });

  it('reports a stand-in with one message removed', () => {
    expect(compareFailures(rest)).toEqual({ lost: [statement(first)], doubled: [], invented: [] });
  });

  it('reports one failure under two message ids', () => {
    const again = { ...first, messageId: 'crash:payment_failed:other' };
    const { lost, doubled, invented } = compareFailures([...calls, again]);
    expect({ lost, invented }).toEqual({ lost: [], invented: [] });
    expect(doubled.join('\n')).toContain(`${first.messageId}, crash:payment_failed:other`);
  });

  it.each([
    ['second', { occurred_at: '2020-01-01T00:00:00.000Z' }],
    ['attempt', { scheduled_attempt_count: 99 }],
    ['invoice', { invoice_id: 'in_other' }],
  ])('reports a message whose %s is another as lost and as invented', (_what, properties) => {
    const wrong = shifted(first, properties);
    expect(compareFailures([wrong, ...rest])).toEqual({
      lost: [statement(first)],
      doubled: [],
      invented: [statement(wrong)],
    });
  });

  it('reports every event that an acknowledged webhook owes when Segment has none', () => {
    const names = new Set(compare(acknowledged, []).lost.map((line) => line.split(' ')[0]));
    expect([...names].toSorted()).toEqual([
      'dunning_exhausted',
      'payment_failed',
      'payment_recovered',
      'payment_retried',
      'subscription_past_due',
    ]);
  });
});
