import type { EventContext, PlannedEvent } from './event.ts';
import { paymentMethodExpiring } from './payment-method-expiring.ts';
import { paymentMethodUpdated } from './payment-method-updated.ts';

/** The events of an account's cards. */
export const cardEvents = (context: EventContext): readonly PlannedEvent[] => [
  ...context.ledger.cardExpiries.map((expiry) => paymentMethodExpiring(context, expiry)),
  ...context.ledger.methodUpdates.map((update) => paymentMethodUpdated(context, update)),
];
