import type { Connection } from 'jsforce';
import { toReason } from '../../src/destination-kit/reason.ts';
import { within } from '../../src/destination-kit/within.ts';
import { isPassing } from './api-error.ts';
import { codeOf } from './network-code.ts';
import { openSession } from './session.ts';
import { API_VERSION, type SalesforceSettings } from './settings.ts';

/** Salesforce gave no answer, or one that it would not give again: nobody knows what is true. */
export class SalesforceOutage extends Error {}

/**
 * Asks Salesforce through its own client, for what is not a delivery. Logs in for itself.
 * @throws SalesforceOutage where it may answer later, Error with a `status` where it said no; either has a message that names Salesforce's code and words, and no secret.
 */
export const askSalesforce = async <Answer>(
  settings: SalesforceSettings,
  timeoutMs: number,
  ask: (salesforce: Connection, userId: string | null) => Promise<Answer>,
): Promise<Answer> => {
  const opened = await openSession(settings, timeoutMs);
  if (!opened.ok) throw toError(opened.answer.answer === 'stopped' ? REFUSED : null, opened.answer.reason);
  const { Connection } = await import('jsforce');
  const { access_token: accessToken, instance_url: instanceUrl } = opened.settings;
  // jsforce waits for 30 minutes, whatever it is told.
  const connection = new Connection({ instanceUrl, accessToken, version: API_VERSION });
  try {
    return await within(timeoutMs, () => ask(connection, opened.userId));
  } catch (error) {
    throw toError(isNo(error) ? statusOf(error) : null, describe(error, [settings.client_secret, accessToken]));
  }
};

/** jsforce drops the status where Salesforce gave a code: of a question, it is about our rights or the set-up. */
const REFUSED = 403;

/** @param status of a no; null: there was no answer that lasts. */
const toError = (status: number | null, reason: string): Error =>
  status === null ? new SalesforceOutage(reason) : Object.assign(new Error(reason), { status });

const statusOf = (error: unknown): number => {
  const code = error instanceof Error && 'errorCode' in error ? String(error.errorCode) : '';
  return Number(/^ERROR_HTTP_(\d{3})$/.exec(code)?.[1] ?? REFUSED);
};

/** jsforce names an answer without Salesforce's own code `ERROR_HTTP_<status>`; without any there was none to read. */
const isNo = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('errorCode' in error) || typeof error.errorCode !== 'string') return false;
  const { errorCode, message } = error;
  return (
    !/^ERROR_HTTP_(?!4)|^ERROR_HTTP_4(08|29)/.test(errorCode) &&
    !isPassing({ code: errorCode, message, fields: [] }, '')
  );
};

const describe = (error: unknown, secrets: readonly string[]): string => {
  if (!(error instanceof Error)) return 'a fault without a name';
  const code = codeOf(error);
  if (code !== null) return `cannot connect (${code})`;
  const name = 'errorCode' in error && typeof error.errorCode === 'string' ? `${error.errorCode}: ` : '';
  return toReason(`${name}${error.message}`, secrets);
};
