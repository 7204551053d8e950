import { type Engine, type EngineOptions, makeEngine } from './engine.ts';
import { makeReceiver, type Receiver, type WebhookReport } from './receive.ts';

export interface RelayOptions extends EngineOptions {
  readonly secretsOf: (provider: string) => readonly string[];
  readonly onReport?: (report: WebhookReport) => void;
}

/** The pipeline with its steps joined on one thread: what is received wakes the loop, what is decided the deliverer. */
export interface Relay extends Omit<Engine, 'wake'> {
  readonly receiver: Receiver;
}

/** Joins the door and the engine in one thread, as the time machine and the tests drive them. */
export const makeRelay = (options: RelayOptions): Relay => {
  const { wake, ...engine } = makeEngine(options);
  const receiver = makeReceiver({
    ...options,
    providers: Object.values(options.providers),
    onStored: wake,
    onReport: (report) => {
      options.onReport?.(report);
      if (report.outcome === 'failed') options.onStoreFault?.(report.error);
    },
  });
  return {
    ...engine,
    receiver,
    stop: async () => {
      await Promise.all([receiver.stop(), engine.stop()]);
    },
  };
};
