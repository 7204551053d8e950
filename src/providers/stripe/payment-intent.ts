import * as z from 'zod';
import type { RawDecline } from '../../domain/decline.ts';
import type { ChargeDeclined, ChargeState } from '../../domain/fact.ts';
import {
  cardOfCharge,
  cardOfSource,
  legacySource,
  methodIdOfCharge,
  paymentDetails,
  refusal,
  toRawDecline,
} from './charge.ts';
import { idOf, invoiceIdOfOrder } from './object-ids.ts';
import { defineReader } from './reader.ts';
import { amountMinor, card, currency, objectId, reference, text, toCard, unixSeconds } from './shapes.ts';

const ownCharge = refusal.extend({ id: objectId, created: unixSeconds.nullish() });

const paymentMethod = z.union([z.string(), z.object({ id: text, card })]).nullish();

const lastPaymentError = z
  .object({
    code: text,
    decline_code: text,
    advice_code: text,
    network_advice_code: text,
    network_decline_code: text,
    charge: reference,
    payment_method: paymentMethod,
    source: legacySource,
  })
  .nullish();

export const paymentIntent = z.object({
  id: objectId,
  status: text,
  amount: amountMinor,
  currency,
  /** Before basil. */
  invoice: reference,
  payment_details: paymentDetails,
  payment_method: paymentMethod,
  last_payment_error: lastPaymentError,
  latest_charge: z.union([z.string(), ownCharge]).nullish(),
  /** Before 2022-11-15, the newest first. */
  charges: z.object({ data: z.array(ownCharge).nullish() }).nullish(),
});
export type PaymentIntent = z.infer<typeof paymentIntent>;

/** `payment_intent.payment_failed`: the only event of the newer shapes that carries the reason and often the invoice. */
export const readIntentFailed = defineReader({
  kinds: ['charge_declined'],
  schema: paymentIntent,
  toFacts: ({ object, origin }) => [toDeclined(object, origin)],
});

/** The refusal that an intent states. */
export const toDeclined = (
  raw: PaymentIntent,
  origin: Pick<ChargeDeclined, 'id' | 'occurredAt' | 'receivedAt'>,
): ChargeDeclined => ({
  ...origin,
  kind: 'charge_declined',
  charge: toChargeState(raw, refusedChargeIdOf(raw)),
  decline: declineOf(raw),
});

/** `payment_intent.succeeded`. */
export const readIntentSucceeded = defineReader({
  kinds: ['charge_succeeded'],
  schema: paymentIntent,
  toFacts: ({ object, origin }) => [{ ...origin, kind: 'charge_succeeded', charge: toSucceeded(object) }],
});

/** The money movement of an intent that succeeded. */
export const toSucceeded = (raw: PaymentIntent): ChargeState => toChargeState(raw, chargeIdOf(raw));

/** The charge itself, where the payload carries it: expanded, or in the legacy list. */
const chargeIn = (raw: PaymentIntent) =>
  (typeof raw.latest_charge === 'object' ? raw.latest_charge : null) ?? raw.charges?.data?.[0] ?? null;

const refusedChargeIn = (raw: PaymentIntent) => {
  const own = chargeIn(raw);
  return own?.id === refusedChargeIdOf(raw) ? own : null;
};

/** When the last charge was made, in Unix seconds; null where the payload does not carry it, or the error is about none. */
export const lastChargedAt = (raw: PaymentIntent): number | null =>
  (raw.last_payment_error == null ? chargeIn(raw) : refusedChargeIn(raw))?.created ?? null;

const chargeIdOf = (raw: PaymentIntent): string | null => idOf(raw.latest_charge) ?? idOf(raw.charges?.data?.[0]);

/**
 * The charge that the error is about. An error without a charge (refused before one was made) has none: the intent's
 * latest is then an older charge, and taking it would merge two refusals into one.
 */
const refusedChargeIdOf = (raw: PaymentIntent): string | null =>
  raw.last_payment_error == null ? chargeIdOf(raw) : idOf(raw.last_payment_error.charge);

const declineOf = (raw: PaymentIntent): RawDecline => {
  const error = raw.last_payment_error;
  const own = refusedChargeIn(raw);
  const byCharge = own === null ? null : toRawDecline(own);
  return {
    declineCode: error?.decline_code ?? byCharge?.declineCode ?? null,
    errorCode: error?.code ?? byCharge?.errorCode ?? null,
    adviceCode: error?.advice_code ?? byCharge?.adviceCode ?? null,
    networkAdviceCode: error?.network_advice_code ?? byCharge?.networkAdviceCode ?? null,
    networkDeclineCode: error?.network_decline_code ?? byCharge?.networkDeclineCode ?? null,
    blockedReason: byCharge?.blockedReason ?? null,
  };
};

const toChargeState = (raw: PaymentIntent, chargeId: string | null): ChargeState => ({
  chargeId,
  paymentIntentId: raw.id,
  invoiceId: idOf(raw.invoice) ?? invoiceIdOfOrder(raw.payment_details?.order_reference),
  amountMinor: raw.amount,
  currency: raw.currency,
  ...methodOf(raw),
});

type Method = Pick<ChargeState, 'card' | 'paymentMethodId'>;

/** Card and id from one place: an id beside the card of another method would misname it. */
const methodOf = (raw: PaymentIntent): Method => {
  const own = refusedChargeIn(raw);
  const error = raw.last_payment_error;
  const places: readonly Method[] = [
    toMethod(error?.payment_method),
    { paymentMethodId: idOf(error?.source), card: cardOfSource(error?.source) },
    toMethod(raw.payment_method),
    ...(own === null ? [] : [{ paymentMethodId: methodIdOfCharge(own), card: cardOfCharge(own) }]),
  ];
  const shown = places.find(({ card }) => card !== null);
  const named = places.find(({ paymentMethodId }) => paymentMethodId !== null);
  return shown ?? named ?? { paymentMethodId: null, card: null };
};

const toMethod = (method: z.infer<typeof paymentMethod>): Method => ({
  paymentMethodId: idOf(method),
  card: typeof method === 'object' ? toCard(method?.card) : null,
});
