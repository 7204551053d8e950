/** What the destination needs to reach one Braze workspace. */
export type BrazeSettings = {
  /** REST API key with the permission `users.track`; `users.export.ids` to read back, `users.delete` to erase people. */
  readonly api_key: string;
  /** Scheme and host of the instance, e.g. `https://rest.fra-01.braze.eu`. */
  readonly endpoint: string;
  /** Never make a profile for someone Braze does not know; false: Braze makes one. */
  readonly update_existing_only: boolean;
};

/** The address of a path of Braze's API; slashes at the end of the endpoint do not matter. */
export const toUrl = ({ endpoint }: Pick<BrazeSettings, 'endpoint'>, path: `/${string}`): string =>
  `${endpoint.replace(/\/+$/, '')}${path}`;
