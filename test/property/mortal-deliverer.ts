import type { Instant } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { makeToolDeliverer, type ToolDeliverer } from '../../src/pipeline/tools/deliver-tools.ts';

/** The process ended after a call left and before its outcome was written. */
export class ProcessDied extends Error {}

export interface MortalOptions {
  readonly store: Store;
  readonly sink: Parameters<typeof makeToolDeliverer>[0]['sink'];
  readonly now: () => Instant;
  readonly random: () => number;
  /** Whether the process dies before this outcome is written; asked once for each. */
  readonly dies: () => boolean;
}

/** A live tool's deliverer as the engine makes it, in a process that can die. */
export const makeMortalDeliverer = ({ store, sink, now, random, dies }: MortalOptions): ToolDeliverer =>
  makeToolDeliverer({
    store: {
      ...store,
      settleTools: (...settlements) => (dies() ? Promise.reject(new ProcessDied()) : store.settleTools(...settlements)),
    },
    sink,
    channel: 'live',
    clock: { now },
    random,
    log: { warn: () => undefined, error: () => undefined },
  });
