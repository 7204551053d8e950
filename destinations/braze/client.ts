import { toReason } from '../../src/destination-kit/reason.ts';
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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([ask(braze), late]);
  } catch (error) {
    throw Object.assign(new Error(describe(error, settings)), { status: statusOf(error) });
  } finally {
    clearTimeout(timer);
  }
};

/** The status that Braze answered; null where it gave no answer. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;

const describe = (error: unknown, settings: BrazeSettings): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const message = toReason(error.message, [settings.api_key]);
  const status = statusOf(error);
  if (status !== null) return `status ${status}: ${message}`;
  if ('code' in error && typeof error.code === 'string') return `cannot connect (${error.code})`;
  return message;
};
