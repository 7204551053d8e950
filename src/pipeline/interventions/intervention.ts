import type { CustomerKey } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { UserTraits } from '../../generated/tracking-plan.ts';
import type { OperatorAction } from '../../interventions/operator/operator-body.ts';
import type { Hold } from '../../ledger/hold.ts';

/** When a hold lapses by itself: after a time from now in ms, or at an instant. */
export type Expiry = { readonly forMs: number } | { readonly until: Instant };

/** What an operator wants done about a customer. */
export interface OperatorRequest {
  readonly action: OperatorAction;
  /** A user id or anonymous id: all billing customers of the person; a billing customer id: that one. */
  readonly id: string;
  /** The same again changes nothing; for more accounts than at first it is stored for those alone. */
  readonly requestId: string;
  readonly actor: string | null;
  readonly reason: string | null;
  /** Of a resume: which hold, null the one that `hold` places, `all` every one of operators. Else: its name, null the usual one. */
  readonly holdId: string | null;
  /** Null: a hold lasts `HOLD_MS`, an exclusion until it is lifted. */
  readonly expiry: Expiry | null;
  /** Of a mark: this episode only. */
  readonly episode: string | null;
}

/** What became of one billing customer. */
interface IntervenedAccount {
  readonly customer: CustomerKey;
  /** What holds it back now, of every source. */
  readonly holds: readonly Hold[];
  /** Of a mark: the invoices that it settled. */
  readonly invoices: readonly string[];
}

/** What became of a person, and how they stand with it. */
export interface IntervenedPerson extends Pick<UserTraits, 'dunning_status' | 'dunning_stage' | 'suppression_reason'> {
  readonly userId: string | null;
  readonly accounts: readonly IntervenedAccount[];
}

/** Stored, durably; the loop does the rest. */
export interface Intervened {
  readonly ok: true;
  readonly action: OperatorAction;
  readonly requestId: string;
  /** When it was said. */
  readonly at: Instant;
  /** The same request was stored before: nothing was added. */
  readonly repeated: boolean;
  readonly people: readonly IntervenedPerson[];
}

/**
 * `unknown`: nobody has the id. `invalid`: it cannot be done to anybody. `conflict`: it does not fit how the customer
 * stands, or the request id was used for something else.
 */
export interface NotIntervened {
  readonly ok: false;
  readonly code: 'unknown' | 'invalid' | 'conflict';
  /** For a person: what is wrong and what to do. It names nobody. */
  readonly message: string;
}
