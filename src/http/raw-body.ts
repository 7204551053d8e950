import type { IncomingMessage } from 'node:http';
import type { BodyRoom } from './body-room.ts';

/** Providers send a few kilobytes; a larger body is no webhook, and more than this of it is never held in memory. */
const MAX_BODY_BYTES = 512 * 1024;

/** A body that is not taken. `status` is the answer: 413 too large, 415 compressed, 400 cut short. */
export class BodyRefused extends Error {
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415) {
    super(`The body is refused with status ${status}`);
    this.name = 'BodyRefused';
    this.status = status;
  }
}

/** What the headers alone give away. A compressed body is refused unread, since a bomb may hide in it. */
const refusalOf = ({ headers }: IncomingMessage): BodyRefused | null => {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') return new BodyRefused(415);
  return Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES ? new BodyRefused(413) : null;
};

/**
 * The request's body, byte for byte: a signature is over exactly these. Not express's own reader, because that one
 * reads a body that is too large to its end before it says so.
 * @returns null when it took so long that it had to make room for others: the rest of the body is unread.
 * @throws BodyRefused
 */
export const readRawBody = (request: IncomingMessage, room: BodyRoom): Promise<Uint8Array | null> =>
  new Promise((resolve, reject) => {
    const refusal = refusalOf(request);
    if (refusal !== null) return reject(refusal);
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) settle(() => reject(new BodyRefused(413)));
      else {
        chunks.push(chunk);
        place.grow(chunk.length);
      }
    };
    const settle = (then: () => void): void => {
      place.leave();
      request.off('data', onData).pause();
      then();
      chunks.length = 0;
    };
    const place = room.enter(() => settle(() => resolve(null)));
    request
      .on('data', onData)
      .once('end', () => settle(() => resolve(Buffer.concat(chunks))))
      .once('error', () => settle(() => reject(new BodyRefused(400))))
      .once('close', () => {
        if (!request.complete) settle(() => reject(new BodyRefused(400)));
      });
  });
