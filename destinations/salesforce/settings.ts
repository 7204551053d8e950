/** Version of Salesforce's REST, Tooling and Metadata APIs that every request names. */
export const API_VERSION = '64.0';

/** What the destinations need to reach one Salesforce organisation. */
export type SalesforceSettings = {
  /** The organisation's own address (My Domain), e.g. `https://acme.my.salesforce.com`. */
  readonly login_url: string;
  /** Consumer key and secret of an External Client App with the client credentials flow. */
  readonly client_id: string;
  readonly client_secret: string;
  /** Bearer token and address of the open session; empty before it is opened. */
  readonly access_token: string;
  readonly instance_url: string;
  /** Make a Contact for a user whom Salesforce does not know, where the email is known. */
  readonly create_missing: boolean;
  /** API names of the unique external id fields that hold the user id and the account id. */
  readonly contact_id_field: string;
  readonly account_id_field: string;
  /** Id of the User who gets tasks that nobody else would get; empty: none. */
  readonly default_owner: string;
};

/** What the id fields are called unless policy names one of the customer's own. */
export const OWN_IDS = { Contact: 'Recoup_User_Id__c', Account: 'Recoup_Account_Id__c' } as const;

/** Settings from the configuration's plain values; a missing one becomes empty and is refused at load. */
export const toSettings = (values: Readonly<Record<string, string>>): SalesforceSettings => ({
  login_url: values.loginUrl ?? '',
  client_id: values.clientId ?? '',
  client_secret: values.clientSecret ?? '',
  access_token: '',
  instance_url: '',
  create_missing: values.createMissing === 'true',
  contact_id_field: values.contactIdField ?? OWN_IDS.Contact,
  account_id_field: values.accountIdField ?? OWN_IDS.Account,
  default_owner: values.defaultOwner ?? '',
});

/** The address of a path below the version of the REST API, in the open session's instance. */
export const toUrl = (settings: SalesforceSettings, path: `/${string}`): string =>
  `${toBase(settings)}/services/data/v${API_VERSION}${path}`;

/** Scheme and host of the instance; slashes at the end do not matter. */
export const toBase = ({ instance_url, login_url }: SalesforceSettings): string =>
  (instance_url === '' ? login_url : instance_url).replace(/\/+$/, '');

/** Whether a secret may be sent to this address: encrypted, or not leaving the machine. */
export const isSafeAddress = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
};

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
