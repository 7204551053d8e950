import fc from 'fast-check';
import { it } from 'vitest';
import { PROVE_MS, provingRuns } from './proving.ts';
import { judgeTold } from './tools-told.ts';
import { told } from './tools-told-plan.ts';

/**
 * Webhooks of one or several accounts arrive in any order, more than once and up to ten days late; after every decision
 * and between them, what tools of every subject are to hold and to hear is what the semantics and decision 0013 say.
 */
it(
  'accounts, tasks, alerts, contacts and the stream are at every instant as the rules say',
  () =>
    fc.assert(fc.asyncProperty(told, judgeTold), {
      ...provingRuns(60, 20_000),
      endOnFailure: process.env.NOSHRINK !== undefined,
      ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }),
      ...(process.env.LIMIT===undefined?{}:{interruptAfterTimeLimit: Number(process.env.LIMIT)}), ...(process.env.FCPATH === undefined ? {} : { path: process.env.FCPATH }),
    }),
  PROVE_MS + 60_000,
);
