import { RecoupError } from '../../domain/errors.ts';
import type { NewDeadLetter } from '../../pipeline/ports.ts';

/** The keys by which a person finds the webhook again at the provider. */
export interface DeliveryLabel {
  readonly provider: string;
  readonly merchant: string;
  readonly mode: string;
  readonly eventId: string;
  readonly eventType: string;
}

/** How a delivery's dead letter names what it is about, e.g. `stripe evt_1`. */
export const deliverySubject = ({ provider, eventId }: Pick<DeliveryLabel, 'provider' | 'eventId'>): string =>
  `${provider} ${eventId}`;

/** The dead letter of a delivery that was not understood. The body stays with the delivery. */
export const toDeliveryDeadLetter = (label: DeliveryLabel, reason: string): NewDeadLetter => {
  const { provider, merchant, mode, eventId, eventType } = label;
  const subject = deliverySubject(label);
  const { code, message } = new RecoupError('delivery_not_understood', { subject, reason });
  const payload = JSON.stringify({ provider, merchant, mode, event_id: eventId, event_type: eventType });
  return { kind: 'delivery', subject, code, message, payload, amountMinor: null, currency: null };
};
