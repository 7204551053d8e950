import type { AppOptions } from './http/app.ts';
import { EXIT, Refusal } from './main-refusal.ts';
import type { Store } from './pipeline/ports.ts';
import type { Receiver } from './pipeline/receive.ts';

/** The HTTP door, as `start` and the demo open it. */

/** How long requests, a decision and a delivery may take to end after a signal: containers are killed after 10 s. */
export const STOP_GRACE_MS = 8_000;

/** The open HTTP door. */
export interface Door {
  readonly url: string;
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Opens the HTTP door. Throws a refusal where the address cannot be listened on. */
export const openDoor = async (
  { receiver, store }: { readonly receiver: Receiver; readonly store: Pick<Store, 'probe'> },
  address: { readonly host: string; readonly port: number },
  parts: Pick<AppOptions, 'metrics' | 'apiToken' | 'log' | 'guard' | 'operators'>,
): Promise<Door> => {
  const [{ makeApp }, { makeServer }] = await Promise.all([import('./http/app.ts'), import('./http/server.ts')]);
  const onError = (error: Error): void => parts.log.error({ error }, 'the listening socket met a fault');
  const server = makeServer({ app: makeApp({ ...parts, receiver, store }), ...address, onError });
  try {
    return { url: await server.start(), stop: server.stop };
  } catch (error) {
    throw new Refusal(listenFailure(error, address), EXIT.tryLater);
  }
};

const listenFailure = (error: unknown, { host, port }: { readonly host: string; readonly port: number }): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const place = `${host} port ${port}`;
  if (code === 'EADDRINUSE') return `Another program listens on ${place}. Stop it, or set PORT to a free port.`;
  return `Cannot listen on ${place} (${code}). Set HOST to an address of this machine and PORT to a port that you may use.`;
};
