import { createHmac } from 'node:crypto';
import { type Instant, SECOND_MS } from '../../domain/instant.ts';

/** The header that carries Stripe's signature, lower case as Node names it. */
export const SIGNATURE_HEADER = 'stripe-signature';

/** HMAC-SHA256 of `<timestamp>.<body>` as Stripe defines scheme v1. `timestamp` is the header's own text. */
export const signatureBytes = (timestamp: string, rawBody: Uint8Array, secret: string): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest();

/**
 * The `Stripe-Signature` header that Stripe would send for this body at `at` (kept to whole seconds).
 * @param secret the endpoint's secret with its `whsec_` prefix.
 */
export const signStripe = (rawBody: string | Uint8Array, secret: string, at: Instant): string => {
  const timestamp = String(Math.floor(at / SECOND_MS));
  const bytes = typeof rawBody === 'string' ? Buffer.from(rawBody, 'utf8') : rawBody;
  return `t=${timestamp},v1=${signatureBytes(timestamp, bytes, secret).toString('hex')}`;
};
