import type { Happening } from '../domain/happening.ts';
import type { Store } from '../pipeline/ports.ts';

/** What the door may ask of the store's thread. */
export type RemoteStore = Pick<
  Store,
  | 'accept'
  | 'counts'
  | 'toolCounts'
  | 'verifyCounts'
  | 'suppressionCounts'
  | 'apiCounts'
  | 'probe'
  | 'readGuarded'
  | 'findPeople'
>;
export type Question = keyof RemoteStore | 'stop';

export interface Ask {
  readonly id: number;
  readonly question: Question;
  readonly args: readonly unknown[];
}

/** An error as it crosses the thread: what a caller may decide on, and a message that is safe to print. */
export interface Fault {
  readonly message: string;
  /** Code of the error registry, or of the system. */
  readonly code: string | null;
  /** SQLite's result code. */
  readonly errcode: number | null;
}

export type Answer =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: Fault };

/** What the thread tells unasked. */
export type Notice =
  | { readonly kind: 'ready' }
  /** It could not start, for a reason that a person can mend. */
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'decided'; readonly profiles: number }
  | { readonly kind: 'store_fault'; readonly fault: Fault }
  /** Only where somebody watches; `omitted`: how many more there were than anybody could read. */
  | { readonly kind: 'live'; readonly happenings: readonly Happening[]; readonly omitted: number };

/** What is known of something thrown, in a form that can be posted. */
export const toFault = (error: unknown): Fault => {
  const { code, errcode } = typeof error === 'object' && error !== null ? (error as Partial<Fault>) : {};
  return {
    message: error instanceof Error ? error.message : String(error),
    code: typeof code === 'string' ? code : null,
    errcode: typeof errcode === 'number' ? errcode : null,
  };
};

/** A fault as the error that it was, as far as it crossed. */
export const toError = ({ message, code, errcode }: Fault): Error =>
  Object.assign(new Error(message), { code, ...(errcode === null ? {} : { errcode }) });
