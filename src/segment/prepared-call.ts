import type { SegmentCall } from '../pipeline/ports.ts';

/** Segment's limits (HTTP Tracking API). Above them it answers 400 for the whole batch, or 200 and drops it. */
export const MAX_EVENT_BYTES = 32 * 1024;
const MAX_BATCH_BYTES = 500_000;
const MAX_BATCH_CALLS = 2_500;
const MAX_MESSAGE_ID_CHARS = 100;

/** What the SDK adds to each event: `context.library` and `_metadata`, about 150 bytes; the rest is margin. */
const EVENT_OVERHEAD_BYTES = 256;
/** `{"batch":[…],"writeKey":"…","sentAt":"…"}`, with room for a long write key. */
const ENVELOPE_BYTES = 1_024;

/** A private copy of a call: the SDK writes into `context` and serialises `properties` only when it sends. */
export interface PreparedCall {
  readonly call: SegmentCall;
  /** UTF-8 bytes of its JSON as it leaves, an upper bound. */
  readonly bytes: number;
}

type Preparation =
  | { readonly ok: true; readonly prepared: PreparedCall }
  | { readonly ok: false; readonly reason: string };

/**
 * Copies a call and checks what Segment would refuse or drop without a word (it answers 200 to a call without an id).
 * @returns the copy with its size, or why it can never be taken.
 */
export const prepareCall = (call: SegmentCall): Preparation => {
  const defect = findDefect(call);
  if (defect !== null) return { ok: false, reason: defect };
  const json = toJson(call);
  if (json === null) return { ok: false, reason: 'not writable as JSON: it holds a BigInt or a circular reference' };
  const bytes = Buffer.byteLength(json) + EVENT_OVERHEAD_BYTES;
  if (bytes > MAX_EVENT_BYTES) {
    return { ok: false, reason: `${bytes} bytes with the SDK's additions; Segment takes ${MAX_EVENT_BYTES} per event` };
  }
  const copy: SegmentCall = JSON.parse(json);
  return { ok: true, prepared: { call: copy, bytes } };
};

/** Cuts calls, in order, into batches that Segment takes: at most 2,500 events and 500 KB with the envelope. */
export const toBatches = (calls: readonly PreparedCall[]): readonly (readonly PreparedCall[])[] => {
  const batches: PreparedCall[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const prepared of calls) {
    let batch = batches.at(-1);
    if (batch === undefined || bytes + prepared.bytes + 1 > MAX_BATCH_BYTES || batch.length === MAX_BATCH_CALLS) {
      batch = [];
      batches.push(batch);
      bytes = ENVELOPE_BYTES;
    }
    batch.push(prepared);
    bytes += prepared.bytes + 1;
  }
  return batches;
};

const findDefect = (call: SegmentCall): string | null => {
  if (!call.messageId) return 'no messageId';
  if (call.messageId.length > MAX_MESSAGE_ID_CHARS) return `messageId longer than ${MAX_MESSAGE_ID_CHARS} characters`;
  if (!call.userId && !call.anonymousId) return 'neither userId nor anonymousId';
  if (call.type === 'track' && !call.event) return 'a track call without an event name';
  if (call.type === 'group' && !call.groupId) return 'a group call without a groupId';
  return null;
};

/**
 * JSON text without lone surrogates, or null if the call cannot be written. `JSON.stringify` escapes exactly the lone
 * ones; the SDK's size guard (`encodeURI`) throws on them, and the SDK reports what threw as delivered.
 */
const toJson = (call: SegmentCall): string | null => {
  try {
    return JSON.stringify(call).replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) =>
      found === '\\\\' ? found : '\ufffd',
    );
  } catch {
    return null;
  }
};
