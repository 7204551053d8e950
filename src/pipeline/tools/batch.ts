import type { ToolRecord } from '../../destination-kit/record.ts';
import type { Dispatch } from './to-record.ts';

/** A dispatch that has something to send. */
export interface Sendable extends Dispatch {
  readonly record: ToolRecord;
}

/** Most that one call carries. */
export interface BatchLimits {
  readonly records: number;
  /** As the tool counts them. */
  readonly objects: number;
  /** Of UTF-8 JSON. */
  readonly bytes: number;
}

/** Whether anything is left to send of it. */
export const isSendable = (dispatch: Dispatch): dispatch is Sendable => dispatch.record !== null;

/**
 * The next call: as many as fit, in the order given (urgent first), at least one if any: a record that is too large by
 * itself is for the tool to refuse. Of two rows of one person only the first goes, for a tool reads a call's objects in
 * an order of its own.
 */
export const toBatch = (
  dispatches: readonly Sendable[],
  objectsOf: (record: ToolRecord) => number,
  limits: BatchLimits,
): readonly Sendable[] => {
  const batch: Sendable[] = [];
  const people = new Set<string>();
  let objects = 0;
  let bytes = 0;
  for (const dispatch of dispatches) {
    const { record } = dispatch;
    if (people.has(record.userId)) continue;
    objects += objectsOf(record);
    bytes += Buffer.byteLength(JSON.stringify(record));
    const isFull = batch.length >= limits.records || objects > limits.objects || bytes > limits.bytes;
    if (isFull && batch.length > 0) break;
    people.add(record.userId);
    batch.push(dispatch);
  }
  return batch;
};

/** Two halves of a batch of at least two. */
export const toHalves = (batch: readonly Sendable[]): readonly (readonly Sendable[])[] => {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
};
