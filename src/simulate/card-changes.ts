import { SECOND_MS } from '../domain/instant.ts';
import type { Happening, InvoiceStory } from './invoice-story.ts';
import { subscriptionFields } from './invoice-story.ts';
import { idSuffix, type StripeAccount } from './stripe-account.ts';
import { paymentMethodId } from './stripe-charge-object.ts';
import { customerUpdated, paymentMethodAttached, paymentMethodRenewed, subscriptionUpdated } from './stripe-events.ts';

/** Years that a new card is valid beyond the old. */
const NEW_CARD_YEARS = 4;

const laterYear = ({ card }: StripeAccount): number => (card?.expYear ?? 2031) + NEW_CARD_YEARS;

/** The account after its customer gave another card, which fills both slots. */
export const withNewCard = (account: StripeAccount): StripeAccount => ({
  ...account,
  paymentMethod: `pm_${idSuffix(account.customer)}n`,
  card: { ...account.card, last4: '1881', expYear: laterYear(account) },
});

/** The account after the card network renewed the card in place. */
export const withRenewedCard = (account: StripeAccount): StripeAccount => ({
  ...account,
  card: { ...account.card, expYear: laterYear(account) },
});

/** A renewal of a subscription that runs: Stripe tells the subscription's new period. */
export const subscriptionRenewed = (story: InvoiceStory, at: number): Happening => ({
  at,
  event: subscriptionUpdated(story.account, { ...subscriptionFields(story), at, previous: { latest_invoice: null } }),
});

/** The customer of `story` gives another card: it is attached, and both slots are pointed at it. */
export const cardReplaced = (story: InvoiceStory, at: number): readonly Happening[] => {
  const account = withNewCard(story.account);
  const before = paymentMethodId(story.account);
  const setAt = at + SECOND_MS;
  const subscription = {
    ...subscriptionFields(story),
    at: setAt,
    previous: { default_payment_method: before },
    automatic: false,
  };
  return [
    { at, event: paymentMethodAttached(account, { at }) },
    {
      at: setAt,
      event: customerUpdated(account, {
        at: setAt,
        previous: { invoice_settings: { default_payment_method: before } },
      }),
    },
    { at: setAt, event: subscriptionUpdated(account, subscription) },
  ];
};

/** The card network renews the card of `story`: same method, later expiry. */
export const cardRenewed = ({ account }: InvoiceStory, at: number): readonly Happening[] => [
  { at, event: paymentMethodRenewed(withRenewedCard(account), { at, previousCard: account.card ?? {} }) },
];
