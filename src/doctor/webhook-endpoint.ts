import { z } from 'zod';

/** A webhook endpoint as Stripe keeps it. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly enabled: boolean;
  /** Null: the account's default, whatever it is by then. */
  readonly apiVersion: string | null;
  /** `*`: all but those that must be chosen by name. */
  readonly events: readonly string[];
}

/** An event destination that sends thin events, which say what changed and not how it stands. */
export interface ThinDestination {
  readonly id: string;
  readonly enabled: boolean;
  readonly events: readonly string[];
}

const ENDPOINT = z.object({
  id: z.string(),
  url: z.string(),
  status: z.string(),
  api_version: z.string().nullish(),
  enabled_events: z.array(z.string()),
});

const DESTINATION = z.object({
  id: z.string(),
  status: z.string(),
  event_payload: z.string(),
  enabled_events: z.array(z.string()),
});

/** One object of `/v1/webhook_endpoints`; null where it cannot be read. */
export const parseWebhookEndpoint = (object: unknown): WebhookEndpoint | null => {
  const parsed = ENDPOINT.safeParse(object);
  if (!parsed.success) return null;
  const { id, url, status, api_version: apiVersion = null, enabled_events: events } = parsed.data;
  return { id, url, enabled: status === 'enabled', apiVersion, events };
};

/** One object of `/v2/core/event_destinations`; null where it cannot be read or sends whole events. */
export const parseThinDestination = (object: unknown): ThinDestination | null => {
  const parsed = DESTINATION.safeParse(object);
  if (!parsed.success || parsed.data.event_payload !== 'thin') return null;
  const { id, status, enabled_events: events } = parsed.data;
  return { id, enabled: status === 'enabled', events };
};

/** Those that send to a Recoup, whatever host or proxy stands before it. */
export const endpointsHere = (endpoints: readonly WebhookEndpoint[], path: string): readonly WebhookEndpoint[] =>
  endpoints.filter(({ url }) => URL.parse(url)?.pathname.replace(/\/+$/, '').endsWith(path) === true);
