import { toReason } from '../../src/destination-kit/reason.ts';
import { within } from '../../src/destination-kit/within.ts';
import type { HubspotSettings } from './settings.ts';
import { parseError, toWords } from './verdict.ts';

export type HubspotClient = InstanceType<typeof import('@hubspot/api-client').Client>;

/**
 * Asks HubSpot through its own client, for what is not a delivery: that client waits without end, and speaks version 3.
 * @throws Error with the `status` of the answer (0 without one); its message names that and HubSpot's words, and no secret.
 */
export const askHubspot = async <Answer>(
  settings: HubspotSettings,
  timeoutMs: number,
  ask: (hubspot: HubspotClient) => Promise<Answer>,
): Promise<Answer> => {
  const { Client } = await import('@hubspot/api-client');
  const hubspot = new Client({ accessToken: settings.access_token, basePath: settings.base_url.replace(/\/+$/, '') });
  try {
    return await within(timeoutMs, () => ask(hubspot));
  } catch (error) {
    throw Object.assign(new Error(describe(error, settings)), { status: statusOf(error) });
  }
};

/** HTTP status that an error of `askHubspot` came with; 0 without. */
export const statusOf = (error: unknown): number => {
  if (!(error instanceof Error)) return 0;
  if ('status' in error && typeof error.status === 'number') return error.status;
  return 'code' in error && typeof error.code === 'number' ? error.code : 0;
};

const describe = (error: unknown, { access_token }: HubspotSettings): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const status = statusOf(error);
  if (status > 0) return `status ${status} ${toReason(toWords(parseError(bodyOf(error))), [access_token])}`.trim();
  for (const each of [error, error.cause])
    if (each instanceof Error && 'code' in each && typeof each.code === 'string')
      return `cannot connect (${each.code})`;
  return toReason(error.message, [access_token]);
};

/** Parsed where the client knew the answer's shape, text where it did not. */
const bodyOf = (error: Error): unknown => {
  const body = 'body' in error ? error.body : null;
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};
