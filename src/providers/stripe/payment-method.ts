import * as z from 'zod';
import type { Card, Fact, PaymentMethodObserved } from '../../domain/fact.ts';
import { defineReader, type Reader, type Statement } from './reader.ts';
import { card, cardFields, objectId, text, toCard, toCardBefore } from './shapes.ts';

const paymentMethod = z.object({ id: objectId, card });

/** A legacy card, or a source object around one. */
const source = z.object({ id: objectId, object: text, ...cardFields, card });

/** A stored payment method of either age, as a list gives it. */
const stored = source;

type Cause = PaymentMethodObserved['cause'];

interface Shown {
  readonly card: Card | null;
  readonly previousCard: Card | null;
  readonly cause: Cause;
}

const toFact = ({ object, origin }: Statement<{ readonly id: string }>, shown: Shown): Fact => ({
  ...origin,
  kind: 'payment_method_observed',
  paymentMethodId: object.id,
  detached: shown.cause === 'detached',
  ...shown,
});

/** Legacy cards carry the card's fields themselves, all else carries a card. */
const cardIn = (object: z.infer<typeof stored>): Card | null => toCard(object.object === 'card' ? object : object.card);

const methodReader = (cause: Cause): Reader =>
  defineReader({
    kinds: ['payment_method_observed'],
    schema: paymentMethod,
    toFacts: (said) => [
      toFact(said, {
        card: toCard(said.object.card),
        previousCard: toCardBefore(said.event.previousAttributes.card),
        cause,
      }),
    ],
  });

const sourceReader = (causeOf: (automatic: boolean) => Cause): Reader =>
  defineReader({
    kinds: ['payment_method_observed'],
    schema: source,
    toFacts: (said) => {
      const { previousAttributes: before, automatic } = said.event;
      const shown = cardIn(said.object);
      if (shown === null) return 'a source that is no card';
      const previousCard = toCardBefore(said.object.object === 'card' ? before : before.card);
      return [toFact(said, { card: shown, previousCard, cause: causeOf(automatic) })];
    },
  });

/** `payment_method.attached`. */
export const readMethodAttached = methodReader('attached');

/** `payment_method.updated`: through the API. */
export const readMethodUpdated = methodReader('updated');

/** `payment_method.automatically_updated`: the card network's doing. */
export const readMethodRenewed = methodReader('network');

/** `payment_method.detached`: it can no longer be charged. */
export const readMethodDetached = methodReader('detached');

/** A payment method, legacy card or source as a list of the API gives it. */
export const readMethodSeen = defineReader({
  kinds: ['payment_method_observed'],
  schema: stored,
  toFacts: (said) => [toFact(said, { card: cardIn(said.object), previousCard: null, cause: 'seen' })],
});

/** `customer.source.created`: cards only; bank accounts do not expire. */
export const readSourceAttached = sourceReader(() => 'attached');

/** `customer.source.updated`: without a request it is the card network's doing. */
export const readSourceUpdated = sourceReader((automatic) => (automatic ? 'network' : 'updated'));

/** `customer.source.expiring`: at the end of the month. */
export const readSourceExpiring = sourceReader(() => 'expiring');

/** `customer.source.deleted`. */
export const readSourceDeleted = sourceReader(() => 'detached');
