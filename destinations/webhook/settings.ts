/** Where events go and what they are signed with. */
export type WebhookSettings = {
  /** Address of the receiver, `https://…`; it may carry a token and is told to nobody. */
  readonly url: string;
  /** `whsec_` and 24 to 64 random bytes in base64. */
  readonly secret: string;
};

const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** The key of a secret as Standard Webhooks writes it; null when it is none. */
export const parseSecret = (secret: string): Buffer | null => {
  const text = secret.trim().replace(/^whsec_/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : null;
};
