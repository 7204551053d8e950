import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request; `response` may be left hanging, cut off or destroyed. */
export type Answering = (response: ServerResponse, request: SeenRequest) => void;

export interface ToolServer {
  readonly endpoint: string;
  readonly seen: readonly SeenRequest[];
  readonly answerWith: (answering: Answering) => void;
  readonly close: () => Promise<void>;
}

/** Answers with a status and JSON. */
export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** A real HTTP server in a tool's place, that misbehaves as it is told. */
export const startToolServer = async (answering: Answering): Promise<ToolServer> => {
  const seen: SeenRequest[] = [];
  let current = answering;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const each = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(each);
      current(response, each);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    answerWith: (next) => {
      current = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
