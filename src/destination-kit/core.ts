import { createRequire } from 'node:module';

export type ActionsCore = typeof import('@segment/actions-core');

interface Subscriptions {
  readonly parseFql: (fql: string) => { readonly error?: Error | undefined };
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
 * What is wrong with a subscription in Segment's filter language; null when nothing is. The framework itself answers
 * every event with a note about it, and delivers none.
 */
export const findFqlError = (fql: string): string | null => {
  const fromCore = createRequire(require.resolve('@segment/actions-core'));
  const { parseFql } = fromCore('@segment/destination-subscriptions') as Subscriptions;
  return parseFql(fql).error?.message ?? null;
};
