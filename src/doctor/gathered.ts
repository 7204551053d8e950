import type { Mode } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { ApiAnswer, ApiCounts } from '../pipeline/api/api-ports.ts';
import type { StoreCounts } from '../pipeline/ports.ts';
import type { Survey } from '../pipeline/survey-ports.ts';
import type { Found } from './finding.ts';
import type { ThinDestination, WebhookEndpoint } from './webhook-endpoint.ts';

/** Something that was looked at, or why it was not. */
export type Looked<T> =
  | { readonly read: true; readonly value: T }
  /** `fault`: it should have been there. False: it is not there yet, or nobody gave the key for it. */
  | { readonly read: false; readonly reason: string; readonly fault: boolean };

/** What is set, without any secret. */
export interface Settings {
  readonly mode: 'observe' | 'enforce';
  readonly deliverTestMode: boolean;
  /** Where Stripe's webhooks are taken, as far as this machine knows: its path is right, its host may be a proxy's. */
  readonly webhookPath: string;
  /** Key names of the tools that are written directly, and of those that have no credentials. */
  readonly tools: { readonly written: readonly string[]; readonly off: readonly string[] };
}

/** How this machine's clock stands to another's. */
export interface ClockReading {
  readonly host: string;
  /** This clock less the other, in ms. */
  readonly aheadMs: number;
}

/** What Stripe's API told. */
export interface AtStripe {
  /** Of the key. */
  readonly mode: Mode;
  readonly endpoints: ApiAnswer<readonly WebhookEndpoint[]>;
  readonly thin: ApiAnswer<readonly ThinDestination[]>;
}

/** What one tool with credentials said of itself; null: it has nothing to say of that, or was not asked. */
export interface ToolSeen {
  readonly tool: string;
  /** `fault`: it refuses them. Otherwise it gave no answer. */
  readonly credentials: Looked<true> | null;
  /** What it lacks and what it has otherwise than needed, each in words. */
  readonly setUp: Looked<{ readonly missing: readonly string[]; readonly conflicts: readonly string[] }> | null;
  /** What else stands in the way of deliveries, each with its mend. */
  readonly problems: Looked<readonly { readonly problem: string; readonly mend: string }[]> | null;
}

/** What the store told. */
export interface InStore {
  readonly survey: Survey;
  readonly counts: StoreCounts;
  readonly api: ApiCounts;
}

/** All that the checks look at. */
export interface Gathered {
  readonly now: Instant;
  readonly settings: Looked<Settings>;
  readonly policy: Looked<Policy>;
  /** Signing secrets as they are written: how many, and how many of them do not begin with `whsec_`. */
  readonly secrets: { readonly given: number; readonly misshapen: number };
  readonly clock: Looked<ClockReading>;
  readonly stripe: Looked<AtStripe>;
  readonly tools: Looked<readonly ToolSeen[]>;
  readonly store: Looked<InStore>;
  /** Webhooks that a running relay refused since its start, as it counts them itself. */
  readonly relay: Looked<{ readonly refused: number }>;
  /** Event types that the webhook endpoint should send. */
  readonly subscribe: readonly string[];
}

/** One check: what it finds in what was gathered. Nothing: there was nothing to judge. */
export interface Check {
  readonly name: string;
  readonly find: (gathered: Gathered) => readonly Found[];
}
