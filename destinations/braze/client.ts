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
    throw Object.assign(new Error(describe(error, settings)), statusOf(error));
  } finally {
    clearTimeout(timer);
  }
};

const statusOf = (error: unknown): { readonly status?: number } =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? { status: error.status } : {};

/** Did Braze itself say no, and would say it again; otherwise nobody knows. */
export const isRefusal = (error: unknown): boolean => {
  const { status } = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
};

const describe = (error: unknown, settings: BrazeSettings): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const message = toReason(error.message, [settings.api_key]);
  const { status } = statusOf(error);
  if (status !== undefined) return `status ${status}: ${message}`;
  if ('code' in error && typeof error.code === 'string') return `cannot connect (${error.code})`;
  return message;
};
