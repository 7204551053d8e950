import { createHmac } from 'node:crypto';

/** The header that carries Churnkey's signature, lower case as Node names it. */
export const CHURNKEY_SIGNATURE_HEADER = 'ck-signature';

/** HMAC-SHA256 of the raw body under the webhook's secret: what the header holds as hex. */
export const signChurnkey = (rawBody: string | Uint8Array, secret: string): Buffer =>
  createHmac('sha256', secret).update(rawBody).digest();
