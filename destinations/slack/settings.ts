/** Where alerts go. */
export type SlackSettings = {
  /** Incoming webhook, `https://hooks.slack.com/services/…`. Whoever knows it can post: it is a secret. */
  readonly webhook_url: string;
};
