import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/**
 * Whether a given secret is one of the active ones: hashes of equal length are compared with each in constant time, without
 * an early exit. A blank secret matches nothing.
 */
export const isSharedSecret = (given: string, secrets: readonly string[]): boolean => {
  const hashed = sha256(given);
  let matched = false;
  for (const secret of secrets) {
    if (secret.trim() !== '') matched = timingSafeEqual(hashed, sha256(secret)) || matched;
  }
  return matched;
};
