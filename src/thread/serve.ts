import type { MessagePort } from 'node:worker_threads';
import { type Answer, type Ask, type RemoteStore, toFault } from './messages.ts';

export interface Served {
  readonly store: RemoteStore;
  /** Deliveries were stored. */
  readonly onAccepted: () => void;
  readonly stop: () => Promise<void>;
}

const answerTo = (served: Served, { question, args }: Ask): Promise<unknown> => {
  switch (question) {
    case 'accept':
      return served.store.accept(...(args as Parameters<RemoteStore['accept']>));
    case 'counts':
      return served.store.counts();
    case 'toolCounts':
      return served.store.toolCounts();
    case 'verifyCounts':
      return served.store.verifyCounts();
    case 'suppressionCounts':
      return served.store.suppressionCounts();
    case 'apiCounts':
      return served.store.apiCounts();
    case 'probe':
      return served.store.probe();
    case 'findPeople':
      return served.store.findPeople(...(args as Parameters<RemoteStore['findPeople']>));
    case 'readGuarded':
      return served.store.readGuarded(...(args as Parameters<RemoteStore['readGuarded']>));
    case 'stop':
      return served.stop();
  }
};

/** Answers the door's questions on the store's thread, each with its id; the port closes with the last one. */
export const serve = (port: MessagePort, served: Served): void => {
  port.on('message', async (ask: Ask) => {
    try {
      const value = await answerTo(served, ask);
      port.postMessage({ kind: 'answer', id: ask.id, value } satisfies Answer);
      if (ask.question === 'accept') served.onAccepted();
      if (ask.question === 'stop') port.close();
    } catch (error) {
      port.postMessage({ kind: 'failed', id: ask.id, fault: toFault(error) } satisfies Answer);
    }
  });
};
