import { once } from 'node:events';
import type { DemoRelay } from '../doors.ts';
import { onInterrupt } from '../interrupt.ts';
import { complain } from '../terminal.ts';

/** Keeps the HTTP door open on the demo's data until Ctrl+C or SIGTERM. */
export const keepOpen = async (relay: DemoRelay, { port }: { readonly port: number }): Promise<void> => {
  const server = await relay.serve({ host: '127.0.0.1', port });
  complain(`The demo stays open at ${server.url}: try ${server.url}/metrics. Ctrl+C ends it and forgets the data.`);
  try {
    await once(onInterrupt(null).signal, 'abort');
  } finally {
    await server.stop();
  }
};
