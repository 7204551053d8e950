import { z } from 'zod';
import type { CredentialCheck } from '../../src/destination-kit/define-tool.ts';
import { toFailedCheck } from '../../src/destination-kit/failed-check.ts';
import { askZendesk } from './client.ts';
import type { ZendeskSettings } from './settings.ts';

const me = z.object({ user: z.object({ id: z.number().nullable(), role: z.string() }) });

/** Whether Zendesk knows the token as an agent's. A stranger is answered, too: with a user that has no id. */
export const checkCredentials = async (settings: ZendeskSettings, timeoutMs: number): Promise<CredentialCheck> => {
  try {
    const { body } = await askZendesk(settings, '/users/me.json', timeoutMs);
    const parsed = me.safeParse(body);
    if (!parsed.success) return { ok: false, reason: 'the answer is not one of Zendesk: check the address' };
    const { id, role } = parsed.data.user;
    if (id === null) return { ok: false, reason: 'Zendesk does not know the email with this token' };
    return role === 'end-user' ? { ok: false, reason: 'the token is not that of an agent' } : { ok: true };
  } catch (error) {
    return toFailedCheck(error);
  }
};
