import { z } from 'zod';
import type { OpenedSession } from '../../src/destination-kit/define-tool.ts';
import { toReason } from '../../src/destination-kit/reason.ts';
import { within } from '../../src/destination-kit/within.ts';
import { codeOf } from './network-code.ts';
import { isSafeAddress, type SalesforceSettings } from './settings.ts';

type Opened = OpenedSession<SalesforceSettings>;

/** A session, and whose it is: the id of the run-as user, null where the login does not tell. */
export type OpenedLogin =
  | Exclude<Opened, { readonly ok: true }>
  | (Extract<Opened, { readonly ok: true }> & { readonly userId: string | null });

/** Field names go into addresses and queries. */
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Logs in by the client credentials flow. Lives as long as the organisation lets sessions live. */
export const openSession = async (settings: SalesforceSettings, timeoutMs: number): Promise<OpenedLogin> => {
  const mistake = findMistake(settings);
  if (mistake !== null) return stopped(mistake);
  try {
    const { accessToken, instanceUrl, userId } = await logIn(settings, timeoutMs);
    if (!isSafeAddress(instanceUrl)) return stopped('the login names an instance that is reached without encryption');
    return { ok: true, settings: { ...settings, access_token: accessToken, instance_url: instanceUrl }, userId };
  } catch (error) {
    return toFailedLogin(error, [settings.client_secret, settings.client_id]);
  }
};

const findMistake = ({ login_url, contact_id_field, account_id_field }: SalesforceSettings): string | null => {
  if (!isSafeAddress(login_url)) return 'the login address is not https';
  const name = [contact_id_field, account_id_field].find((field) => !FIELD_NAME.test(field));
  return name === undefined ? null : `"${name}" is no name of a field in Salesforce`;
};

const stopped = (reason: string): OpenedLogin => ({ ok: false, answer: { answer: 'stopped', reason } });
const unavailable = (reason: string): OpenedLogin => ({ ok: false, answer: { answer: 'unavailable', reason } });

/** Salesforce's words for a second login while one is under way, told as a wrong grant. */
const UNDER_WAY = /already being processed|expired authorization code/i;

/** An OAuth error carries its code as the name; one of the client is for a person to mend, all else passes. */
const toFailedLogin = (error: unknown, secrets: readonly string[]): OpenedLogin => {
  if (!(error instanceof Error)) return unavailable('a fault without a name');
  const isRefusal = /^(invalid_|unauthorized_client|unsupported_grant_type|inactive_|access_denied)/.test(error.name);
  const reason = `login: ${toReason(isRefusal ? `${error.name}: ${error.message}` : error.message, secrets)}`;
  if (isRefusal && !UNDER_WAY.test(error.message))
    return stopped(`${reason}; check the client id and secret, and the app's run-as user`);
  return /^ERROR_HTTP_4(?!08|29)/.test(error.name)
    ? stopped(`login: ${error.name}; check the login address`)
    : unavailable(reason);
};

const token = z.looseObject({
  access_token: z.string().min(1),
  instance_url: z.string().min(1),
  id: z.string().optional(),
});

interface LoggedIn {
  readonly accessToken: string;
  readonly instanceUrl: string;
  readonly userId: string | null;
}

/**
 * Asks for an access token.
 * @throws Error: of jsforce, whose name is the OAuth error; or one that says that there was no answer, or none of Salesforce.
 */
const logIn = async (settings: SalesforceSettings, timeoutMs: number): Promise<LoggedIn> => {
  const { OAuth2 } = await import('jsforce');
  const oauth2 = new OAuth2({
    loginUrl: settings.login_url.replace(/\/+$/, ''),
    clientId: settings.client_id,
    clientSecret: settings.client_secret,
  });
  const answer = await within(timeoutMs, () =>
    oauth2.requestToken({ grant_type: 'client_credentials' }).catch(toNamed),
  );
  const parsed = token.safeParse(answer);
  if (!parsed.success) throw new Error('the answer is no token of Salesforce');
  const { access_token, instance_url, id } = parsed.data;
  // The id is an address that ends in the organisation's and the user's id.
  return {
    accessToken: access_token,
    instanceUrl: instance_url.replace(/\/+$/, ''),
    userId: id?.split('/').at(-1) ?? null,
  };
};

/** A network error is told by its code: its message may quote the address. */
const toNamed = (error: unknown): never => {
  const code = codeOf(error);
  throw code === null ? error : new Error(`cannot connect (${code})`);
};
