/** What the destination needs to reach one Intercom workspace. */
export type IntercomSettings = {
  /** Of an app that may read and write contacts. */
  readonly access_token: string;
  /** By the region of the workspace, e.g. `https://api.intercom.io` or `https://api.eu.intercom.io`. */
  readonly base_url: string;
};

/** The address of a path of Intercom's API; slashes at the end of the base do not matter. */
export const toUrl = ({ base_url }: Pick<IntercomSettings, 'base_url'>, path: `/${string}`): string =>
  `${base_url.replace(/\/+$/, '')}${path}`;

/** Sent with every request: without a version Intercom takes the one of the workspace, which people change. */
export const toHeaders = ({ access_token }: IntercomSettings): Readonly<Record<string, string>> => ({
  Authorization: `Bearer ${access_token}`,
  'Intercom-Version': '2.14',
  Accept: 'application/json',
});
