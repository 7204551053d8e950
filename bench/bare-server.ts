/**
 * The least that a webhook receiver can do, to compare with: bare node:http that checks Stripe's signature, parses the
 * JSON and answers 200. It stores nothing. Started by `bench/webhooks.ts`; prints its port.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const secret = process.env.STRIPE_WEBHOOK_SECRET ?? '';
const TOLERANCE_SECONDS = 300;
const ANSWER = '{"received":true}';

const isSigned = (header: string, body: Buffer): boolean => {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header);
  if (match === null) return false;
  const [, timestamp = '', signature = ''] = match;
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const isGood = isSigned(String(request.headers['stripe-signature']), body) && JSON.parse(body.toString()).id;
    response.writeHead(isGood ? 200 : 400, { 'content-type': 'application/json', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
});

server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
