import type { Ledger } from '../ledger/ledger.ts';
import { defineTrait } from './trait.ts';

/** What the page is asked for about; the invoice is null while none is owed. */
interface Subject {
  readonly subscription: string | null;
  readonly invoice: string | null;
}

const fill = (template: string, ledger: Ledger, { subscription, invoice }: Subject): string => {
  const places: Readonly<Record<string, string | null>> = {
    account_id: ledger.customer.customer,
    subscription_id: subscription,
    invoice_id: invoice,
    user_id: ledger.userId,
  };
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(places[name] ?? ''));
};

/** Where the customer updates the payment method: the policy's template, else the hosted page of the worst open invoice; null when no episode is open and no card expires, or neither is known. */
export const updatePaymentUrl = defineTrait('update_payment_url', ({ ledger, standing, policy }) => {
  const { lead, stage, cardSubscription } = standing;
  if (lead === null && stage !== 'card_expiring') return null;
  if (policy.updatePaymentUrl === null) return lead?.invoice.latest.hostedUrl ?? null;
  return fill(policy.updatePaymentUrl, ledger, {
    subscription: lead?.episode.subscription ?? cardSubscription,
    invoice: lead?.invoice.id ?? null,
  });
});
