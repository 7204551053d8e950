import type { Connection } from 'jsforce';
import { toReason } from '../../src/destination-kit/reason.ts';
import { openSession } from './session.ts';
import { API_VERSION, type SalesforceSettings } from './settings.ts';
import { codeOf, within } from './time-out.ts';

/**
 * Asks Salesforce through its own client, for what is not a delivery. Logs in for itself.
 * @throws Error whose message names Salesforce's code and words, and no secret.
 */
export const askSalesforce = async <Answer>(
  settings: SalesforceSettings,
  timeoutMs: number,
  ask: (salesforce: Connection, userId: string | null) => Promise<Answer>,
): Promise<Answer> => {
  const opened = await openSession(settings, timeoutMs);
  if (!opened.ok) throw new Error(opened.answer.reason);
  const { Connection } = await import('jsforce');
  const { access_token: accessToken, instance_url: instanceUrl } = opened.settings;
  const connection = new Connection({ instanceUrl, accessToken, version: API_VERSION });
  try {
    return await within(timeoutMs, ask(connection, opened.userId));
  } catch (error) {
    throw new Error(describe(error, [settings.client_secret, accessToken]));
  }
};

const describe = (error: unknown, secrets: readonly string[]): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const code = codeOf(error);
  if (code !== null) return `cannot connect (${code})`;
  const name = 'errorCode' in error && typeof error.errorCode === 'string' ? `${error.errorCode}: ` : '';
  return toReason(`${name}${error.message}`, secrets);
};
