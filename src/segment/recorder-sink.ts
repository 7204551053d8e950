import type { SegmentCall, SegmentSink } from '../pipeline/ports.ts';

/**
 * Takes every call and sends none: what observe mode and test-mode facts use in Segment's place.
 * @param onCall sees each call as it would have left.
 */
export const makeRecorderSink = (onCall?: (call: SegmentCall) => void): SegmentSink => ({
  name: 'recorder',
  send: async (calls) =>
    calls.map((call) => {
      onCall?.(call);
      return { result: 'recorded' };
    }),
  close: async () => {},
});
