import { timingSafeEqual } from 'node:crypto';
import type { Verification, VerifyInput } from '../../providers/provider.ts';
import { CHURNKEY_SIGNATURE_HEADER, signChurnkey } from './sign.ts';

const refuse = (reason: string): Verification => ({ ok: false, reason });

/**
 * Checks a webhook's signature over the raw bytes, in constant time, against every active secret. It holds no time: who
 * got hold of a body could send it again. Never throws.
 * @returns ok, or a reason for the log; it holds neither the signature nor a secret.
 */
export const verifyChurnkey = ({ rawBody, headers, secrets }: VerifyInput): Verification => {
  const header = headers[CHURNKEY_SIGNATURE_HEADER];
  if (header === undefined) return refuse('no ck-signature header');
  if (typeof header !== 'string') return refuse('more than one ck-signature header');
  if (!/^[0-9a-f]{64}$/i.test(header)) return refuse('the ck-signature header is not SHA-256 hex');
  const given = Buffer.from(header, 'hex');
  let matched = false;
  for (const secret of secrets) {
    // A blank secret would let anybody sign.
    if (secret.trim() !== '') matched = timingSafeEqual(given, signChurnkey(rawBody, secret)) || matched;
  }
  return matched ? { ok: true } : refuse('the signature matches no active secret');
};
