/** What Stripe's webhooks cannot tell, and what follows from that here. Printed in `docs/providers.md`. */
export const STRIPE_CANNOT_TELL: readonly string[] = [
  'Why an attempt failed, in one event: `invoice.payment_failed` carries no reason. It comes from `charge.failed` or `payment_intent.payment_failed`, joined by the invoice link of legacy shapes, by `payment_details.order_reference` (seen since late 2025, not promised by Stripe), or by `invoice_payment.paid`. Where no link exists the reason stays `unknown`.',
  'Whether a payment method was missing: only legacy notices (`charge: null`) show that no charge was made. Invoices since 2025-03-31.basil do not name their charge at all.',
  'Whether an invoice was paid out of band, since basil: `paid_out_of_band` is gone. An `invoice.paid` without `invoice.payment_succeeded` is the only sign.',
  'Whether a scheduled retry was executed: `attempt_count` grows with every scheduled retry, executed or not, and not with manual attempts. Charges prove execution.',
  'That an attempt was the last one: a null `next_payment_attempt` means that no retry is known. Accounts with automations get the date in `invoice.updated` instead. Stripe says that it gave up by `status_details` (since 2026-09-30.endive), by the subscription becoming `unpaid`, or by an aborted schedule.',
  'The plan on an invoice, since basil: prices come as ids. `plan_id` metadata and lookup keys are read from the subscription, which carries its prices.',
  'Whose charge, intent or dispute it is, sometimes: without `customer` a delivery waits under its object ids until another names them.',
  'That a card is about to expire, for payment methods: `customer.source.expiring` exists for legacy cards only. The expiry is computed from the card that will be charged.',
  'The card in a slot, before anything showed it: customers and subscriptions name their payment method by its id. The card comes with the method’s own events and with charges; until then nothing is said of its expiry.',
  'The order of events within one second: `created` has whole seconds.',
  'Why a subscription ended, before 2022-11-15: there are no `cancellation_details`.',
  'The status of an invoice before 2018-11-08: it is derived from `paid` and `forgiven`.',
  'Anything in a thin event: it carries no data. What it names is looked up with `STRIPE_API_KEY`, and waits visibly without one.',
];
