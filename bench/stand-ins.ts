/**
 * Braze and Segment as stand-ins, in a process of their own, so that neither the relay nor its driver pays for them.
 * Started by `bench/suppression.ts` with their keys in BRAZE_API_KEY and SEGMENT_WRITE_KEY; prints their addresses as JSON.
 */
import { startBrazeStandIn } from '../src/simulate/vendors/braze.ts';
import { startSegmentStandIn } from '../src/simulate/vendors/segment.ts';

const [braze, segment] = await Promise.all([
  startBrazeStandIn({ key: process.env.BRAZE_API_KEY ?? '', now: Date.now }),
  startSegmentStandIn(process.env.SEGMENT_WRITE_KEY ?? ''),
]);
console.log(JSON.stringify({ braze: braze.url, segment: segment.url }));
