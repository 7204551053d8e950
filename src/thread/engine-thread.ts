import { Worker } from 'node:worker_threads';
import type { Happening } from '../domain/happening.ts';
import { type Answer, type Fault, type Notice, type Question, type RemoteStore, toError } from './messages.ts';

export interface EngineThreadOptions {
  /** The module that runs there. */
  readonly module: URL;
  /** What it needs to know; must survive the structured clone. */
  readonly data: unknown;
  readonly onDecided: (profiles: number) => void;
  readonly onStoreFault: (error: Error) => void;
  /** What went out, where the data asked for it; `omitted` counts what is not among them. */
  readonly onLive?: (happenings: readonly Happening[], omitted: number) => void;
  /** The thread died of a fault that it does not know. */
  readonly onDeath: (error: Error) => void;
}

export interface EngineThread {
  readonly store: RemoteStore;
  /** Lets what is under way end and closes the store. */
  readonly stop: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const makeAsker = (worker: Worker) => {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let death: Error | null = null;
  const settle = (answer: Answer): void => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.kind === 'answer') asked?.resolve(answer.value);
    else asked?.reject(toError(answer.fault));
  };
  const ask = <T>(question: Question, ...args: readonly unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      if (death !== null) return reject(death);
      lastId += 1;
      waiting.set(lastId, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage({ id: lastId, question, args });
    });
  const failAll = (error: Error): void => {
    death ??= error;
    for (const { reject } of waiting.values()) reject(death);
    waiting.clear();
  };
  return { ask, settle, failAll };
};

/**
 * Starts the store's thread and resolves once it is ready for deliveries.
 * @throws the thread's own refusal (as a rejection) when it cannot start: `code` is one of the error registry.
 */
export const startEngineThread = (options: EngineThreadOptions): Promise<EngineThread> => {
  const worker = new Worker(options.module, { workerData: options.data });
  const { ask, settle, failAll } = makeAsker(worker);
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    await ask('stop');
    await gone;
  };
  const store: RemoteStore = {
    accept: (deliveries) => ask('accept', deliveries),
    counts: () => ask('counts'),
    toolCounts: () => ask('toolCounts'),
    verifyCounts: () => ask('verifyCounts'),
    suppressionCounts: () => ask('suppressionCounts'),
    apiCounts: () => ask('apiCounts'),
    probe: () => ask('probe'),
    findPeople: (id) => ask('findPeople', id),
    readGuarded: (question) => ask('readGuarded', question),
  };
  return new Promise((resolve, reject) => {
    const refuse = (fault: Fault): void => reject(toError(fault));
    worker.on('message', (message: Answer | Notice) => {
      switch (message.kind) {
        case 'ready':
          return resolve({ store, stop });
        case 'refused':
          return refuse(message.fault);
        case 'decided':
          return options.onDecided(message.profiles);
        case 'store_fault':
          return options.onStoreFault(toError(message.fault));
        case 'live':
          return options.onLive?.(message.happenings, message.omitted);
        default:
          return settle(message);
      }
    });
    // A thread that was told to stop, or that refused to start, ends without an error; nobody may wait for it then.
    worker.on('exit', () => failAll(new Error('The thread of the store has ended')));
    worker.on('error', (error) => {
      const death = error instanceof Error ? error : new Error(String(error));
      failAll(death);
      reject(death);
      options.onDeath(death);
    });
  });
};
