import type { ReaderName } from './readers.ts';

/** What becomes of one event type: the function that reads it, or why nothing follows from it. */
export type EventEnd = { readonly reader: ReaderName } | { readonly ignored: string };
