/** What the destination needs to reach one Zendesk account. */
export type ZendeskSettings = {
  /** e.g. `https://acme.zendesk.com` */
  readonly base_url: string;
  /** Of the agent whose token it is; an admin's where fields are to be made. */
  readonly email: string;
  readonly api_token: string;
};

/** The address of a path of Zendesk's API; slashes at the end of the base do not matter. */
export const toUrl = ({ base_url }: Pick<ZendeskSettings, 'base_url'>, path: `/${string}`): string =>
  `${base_url.replace(/\/+$/, '')}/api/v2${path}`;

/** Basic authentication with an API token. */
export const toAuthorization = ({ email, api_token }: ZendeskSettings): string =>
  `Basic ${Buffer.from(`${email}/token:${api_token}`).toString('base64')}`;
