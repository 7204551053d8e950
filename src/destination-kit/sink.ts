import type { Instant } from '../domain/instant.ts';
import type { ToolRecord } from './record.ts';

/** What became of one person's record. */
export type RecordOutcome =
  | { readonly result: 'delivered'; readonly warning: string | null }
  /** Taken by a recorder in the tool's place: final, never sent. */
  | { readonly result: 'recorded' }
  /**
   * The tool does not know the subject and is not to make it: nothing is written and nothing is owed. Whatever changes
   * next is sent as if it were the first time.
   */
  | { readonly result: 'absent'; readonly reason: string }
  /** Not taken now; `at` null: the engine chooses. */
  | { readonly result: 'retry'; readonly at: Instant | null; readonly reason: string }
  /** Refused for what it is. `partly`: some of it was taken nevertheless, so what the tool holds of it is not known. */
  | { readonly result: 'rejected'; readonly reason: string; readonly partly?: true }
  /** It may have been applied. */
  | { readonly result: 'unknown'; readonly reason: string };

/** What became of a whole call. */
export type BatchAnswer =
  /** One outcome for each record, in the order given. */
  | { readonly answer: 'each'; readonly outcomes: readonly RecordOutcome[] }
  /** Nothing was taken, for what it is: to be halved until the guilty record stands alone. `tooLarge`: fewer may pass. */
  | { readonly answer: 'refused'; readonly reason: string; readonly tooLarge: boolean }
  /** Nothing was taken, too many calls; `until` null where the tool does not say. */
  | { readonly answer: 'throttled'; readonly until: Instant | null; readonly reason: string }
  /** Nothing was taken; the tool is out of order. */
  | { readonly answer: 'unavailable'; readonly reason: string }
  /** No answer, or one that does not tell whether it was applied. */
  | { readonly answer: 'unknown'; readonly reason: string }
  /** The tool refuses us (key, permission, address): a person must act. */
  | { readonly answer: 'stopped'; readonly reason: string };

/** A tool, ready to take records. Made from an Actions destination and its settings, or its recorder. */
export interface ToolSink {
  /** Key of the tool, e.g. `braze`. */
  readonly tool: string;
  readonly limits: {
    /** Objects per call, counted by `objectsOf`. */
    readonly objects: number;
    /** Bytes of a call's body. */
    readonly bytes: number;
    readonly callsPerSecond: number;
  };
  readonly objectsOf: (record: ToolRecord) => number;
  /** Whether an event of unknown outcome is sent again: the tool deduplicates, or its recipe says how often one may re-enter (semantics G3). */
  readonly resendsUnknownEvents: boolean;
  /** Sends one call. Never rejects: a fault is an answer. */
  readonly send: (records: readonly ToolRecord[]) => Promise<BatchAnswer>;
  readonly close: () => Promise<void>;
}
