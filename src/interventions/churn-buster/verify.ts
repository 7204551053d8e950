import type { Verification, VerifyInput } from '../../providers/provider.ts';
import { isSharedSecret } from '../shared-secret.ts';

const MAX_CHARS = 1_000;

/** The secret of an Authorization header: a Bearer token, or the password of Basic credentials with any user name. */
const secretIn = (header: string): string | null => {
  const [, scheme = '', value = ''] = /^(Basic|Bearer) +(\S+)$/i.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme === '') return null;
  const credentials = Buffer.from(value, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  return colon === -1 ? null : credentials.slice(colon + 1);
};

/**
 * Checks a webhook of Churn Buster, which documents no signature: it has to bring the shared secret, as the URL that it was
 * given holds it (`https://recoup:<secret>@…`). Never throws.
 * @returns ok, or a reason for the log without the secret.
 */
export const verifyChurnBuster = ({ headers, secrets }: VerifyInput): Verification => {
  const { authorization } = headers;
  if (authorization === undefined) return { ok: false, reason: 'no Authorization header' };
  if (typeof authorization !== 'string') return { ok: false, reason: 'more than one Authorization header' };
  const secret = authorization.length > MAX_CHARS ? null : secretIn(authorization);
  if (secret === null) return { ok: false, reason: 'the Authorization header is neither Basic nor Bearer' };
  return isSharedSecret(secret, secrets) ? { ok: true } : { ok: false, reason: 'the secret is not an active one' };
};
