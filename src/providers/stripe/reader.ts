import type * as z from 'zod';
import type { Fact, FactKind } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import type { NormaliseContext, Reading } from '../provider.ts';
import { explainIssue, type StripeEvent } from './event.ts';
import { objectIds } from './object-ids.ts';

/** Reads the events of one kind: which facts they can state, and how. */
export interface Reader {
  readonly kinds: readonly FactKind[];
  readonly read: (event: StripeEvent, context: NormaliseContext) => Reading;
}

/** What every fact of an event shares. */
interface FactOrigin {
  readonly id: string;
  readonly occurredAt: Instant;
  readonly receivedAt: Instant;
}

/** An event whose object has been checked. */
export interface Statement<T> {
  readonly object: T;
  readonly event: StripeEvent;
  readonly origin: FactOrigin;
  readonly userIdKeys: readonly string[];
  readonly contactKeys: readonly string[];
}

interface ReaderDefinition<T> {
  readonly kinds: readonly FactKind[];
  /** Only the fields that are read; everything else in a payload is free to change. */
  readonly schema: z.ZodType<T>;
  /** The facts, or the reason why nothing follows. */
  readonly toFacts: (statement: Statement<T>) => readonly Fact[] | string;
}

/** A reader that checks the event's object by `schema` and answers a dead letter, not an exception, if it does not fit. */
export const defineReader = <T>({ kinds, schema, toFacts }: ReaderDefinition<T>): Reader => ({
  kinds,
  read: (event, context) => {
    const parsed = schema.safeParse(event.object);
    if (!parsed.success) return { end: 'dead_letter', error: misfit(event, explainIssue(parsed.error, 'data.object')) };
    const origin = { id: event.id, occurredAt: event.createdAt, receivedAt: context.receivedAt };
    const facts = toFacts({
      object: parsed.data,
      event,
      origin,
      userIdKeys: context.userIdKeys,
      contactKeys: context.contactKeys,
    });
    if (typeof facts === 'string') return { end: 'ignored', reason: facts };
    return { end: 'understood', facts: facts.map(numbered), references: objectIds(event.object) };
  },
});

/** One event may state several things; each has an id of its own. */
const numbered = (fact: Fact, index: number): Fact => (index === 0 ? fact : { ...fact, id: `${fact.id}#${index + 1}` });

const misfit = (event: StripeEvent, issue: string): string =>
  `${event.type} ${event.id} cannot be read: ${issue}. It is kept; replay it once this shape is supported.`;
