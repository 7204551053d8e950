import { defineTrait } from './trait.ts';

/** Where the customer updates the payment method: the policy's template, else the hosted page of the worst open invoice; null when no episode is open or neither is known. */
export const updatePaymentUrl = defineTrait('update_payment_url', ({ ledger, standing: { lead }, policy }) => {
  if (lead === null) return null;
  if (policy.updatePaymentUrl === null) return lead.invoice.latest.hostedUrl;
  const places: Readonly<Record<string, string | null>> = {
    account_id: ledger.customer.customer,
    subscription_id: lead.episode.subscription,
    invoice_id: lead.invoice.id,
    user_id: ledger.userId,
  };
  return policy.updatePaymentUrl.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(places[name] ?? ''));
});
