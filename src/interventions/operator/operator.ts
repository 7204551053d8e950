import type { DeliveryKeys, Intervention } from '../../domain/fact.ts';
import type { CustomerKey } from '../../domain/ids.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import type { Provider, Reading } from '../../providers/provider.ts';
import { explainShape } from '../claim-shapes.ts';
import { NO_TAXONOMY } from '../no-taxonomy.ts';
import { type OperatorAction, type OperatorBody, operatorBodySchema } from './operator-body.ts';

const EVENT_TYPES: Readonly<Record<OperatorAction, string>> = {
  hold: 'operator.hold_placed',
  exclude: 'operator.hold_placed',
  resume: 'operator.hold_lifted',
  mark_recovered: 'operator.marked_recovered',
};

/** The id of the fact that follows from a request: the same request twice is one fact of an account. */
export const operatorFactId = (requestId: string): string => `operator:${requestId}`;

const toFact = (body: OperatorBody, receivedAt: Instant): Intervention => {
  const { actor, reason, at: occurredAt, request_id } = body;
  const base = { id: operatorFactId(request_id), occurredAt, receivedAt, source: 'operator', actor, reason } as const;
  switch (body.action) {
    case 'hold':
    case 'exclude': {
      const cause = body.action === 'hold' ? 'held' : 'opted_out';
      return { ...base, kind: 'hold_placed', holdId: body.hold_id, cause, until: body.until };
    }
    case 'resume':
      return { ...base, kind: 'hold_lifted', holdId: body.hold_id };
    case 'mark_recovered':
      return { ...base, kind: 'marked_recovered', invoices: body.invoices };
  }
};

const normalise = (rawBody: string, receivedAt: Instant): Reading => {
  const parsed = operatorBodySchema.safeParse(JSON.parse(rawBody));
  if (parsed.success) return { end: 'understood', facts: [toFact(parsed.data, receivedAt)], references: [] };
  const error = `An operator's request as a release wrote it that says it otherwise: ${explainShape(parsed.error)}.`;
  return { end: 'dead_letter', error };
};

const toText = ({ at, ...body }: OperatorBody): string => {
  const until = 'until' in body ? { until: body.until === null ? null : toIso(body.until) } : {};
  return JSON.stringify({ ...body, at: toIso(at), ...until });
};

/** What the operator's request becomes for one account: keys and body of a delivery. */
export const toOperatorDelivery = (
  body: OperatorBody,
  customer: CustomerKey,
): { readonly keys: DeliveryKeys; readonly rawBody: string } => ({
  keys: {
    ...customer,
    objects: [],
    // Event ids are the merchant's, and a person may have several accounts there.
    eventId: `${operatorFactId(body.request_id)}:${customer.customer}`,
    eventType: EVENT_TYPES[body.action],
    occurredAt: body.at,
  },
  rawBody: toText(body),
});

/** What operators say, by command or over the API. It is no webhook: nobody signs for it, and its door has no secret. */
export const operator: Provider = {
  name: 'operator',
  version: 'operator-facts-1',
  taxonomy: NO_TAXONOMY,
  verify: () => ({ ok: false, reason: 'operators send no webhooks' }),
  admit: () => {
    throw new Error('Operators send no webhooks.');
  },
  normalise: (rawBody, { receivedAt }) => normalise(rawBody, receivedAt),
};
