import { HOUR_MS, type Instant, toIso } from '../../domain/instant.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';
import type { NewDelivery } from '../ports.ts';

/** What was found is told this often at most: an endpoint that lacks a type misses some in every round. */
const TELL_EVERY_MS = HOUR_MS;

/** Adds up what the reconciler found, and tells it. */
export const makeFindings = (log: DeliveryLog) => {
  let count = 0;
  let oldest: Instant | null = null;
  let toldAt: Instant | null = null;
  return {
    add: (deliveries: readonly NewDelivery[]): void => {
      for (const { keys } of deliveries) {
        count += 1;
        if (oldest === null || keys.occurredAt < oldest) oldest = keys.occurredAt;
      }
    },
    tell: (now: Instant): void => {
      if (oldest === null || (toldAt !== null && now - toldAt < TELL_EVERY_MS)) return;
      log.warn(
        { count, since: toIso(oldest) },
        'Found webhooks that never arrived, and took them in; check the endpoint and its event types at the provider',
      );
      count = 0;
      oldest = null;
      toldAt = now;
    },
  };
};
