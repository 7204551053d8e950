import type { ActionRequired } from '../domain/fact.ts';
import { type Instant, plus } from '../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../domain/policy.ts';
import type { InvoiceLedger } from './invoice.ts';
import { JOIN_WINDOW_MS } from './timeline.ts';

/** A request to confirm a payment that no failure notice came with: by itself no attempt (semantics E2). */
export interface ActionRequest {
  readonly notice: ActionRequired;
  /** Earliest receipt of a notice of that second. */
  readonly receivedAt: Instant;
  /** Until then the failure notice may still come. */
  readonly settlesAt: Instant;
}

const secondOf = ({ occurredAt }: ActionRequired): number => Math.floor(occurredAt / 1000);

const NONE: readonly ActionRequest[] = [];

/** The requests of one invoice that stand alone, one per second, in fold order. */
export const loneRequests = ({ actionRequired, notices }: InvoiceLedger): readonly ActionRequest[] => {
  if (actionRequired.length === 0) return NONE;
  return [...Map.groupBy(actionRequired, secondOf).values()].flatMap(([first, ...again]) => {
    if (first === undefined) return [];
    if (notices.some((notice) => Math.abs(notice.occurredAt - first.occurredAt) <= JOIN_WINDOW_MS)) return [];
    const receivedAt = again.reduce((min, each) => (each.receivedAt < min ? each.receivedAt : min), first.receivedAt);
    return [{ notice: first, receivedAt, settlesAt: plus(receivedAt, SETTLE_WINDOW_MS) }];
  });
};
