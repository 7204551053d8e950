import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A client that trickles its request holds a connection no longer than this. */
const DEFAULT_TIMEOUTS = { headersMs: 10_000, requestMs: 15_000, checkEveryMs: 1_000 };
/** Longer than the 60 s after which common load balancers drop an idle connection, so that they close it, not we. */
const KEEP_ALIVE_MS = 65_000;

interface ServerOptions {
  readonly app: RequestListener;
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** A fault of the listening socket after the start, e.g. no file descriptors left; the server goes on. */
  readonly onError: (error: Error) => void;
  readonly timeouts?: typeof DEFAULT_TIMEOUTS;
}

export interface Server {
  /** Resolves with the base URL; rejects with Node's error when the address is taken or not ours. */
  readonly start: () => Promise<string>;
  /** Takes no new connection, lets requests finish for at most `graceMs`, then cuts them off. */
  readonly stop: (graceMs: number) => Promise<void>;
}

const toUrl = ({ address, family, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;

/** The HTTP server around the app: its limits in time, its start and its end. */
export const makeServer = ({ app, host, port, onError, timeouts = DEFAULT_TIMEOUTS }: ServerOptions): Server => {
  const server = createServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkEveryMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    app,
  );

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port }, () => {
          server.off('error', reject).on('error', onError);
          resolve(toUrl(server.address() as AddressInfo));
        });
      }),
    stop: (graceMs) =>
      new Promise((resolve) => {
        // A connection becomes idle when its request ends, and would then be kept alive: look again until all are gone.
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(cut);
          resolve();
        });
      }),
  };
};
