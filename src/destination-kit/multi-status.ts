import type { MultiStatusResponse } from '@segment/actions-core';
import { loadCore } from './core.ts';
import { toReason } from './reason.ts';
import type { RecordOutcome } from './sink.ts';

type Sent = Readonly<Record<string, unknown>>;

/** What an action knows of one record of a call that was taken. */
export type ActionOutcome = Extract<
  RecordOutcome,
  { readonly result: 'delivered' | 'absent' | 'retry' | 'rejected' | 'unknown' }
>;

/** How the framework tells each result of a batch, as far as it is read here. */
export interface StatusNode {
  readonly status?: number;
  readonly errormessage?: string;
  readonly body?: unknown;
}

const STATUSES = { rejected: 400, retry: 429, unknown: 500 } as const;

/**
 * Outcomes in the words of the framework, so that any host understands them: 200 taken or left out, 400 refused for good,
 * 429 not taken now, 500 to be tried again.
 * @param sent the payload of each outcome, in the same order.
 */
export const toMultiStatus = (outcomes: readonly ActionOutcome[], sent: readonly Sent[]): MultiStatusResponse => {
  const response = new (loadCore().MultiStatusResponse)();
  outcomes.forEach((outcome, index) => {
    const shared = { sent: { ...sent[index] } as Record<string, string> };
    if (outcome.result === 'delivered')
      response.setSuccessResponseAtIndex(index, { status: 200, body: { warning: outcome.warning }, ...shared });
    else if (outcome.result === 'absent')
      response.setSuccessResponseAtIndex(index, { status: 200, body: { absent: outcome.reason }, ...shared });
    else {
      const status = STATUSES[outcome.result];
      const body = { partly: outcome.result === 'rejected' && outcome.partly === true };
      response.setErrorResponseAtIndex(index, { status, errormessage: outcome.reason, body, ...shared });
    }
  });
  return response;
};

/** The outcome that a result of the framework tells; what it does not tell may have been applied. */
export const toOutcome = (node: StatusNode | undefined): RecordOutcome => {
  const status = node?.status ?? 0;
  const reason = toReason(node?.errormessage ?? (node ? `status ${status}` : 'the action told nothing'));
  if (status >= 200 && status < 300) return toTaken(node?.body);
  if (status === 429) return { result: 'retry', at: null, reason };
  if (status >= 400 && status < 500 && status !== 408)
    return { result: 'rejected', reason, ...(isPartly(node?.body) ? { partly: true } : {}) };
  return { result: 'unknown', reason };
};

const toTaken = (body: unknown): RecordOutcome => {
  const absent = textIn(body, 'absent');
  return absent === null
    ? { result: 'delivered', warning: textIn(body, 'warning') }
    : { result: 'absent', reason: absent };
};

const isPartly = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'partly' in body && body.partly === true;

const textIn = (body: unknown, name: string): string | null => {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : null;
  return typeof value === 'string' ? toReason(value) : null;
};
