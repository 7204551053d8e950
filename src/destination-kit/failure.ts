import type { WholeAnswer } from './define-tool.ts';
import { toReason } from './reason.ts';

/** Faults before a byte of the request left: nothing was taken. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** A call whose body the tool would refuse for its size; thrown instead of sending it. */
export class BodyTooLarge extends Error {
  constructor(bytes: number, limit: number) {
    super(`a body of ${bytes} bytes, ${limit} are taken`);
  }
}

/**
 * What a throw while sending means. Network errors are told by their code and never by their message, which may quote
 * the address. Anything that is not known to have failed before sending may have been applied.
 */
export const toFailure = (error: unknown): WholeAnswer => {
  if (error instanceof BodyTooLarge) return { answer: 'refused', reason: error.message, tooLarge: true };
  if (!(error instanceof Error)) return { answer: 'unknown', reason: 'a fault without a name' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (BEFORE_SENDING.has(code)) return { answer: 'unavailable', reason: `cannot connect (${code})` };
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 0;
  if (status === 401) return { answer: 'stopped', reason: toReason(error.message) };
  if (status === 400) return { answer: 'refused', reason: toReason(error.message), tooLarge: false };
  return { answer: 'unknown', reason: `no answer (${code})` };
};
