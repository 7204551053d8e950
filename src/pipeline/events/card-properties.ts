import type { Card } from '../../domain/fact.ts';

const lastDayOfMonth = (year: number, month: number): string =>
  new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);

/** What events say of a card; all null where it is none or was never shown. */
export const cardProperties = (card: Card | null) => ({
  card_brand: card?.brand ?? null,
  card_last4: card?.last4 ?? null,
  card_expiry_date: card?.expYear && card.expMonth ? lastDayOfMonth(card.expYear, card.expMonth) : null,
});
