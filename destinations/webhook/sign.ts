import { createHmac } from 'node:crypto';

/** One attempt to deliver one event. */
export interface Attempt {
  /** The event's id, the same in every attempt. */
  readonly id: string;
  /** Of the attempt, seconds since 1970: a receiver refuses what is more than minutes from its own clock. */
  readonly timestamp: number;
  /** Exactly the text that is sent. */
  readonly body: string;
}

/** The headers of Standard Webhooks, signed with HMAC-SHA256 (`v1`). */
export const toSignedHeaders = ({ id, timestamp, body }: Attempt, key: Buffer): Readonly<Record<string, string>> => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
});
