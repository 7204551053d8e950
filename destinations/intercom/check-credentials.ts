import { z } from 'zod';
import type { CredentialCheck } from '../../src/destination-kit/define-tool.ts';
import { toFailedCheck } from '../../src/destination-kit/failed-check.ts';
import { askIntercom } from './client.ts';
import type { IntercomSettings } from './settings.ts';

const me = z.object({ type: z.literal('admin') });

/** Whether Intercom knows the token. */
export const checkCredentials = async (settings: IntercomSettings, timeoutMs: number): Promise<CredentialCheck> => {
  try {
    const { body } = await askIntercom(settings, '/me', timeoutMs);
    if (me.safeParse(body).success) return { ok: true };
    return { ok: false, reason: 'the answer is not one of Intercom: check the address' };
  } catch (error) {
    return toFailedCheck(error);
  }
};
