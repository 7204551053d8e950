/** What the destination needs to reach one Iterable project. */
export type IterableSettings = {
  /** Server-side API key of the project, without JWT. */
  readonly api_key: string;
  /** Scheme and host of the data centre: `https://api.iterable.com` or `https://api.eu.iterable.com`. */
  readonly base_url: string;
  /** Campaigns whose scheduled sends are canceled, e.g. `email:101 push:102`; absent or empty: none. */
  readonly cancel_campaigns?: string;
};

/** The address of a path of Iterable's API; slashes at the end of the host do not matter. */
export const toUrl = ({ base_url }: Pick<IterableSettings, 'base_url'>, path: `/${string}`): string =>
  `${base_url.replace(/\/+$/, '')}${path}`;
