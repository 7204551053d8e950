import { timingSafeEqual } from 'node:crypto';
import { type Instant, SECOND_MS } from '../../domain/instant.ts';
import type { Verification, VerifyInput } from '../provider.ts';
import { SIGNATURE_HEADER, signatureBytes } from './sign.ts';

/** Stripe's own default, applied both ways: a timestamp from the future is as wrong as an old one. */
export const TOLERANCE_SECONDS = 300;

interface SignatureHeader {
  /** The header's own text: it is what was signed. */
  readonly timestamp: string;
  readonly signatures: readonly Buffer[];
}

const refuse = (reason: string): Verification => ({ ok: false, reason });

/**
 * Checks a Stripe webhook's signature over the raw bytes, in constant time: every active secret is compared with
 * every v1 signature, without an early exit. Schemes other than v1 are ignored. Never throws.
 * @returns ok, or a reason for the log; it holds neither the signature nor a secret.
 */
export const verifyStripe = ({ rawBody, headers, secrets, now }: VerifyInput): Verification => {
  const header = headers[SIGNATURE_HEADER];
  if (header === undefined) return refuse('no Stripe-Signature header');
  if (typeof header !== 'string') return refuse('more than one Stripe-Signature header');
  const parsed = parseHeader(header);
  if (typeof parsed === 'string') return refuse(parsed);
  if (!anyMatch(parsed, rawBody, secrets)) return refuse('no signature matches an active secret');
  if (!isFresh(parsed.timestamp, now)) return refuse(`timestamp more than ${TOLERANCE_SECONDS} s from now`);
  return { ok: true };
};

const isFresh = (timestamp: string, now: Instant): boolean =>
  Math.abs(Math.floor(now / SECOND_MS) - Number(timestamp)) <= TOLERANCE_SECONDS;

/** Answers what is wrong, as text, where the header is malformed. */
const parseHeader = (header: string): SignatureHeader | string => {
  if (!/^[\x20-\x7e]+$/.test(header)) return 'malformed header: empty, or characters outside printable ASCII';
  const items = header.split(',');
  if (items.some((item) => !item.includes('='))) return 'malformed header: an item without "="';
  const values = (scheme: string) =>
    items.filter((item) => item.startsWith(`${scheme}=`)).map((item) => item.slice(scheme.length + 1));
  const timestamps = values('t');
  const signatures = values('v1');
  const [timestamp] = timestamps;
  if (timestamp === undefined || timestamps.length !== 1) return 'malformed header: not exactly one timestamp';
  // Digits only: `abc`, `1e400` or an empty text become NaN or Infinity, and no comparison with those refuses.
  if (!/^\d{1,12}$/.test(timestamp)) return 'malformed header: the timestamp is not a number of seconds';
  if (signatures.length === 0) return 'malformed header: no v1 signature';
  // 64 lower-case hex digits as Stripe writes them, so that every candidate has 32 bytes and the comparison cannot throw.
  if (!signatures.every((hex) => /^[0-9a-f]{64}$/.test(hex)))
    return 'malformed header: a v1 signature is not SHA-256 hex';
  return { timestamp, signatures: signatures.map((hex) => Buffer.from(hex, 'hex')) };
};

const anyMatch = (header: SignatureHeader, rawBody: Uint8Array, secrets: readonly string[]): boolean => {
  let matched = false;
  for (const secret of secrets) {
    // A blank secret would let anybody sign.
    if (secret.trim() === '') continue;
    const expected = signatureBytes(header.timestamp, rawBody, secret);
    for (const candidate of header.signatures) matched = timingSafeEqual(expected, candidate) || matched;
  }
  return matched;
};
