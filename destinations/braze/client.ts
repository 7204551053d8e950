import { toReason } from '../../src/destination-kit/reason.ts';
import { statusOf } from '../../src/destination-kit/status-of.ts';
import { within } from '../../src/destination-kit/within.ts';
import type { BrazeSettings } from './settings.ts';

export type BrazeClient = InstanceType<typeof import('braze-api').Braze>;

/**
 * Asks Braze through its own client, for what is not a delivery: that client has no timeout and tells no headers.
 * @throws Error whose message names the status and Braze's words, and no secret.
 */
export const askBraze = async <Answer>(
  settings: BrazeSettings,
  timeoutMs: number,
  ask: (braze: BrazeClient) => Promise<Answer>,
): Promise<Answer> => {
  const { Braze } = await import('braze-api');
  const braze = new Braze(settings.endpoint.replace(/\/+$/, ''), settings.api_key);
  try {
    return await within(timeoutMs, () => ask(braze));
  } catch (error) {
    throw Object.assign(new Error(describe(error, settings)), { status: statusOf(error) });
  }
};

const describe = (error: unknown, settings: BrazeSettings): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const message = toReason(error.message, [settings.api_key]);
  const status = statusOf(error);
  if (status !== null) return `status ${status}: ${message}`;
  if ('code' in error && typeof error.code === 'string') return `cannot connect (${error.code})`;
  return message;
};
