import type { CredentialCheck } from '../../src/destination-kit/define-tool.ts';
import { toFailedCheck } from '../../src/destination-kit/failed-check.ts';
import { askIterable, IterableRefusal } from './client.ts';
import { UPDATE_USERS } from './parts.ts';
import type { IterableSettings } from './settings.ts';

/**
 * Whether Iterable lets the key write: it is asked to update nobody, which a read-only key, one for apps and one that
 * wants a JWT may not. That the call names nobody may be taken or refused for its data; either way the key is good.
 */
export const checkCredentials = async (settings: IterableSettings, timeoutMs: number): Promise<CredentialCheck> => {
  try {
    await askIterable(settings, timeoutMs, { method: 'POST', path: UPDATE_USERS.path, body: UPDATE_USERS.toBody([]) });
    return { ok: true };
  } catch (error) {
    if (error instanceof IterableRefusal && isAboutData(error)) return { ok: true };
    return toFailedCheck(error, error instanceof IterableRefusal ? error.answer.status : null);
  }
};

const isAboutData = ({ answer: { status, body } }: IterableRefusal): boolean =>
  status === 400 && typeof body === 'object' && body !== null && 'code' in body && body.code === 'BadParams';
