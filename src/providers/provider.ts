import type { DeclineTaxonomy } from '../domain/decline.ts';
import type { DeliveryKeys, Fact } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';

/** A signature check's answer. `reason` is for the log; the caller answers 400 whatever it is. */
export type Verification = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What the door can tell of a correctly signed body, without deciding anything. */
export type Admission =
  /** To be read by the loop. */
  | { readonly end: 'unread'; readonly keys: DeliveryKeys }
  /** Understood well enough to know that nothing follows from it. */
  | { readonly end: 'ignored'; readonly keys: DeliveryKeys; readonly reason: string }
  /** Not understood: kept, with what is wrong and what to do. `keys.eventId` is a content hash if the body has no id. */
  | { readonly end: 'dead_letter'; readonly keys: DeliveryKeys; readonly error: string }
  /** It names what happened and carries nothing of it: to be looked up at the provider, visibly waiting until then. */
  | { readonly end: 'look_up'; readonly keys: DeliveryKeys; readonly thin: ThinNotice };

/**
 * A notice that carries ids only. How it is resolved: with `snapshotEvent`, fetch that event and store it as what it is,
 * under its own id (it may have come already). Else fetch `relatedObject.url` and store a snapshot event of type
 * `lookup.<object>` with `notice: { id, type, created }` beside `data`, `created` in Unix seconds of `createdAt`: the
 * normaliser then reads the object as that notice states it, dated when it happened.
 */
export interface ThinNotice {
  readonly id: string;
  readonly type: string;
  readonly createdAt: Instant;
  /** The connected account that it is about; the empty string for the platform itself. */
  readonly account: string;
  /** Null for the few notices that are about no object. */
  readonly relatedObject: { readonly type: string; readonly id: string; readonly url: string } | null;
  /** The id of the full event about the same, where the provider made one. */
  readonly snapshotEvent: string | null;
}

/** What a delivery says, or why it says nothing. */
export type Reading =
  | {
      readonly end: 'understood';
      readonly facts: readonly Fact[];
      /** Object ids (invoice, intent, charge, subscription, payment method) that belong to this customer from now on. */
      readonly references: readonly string[];
    }
  | { readonly end: 'ignored'; readonly reason: string }
  | { readonly end: 'dead_letter'; readonly error: string };

export interface VerifyInput {
  readonly rawBody: Uint8Array;
  /** Lower-case names; an array where the client sent the header more than once. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Every active secret: a rotation has two. */
  readonly secrets: readonly string[];
  readonly now: Instant;
}

/** A billing system's adapter: bytes to facts. Pure: no clock, no I/O. */
export interface Provider {
  /** As in `/webhooks/:provider`. */
  readonly name: string;
  /** Changes when the same delivery would yield other facts; part of the ruleset's hash. */
  readonly version: string;
  readonly taxonomy: DeclineTaxonomy;
  readonly verify: (input: VerifyInput) => Verification;
  readonly admit: (rawBody: string, receivedAt: Instant) => Admission;
  readonly normalise: (rawBody: string, context: NormaliseContext) => Reading;
}

export interface NormaliseContext {
  readonly receivedAt: Instant;
  /** Metadata keys that may hold the user id, in order. */
  readonly userIdKeys: readonly string[];
  /** Metadata keys of a customer that list further users. */
  readonly contactKeys: readonly string[];
}
