import type { Tool, ToolSettings } from '../../destination-kit/define-tool.ts';
import type { ToolRecord } from '../../destination-kit/record.ts';

/** What goes wrong with a request that writes. Reads (look-ups before a write, logins) are met only by `status` with `reads`. */
export type ToolFault =
  /** Answered so in the vendor's own envelope, nothing applied. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly reads?: true;
    }
  /** The vendor's own way to say "too many calls". */
  | { readonly kind: 'throttled' }
  /** These subjects are refused for their data, the others taken, in the vendor's own partial answer. */
  | { readonly kind: 'partial'; readonly ids: readonly string[] }
  /** No answer: the socket stays open, or is destroyed. */
  | { readonly kind: 'silence'; readonly applied: boolean; readonly socket: 'open' | 'destroyed' }
  /** Answered as taken, applied only when the test calls `applyLate`, or whoever is given it by `hold` calls it. */
  | { readonly kind: 'late'; readonly hold?: (apply: () => void) => void }
  /** A success status with a body that is not the vendor's. */
  | { readonly kind: 'garbage'; readonly applied: boolean; readonly body: string };

export interface StandInRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; null when there is none. */
  readonly body: unknown;
  /** Null: never answered. */
  readonly status: number | null;
}

/** A strict, stateful vendor on a free loopback port. */
export interface ToolStandIn {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly requests: readonly StandInRequest[];
  /** The next `calls` writes that name one of `holding` (any if absent) meet the fault; answers how to withdraw it. */
  readonly inject: (
    fault: ToolFault,
    when?: { readonly calls?: number; readonly holding?: readonly string[] },
  ) => () => void;
  readonly heal: () => void;
  readonly applyLate: () => void;
  readonly close: () => Promise<void>;
}

/** One tool with its stand-in, as the shared contract suite drives it. */
export interface ToolBench {
  readonly tool: Tool;
  readonly standIn: ToolStandIn;
  /** Settings that reach the stand-in with a good key. */
  readonly settings: ToolSettings;
  /** The same with a key that the vendor refuses. */
  readonly badSettings: ToolSettings;
  /** Makes these subjects known to the vendor before Recoup writes to them, as far as its tool needs that. */
  readonly know: (ids: readonly string[]) => void;
  /** A record of the tool's own subject that says that dunning began; `parts` over it. */
  readonly record: (id: string, parts?: Partial<ToolRecord>) => ToolRecord;
  /** What the vendor holds under Recoup's names, as the vendor writes it; null: it does not know the subject. Cleared values are absent. */
  readonly heldOf: (id: string) => Readonly<Record<string, unknown>> | null;
  /** Ids or names of the events (messages, alerts) that the vendor took of this subject, in order; empty where it takes none. */
  readonly eventsOf: (id: string) => readonly string[];
}

/** Opens a bench; the caller closes its stand-in. `now` is the test's clock, UTC milliseconds. */
export type OpenToolBench = (options: { readonly now: () => number }) => Promise<ToolBench>;
