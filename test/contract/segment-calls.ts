import { instant } from '../../src/domain/instant.ts';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import { makeSegmentSink, type SegmentSinkOptions } from '../../src/segment/segment-sink.ts';
import type { SegmentStandIn } from '../../src/simulate/vendors/segment.ts';

export const NOW = instant(Date.UTC(2026, 0, 5, 12));
export const WRITE_KEY = 'wk_test';

/** The real sink, pointed at the stand-in; its clock stands still. */
export const makeSink = (segment: SegmentStandIn, options: Partial<SegmentSinkOptions> = {}) =>
  makeSegmentSink({ writeKey: WRITE_KEY, host: segment.url, random: () => 0.5, clock: { now: () => NOW }, ...options });

export const call = (id: number | string, properties: Readonly<Record<string, unknown>> = {}): SegmentCall => ({
  type: 'track',
  messageId: `m${id}`,
  userId: 'user_1',
  event: 'payment_failed',
  timestamp: '2026-01-05T11:59:59.250Z',
  context: { active: false },
  integrations: { Braze: false },
  properties,
});
export const calls = (count: number): readonly SegmentCall[] =>
  Array.from({ length: count }, (_, index) => call(index));
export const results = (outcomes: readonly { readonly result: string }[]): readonly string[] =>
  outcomes.map(({ result }) => result);
