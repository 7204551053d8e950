import type { Request, Response } from 'express';

/** How long a client whose body is refused may go on sending, so that it finishes and reads the answer. */
const LINGER_MS = 1_000;

interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/**
 * Answers a request whose body was not read to its end, and closes the connection. What still comes in is thrown away
 * for a moment: closing at once would reset the connection, and the client would see no answer.
 */
export const refuseBody = (request: Request, response: Response, answer: Refusal): void => {
  const { socket } = request;
  const { status, headers, body } = answer;
  response.writeHead(status, {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.write(body);
  const close = (): void => {
    clearTimeout(timer);
    response.end();
    socket.destroySoon();
  };
  const timer = setTimeout(close, request.complete ? 0 : LINGER_MS);
  request.once('end', close).once('close', close).resume();
};
