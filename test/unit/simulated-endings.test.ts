import { expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { simulate } from '../../src/simulate/model.ts';

const { deliveries } = simulate({ seed: 1, customers: 300, days: 60, startsAt: instant(Date.UTC(2026, 0, 1)) });
interface Cancellation {
  readonly reason: string;
  readonly feedback: string | null;
}
interface Told {
  readonly type: string;
  readonly data: { readonly object: { readonly status?: string; readonly cancellation_details?: Cancellation } };
}
const told: readonly Told[] = deliveries.map(({ rawBody }) => JSON.parse(rawBody));

it('a book of the default size shows each way in which Stripe leaves a subscription that nobody pays', () => {
  const cancellations = told.flatMap(({ type, data: { object } }) =>
    type === 'customer.subscription.deleted' && object.cancellation_details ? [object.cancellation_details] : [],
  );
  expect(cancellations).toContainEqual(expect.objectContaining({ reason: 'payment_failed' }));
  // Left past due: ended later by somebody who is not the customer, and gives no feedback.
  expect(cancellations).toContainEqual(expect.objectContaining({ reason: 'cancellation_requested', feedback: null }));
  expect(told.filter(({ data }) => data.object.status === 'unpaid')).not.toEqual([]);
});
