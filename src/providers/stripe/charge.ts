import * as z from 'zod';
import type { RawDecline } from '../../domain/decline.ts';
import type { Card, ChargeState } from '../../domain/fact.ts';
import { idOf, invoiceIdOfOrder } from './object-ids.ts';
import { defineReader } from './reader.ts';
import {
  amountMinor,
  card,
  cardFields,
  currency,
  flag,
  methodReference,
  objectId,
  reference,
  text,
  toCard,
  unixSeconds,
} from './shapes.ts';

/** Where a card hides: `payment_method_details.card`, a legacy card source, or a legacy source object around one. */
export const legacySource = z.union([z.string(), z.object({ id: text, ...cardFields, object: text, card })]).nullish();

const outcome = z
  .object({ type: text, reason: text, advice_code: text, network_advice_code: text, network_decline_code: text })
  .nullish();

export const paymentDetails = z.object({ order_reference: text }).nullish();

/** The part of a charge that says why it was refused and with which card; also where an intent carries its charge. */
export const refusal = z.object({
  failure_code: text,
  outcome,
  payment_method_details: z.object({ card }).nullish(),
  payment_method: methodReference,
  source: legacySource,
});
type Refusal = z.infer<typeof refusal>;

export const charge = refusal.extend({
  id: objectId,
  status: text,
  created: unixSeconds.nullish(),
  amount: amountMinor,
  currency,
  payment_intent: reference,
  /** Before basil. */
  invoice: reference,
  payment_details: paymentDetails,
  refunded: flag,
});
export type Charge = z.infer<typeof charge>;

/** `charge.failed`. */
export const readChargeFailed = defineReader({
  kinds: ['charge_declined'],
  schema: charge,
  toFacts: ({ object, origin }) => [
    { ...origin, kind: 'charge_declined', charge: toChargeState(object), decline: toRawDecline(object) },
  ],
});

/** `charge.succeeded`. */
export const readChargeSucceeded = defineReader({
  kinds: ['charge_succeeded'],
  schema: charge,
  toFacts: ({ object, origin }) => [{ ...origin, kind: 'charge_succeeded', charge: toChargeState(object) }],
});

/** The card that a charge was made with. */
export const cardOfCharge = (raw: Pick<Refusal, 'payment_method_details' | 'source'>): Card | null =>
  toCard(raw.payment_method_details?.card) ?? cardOfSource(raw.source);

/** The stored payment method that a charge was made with. A legacy card is named in both places by the same id. */
export const methodIdOfCharge = (raw: Pick<Refusal, 'payment_method' | 'source'>): string | null =>
  idOf(raw.payment_method) ?? idOf(raw.source);

/** The card in a legacy source; null where the source is only an id or no card. */
export const cardOfSource = (source: z.infer<typeof legacySource>): Card | null =>
  typeof source === 'object' ? (toCard(source) ?? toCard(source?.card)) : null;

/** Outcomes whose reason is the issuer's decline code; in others it is Radar's or none. */
const STATES_DECLINE_CODE: ReadonlySet<string> = new Set(['issuer_declined', 'invalid']);

/**
 * Why a charge was refused, raw. A blocked charge shows a generic decline code outside its outcome, so the outcome's
 * reason is kept apart; a block without a reason is kept as `blocked`.
 */
export const toRawDecline = ({
  failure_code,
  outcome: said,
}: Pick<Refusal, 'failure_code' | 'outcome'>): RawDecline => ({
  declineCode: said != null && STATES_DECLINE_CODE.has(said.type ?? '') ? (said.reason ?? null) : null,
  errorCode: failure_code ?? null,
  adviceCode: said?.advice_code ?? null,
  networkAdviceCode: said?.network_advice_code ?? null,
  networkDeclineCode: said?.network_decline_code ?? null,
  blockedReason: said?.type === 'blocked' ? (said.reason ?? 'blocked') : null,
});

/** The money movement that a charge states. */
export const toChargeState = (raw: Charge): ChargeState => ({
  chargeId: raw.id,
  paymentIntentId: idOf(raw.payment_intent),
  invoiceId: idOf(raw.invoice) ?? invoiceIdOfOrder(raw.payment_details?.order_reference),
  amountMinor: raw.amount,
  currency: raw.currency,
  card: cardOfCharge(raw),
  paymentMethodId: methodIdOfCharge(raw),
});
