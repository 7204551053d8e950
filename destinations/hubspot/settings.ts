/** What the destination needs to reach one HubSpot account. */
export type HubspotSettings = {
  /** A service key, or another token that is sent as a bearer. */
  readonly access_token: string;
  /** Scheme and host, `https://api.hubapi.com` unless a proxy stands between. */
  readonly base_url: string;
  /** Make a contact for a user whom HubSpot does not know and whose email is known. */
  readonly create_missing: boolean;
  /** Unique properties that hold the user id (contacts) and the account id (companies). */
  readonly contact_id_property: string;
  readonly company_id_property: string;
  /** Owner of a task where neither the company nor the contact has one; empty: nobody. */
  readonly default_owner: string;
  /** Name of the list of contacts who are not to be dunned; absent or empty: none is kept. */
  readonly suppression_list?: string;
  /** Ids of workflows that whoever is not to be dunned is taken out of, separated by spaces. */
  readonly unenrol_workflows?: string;
};

export type HubspotObject = 'contacts' | 'companies' | 'tasks';

/** Unique property of a task that holds the episode it stands for: HubSpot has no idempotency key of its own. */
export const TASK_KEY = 'recoup_task_key';

/** Property of a task that tells whether its words are still those that Recoup wrote. */
export const TASK_MARK = 'recoup_task_mark';

/** What the unique properties are called unless policy names one of the customer's own. */
export const OWN_IDS = { contacts: 'recoup_user_id', companies: 'recoup_account_id' } as const;

/** Group under which people find the properties. */
export const GROUP = 'recoup';

/** HubSpot dates its versions; numbered ones are unsupported from September 2027. */
const API_VERSION = '2026-03';

/** The address of a batch operation. HubSpot takes 100 inputs in each. */
export const toBatchUrl = (
  { base_url }: Pick<HubspotSettings, 'base_url'>,
  object: HubspotObject,
  verb: 'read' | 'create' | 'update' | 'upsert',
): string => `${base_url.replace(/\/+$/, '')}/crm/objects/${API_VERSION}/${object}/batch/${verb}`;

/** HubSpot's number of the kind of objects that contacts are. */
export const CONTACT_TYPE = '0-1';

/** An address below that of lists. */
export const toListsUrl = ({ base_url }: Pick<HubspotSettings, 'base_url'>, path: string): string =>
  `${base_url.replace(/\/+$/, '')}/crm/lists/${API_VERSION}/${path}`;

/** The address of a contact's enrolment in a workflow: an older part of HubSpot's API, which knows contacts by email alone. */
export const toEnrolmentUrl = (
  { base_url }: Pick<HubspotSettings, 'base_url'>,
  workflow: string,
  email: string,
): string =>
  `${base_url.replace(/\/+$/, '')}/automation/v2/workflows/${workflow}/enrollments/contacts/${encodeURIComponent(email)}`;

/** The address of the cheapest read of an object. */
export const toFirstPageUrl = ({ base_url }: Pick<HubspotSettings, 'base_url'>, object: HubspotObject): string =>
  `${base_url.replace(/\/+$/, '')}/crm/objects/${API_VERSION}/${object}?limit=1`;
