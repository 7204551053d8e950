import { createRequire } from 'node:module';
import type { SegmentEvent } from '@segment/actions-core';

export type ActionsCore = typeof import('@segment/actions-core');

interface Subscriptions {
  readonly parseFql: (fql: string) => { readonly error?: Error | undefined };
  readonly validate: (parsed: unknown, event: SegmentEvent) => boolean;
}

const require = createRequire(import.meta.url);
let core: ActionsCore | null = null;

/**
 * The one door to `@segment/actions-core`, opened when a tool is first used: it takes some 200 ms and 30 MB. Required and
 * never imported, since its ESM build does not load in Node though it type-checks.
 */
export const loadCore = (): ActionsCore => {
  core ??= require('@segment/actions-core') as ActionsCore;
  return core;
};

/**
 * Why a subscription in Segment's filter language would pass none of these events; null when it passes them. The
 * framework delivers nothing then, with a note that nobody reads.
 */
export const findSubscriptionError = (fql: string, event: SegmentEvent): string | null => {
  const fromCore = createRequire(require.resolve('@segment/actions-core'));
  const { parseFql, validate } = fromCore('@segment/destination-subscriptions') as Subscriptions;
  const parsed = parseFql(fql);
  if (parsed.error !== undefined) return parsed.error.message;
  return validate(parsed, event) ? null : 'it passes no event as Recoup makes them';
};
