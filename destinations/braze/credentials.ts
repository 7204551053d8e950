import type { CredentialCheck } from '../../src/destination-kit/define-tool.ts';
import { toFailedCheck } from '../../src/destination-kit/failed-check.ts';
import { askBraze } from './client.ts';
import { NOBODY } from './definition.ts';
import type { BrazeSettings } from './settings.ts';

/**
 * Whether Braze knows the key and lets it write: it is asked to update nobody, which needs the permission of a delivery,
 * changes nothing and costs no data point.
 */
export const checkCredentials = async (settings: BrazeSettings, timeoutMs: number): Promise<CredentialCheck> => {
  try {
    await askBraze(settings, timeoutMs, (braze) => braze.users.track({ attributes: [NOBODY] }));
    return { ok: true };
  } catch (error) {
    return toFailedCheck(error);
  }
};
