import type { Request, Response } from 'express';

/** How long a client whose body is refused may go on sending, so that it finishes and reads the answer. */
const LINGER_MS = 1_000;

/**
 * Answers a request whose body was not read to its end, and closes the connection. What still comes in is thrown away
 * for a moment: closing at once would reset the connection, and the client would see no answer.
 */
export const refuseBody = (request: Request, response: Response, status: number, body: object): void => {
  const { socket } = request;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.write(text);
  const close = (): void => {
    clearTimeout(timer);
    response.end();
    socket.destroySoon();
  };
  const timer = setTimeout(close, request.complete ? 0 : LINGER_MS);
  request.once('end', close).once('close', close).resume();
};
