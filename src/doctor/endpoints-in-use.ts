import type { Gathered } from './gathered.ts';
import { endpointsHere, type WebhookEndpoint } from './webhook-endpoint.ts';

/** The enabled endpoints that send here; null where Stripe was not asked or did not tell. */
export const endpointsInUse = ({ stripe, settings }: Gathered): readonly WebhookEndpoint[] | null => {
  if (!stripe.read || !settings.read || stripe.value.endpoints.result !== 'found') return null;
  return endpointsHere(stripe.value.endpoints.value, settings.value.webhookPath).filter(({ enabled }) => enabled);
};

/** Does one of them send this type. */
export const sends = (endpoints: readonly WebhookEndpoint[], type: string): boolean =>
  endpoints.some(({ events }) => events.includes(type) || events.includes('*'));
