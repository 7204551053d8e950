import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** As far as a receiver's clock may be from an attempt, either way, in seconds: the default of the official libraries. */
const TOLERANCE_SECONDS = 300;

/**
 * The check of Standard Webhooks 1.0.0, written from its text and not from the signer.
 * @param now the receiver's clock, UTC milliseconds.
 * @returns why the request is not to be trusted; null: it is.
 */
export const findForgery = (raw: string, headers: IncomingHttpHeaders, secret: string, now: number): string | null => {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string')
    return 'a header is missing';
  if (!/^\d{10}$/.test(timestamp)) return 'the timestamp is not in seconds';
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return 'the timestamp is too far from now';
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update([id, timestamp, raw].join('.')).digest();
  const isSigned = signatures.split(' ').some((each) => {
    const [version, signature = ''] = each.split(',');
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isSigned ? null : 'no signature fits';
};
