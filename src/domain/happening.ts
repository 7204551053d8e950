import type { Instant } from './instant.ts';

/** One thing that came in or went out, as somebody who watches a relay sees it. Ids only: no addresses, no secrets. */
export interface Happening {
  readonly at: Instant;
  readonly direction: 'in' | 'out';
  /** The other side: a provider, `segment`, or a tool. */
  readonly party: string;
  /** The billing customer or the user; null where nobody is named. */
  readonly who: string | null;
  /** `invoice.payment_failed`, `track payment_failed`, `entered dunning_retrying`, `in_dunning=true (+3)`. */
  readonly what: string;
  /** `kept`: recorded here and never sent. `trouble`: refused, or not known to have arrived. */
  readonly end: 'done' | 'kept' | 'trouble';
  /** What else a person should know; null when nothing. */
  readonly note: string | null;
}
