import type { ApiObject } from './json.ts';
import type { Filter } from './query.ts';

/** Objects of one kind, newest first; made only when they are asked for, so that a million of them cost no memory. */
export interface Listing {
  readonly size: number;
  readonly at: (index: number) => ApiObject;
  /** -1 where there is none. */
  readonly indexOf: (id: string) => number;
}

/** What one Stripe account holds. */
export interface StripeBook {
  /**
   * Those of a kind that pass the filter.
   * @param type as in the `object` member, e.g. `invoice`, `event`.
   */
  readonly list: (type: string, filter: Filter) => Listing;
  readonly find: (id: string) => ApiObject | undefined;
}

/** A listing of objects at hand. */
export const listingOf = (objects: readonly ApiObject[]): Listing => ({
  size: objects.length,
  at: (index) => objects[index] ?? {},
  indexOf: (id) => objects.findIndex((object) => object.id === id),
});
