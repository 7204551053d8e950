import * as z from 'zod';
import type { Card, Fact } from '../../domain/fact.ts';
import { defineReader, type Reader, type Statement } from './reader.ts';
import { card, cardFields, text, toCard } from './shapes.ts';

const paymentMethod = z.object({ id: z.string().min(1), card });

/** A legacy card, or a source object around one. */
const source = z.object({ id: z.string().min(1), object: text, ...cardFields, card });

type Observed = Statement<{ readonly id: string }>;

const toFact = ({ object, origin }: Observed, shown: Card | null, detached: boolean): Fact => ({
  ...origin,
  kind: 'payment_method_observed',
  paymentMethodId: object.id,
  card: shown,
  detached,
  cause: detached ? 'detached' : 'updated',
  previousCard: null,
});

const defineMethodReader = (detached: boolean): Reader =>
  defineReader({
    kinds: ['payment_method_observed'],
    schema: paymentMethod,
    toFacts: (said) => [toFact(said, toCard(said.object.card), detached)],
  });

const defineSourceReader = (detached: boolean): Reader =>
  defineReader({
    kinds: ['payment_method_observed'],
    schema: source,
    toFacts: (said) => {
      const shown = toCard(said.object.object === 'card' ? said.object : said.object.card);
      return shown === null ? 'a source that is no card' : [toFact(said, shown, detached)];
    },
  });

/** `payment_method.attached`, `.updated` and `.automatically_updated`: the last is the card network's doing. */
export const readMethod = defineMethodReader(false);

/** `payment_method.detached`: it can no longer be charged. */
export const readMethodDetached = defineMethodReader(true);

/** `customer.source.created`, `.updated` and `.expiring`: cards only; bank accounts do not expire. */
export const readSource = defineSourceReader(false);

/** `customer.source.deleted`. */
export const readSourceDeleted = defineSourceReader(true);
