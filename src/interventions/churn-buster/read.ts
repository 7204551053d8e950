import * as z from 'zod';
import type { Json } from '../../providers/stripe/json.ts';
import type { ClaimReading } from '../claim.ts';
import { claimId, claimTime, explainShape } from '../claim-shapes.ts';
import { CHURN_BUSTER_TYPES } from './event-types.ts';

/** What happened is named outside of the event, or inside of it for the steps of a campaign. */
const named = z.object({
  event_type: claimId.optional().catch(undefined),
  event: z
    .looseObject({ type: claimId.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** The customer as webhooks name them, and as the steps of a campaign do. */
const customer = z.union(
  [
    z
      .object({ processor: claimId, processor_id: claimId })
      .transform((it) => ({ at: it.processor, id: it.processor_id })),
    z.object({ source: claimId, source_id: claimId }).transform((it) => ({ at: it.source, id: it.source_id })),
  ],
  { error: 'expected processor and processor_id, or source and source_id' },
);

const campaign = z.union(
  [
    z.object({ churn_buster_id: claimId, started_at: claimTime, finished_at: claimTime }),
    z
      .object({ id: claimId, started_at: claimTime, finished_at: claimTime })
      .transform(({ id, ...times }) => ({ ...times, churn_buster_id: id })),
  ],
  { error: 'expected an object with churn_buster_id or id' },
);

const withCustomer = z.object({ event: z.object({ customer }) });
const withCampaign = z.object({ event: z.object({ customer, campaign }) });

/** What a body of Churn Buster says, from its own documentation. Never throws. */
export const readChurnBuster = (body: Json): ClaimReading => {
  const names = named.safeParse(body).data;
  const type = names?.event_type ?? names?.event?.type ?? null;
  if (type === null) return { end: 'invalid', type, error: 'it names no event_type' };
  const says = Object.hasOwn(CHURN_BUSTER_TYPES, type) ? CHURN_BUSTER_TYPES[type] : undefined;
  const ignored = (reason: string): ClaimReading => ({
    end: 'ignored',
    type,
    customer: stripeCustomerOf(body),
    reason,
  });
  if (says === undefined) return ignored('a type that Churn Buster does not document');
  if (typeof says === 'object') return ignored(says.ignored);
  const told = withCampaign.safeParse(body);
  if (!told.success) return { end: 'invalid', type, error: explainShape(told.error) };
  const { customer: who, campaign: what } = told.data.event;
  if (who.at !== 'stripe') return ignored('about a customer of a billing system that Recoup does not read');
  // A step or a bounced mail that is told after the end claims nobody.
  const isOver = what.finished_at !== null && type !== 'campaign_started';
  return {
    end: 'claim',
    type,
    claim: {
      says: isOver ? 'released' : says,
      customer: who.id,
      mode: 'live',
      campaign: what.churn_buster_id,
      at: type === 'campaign_started' ? what.started_at : what.finished_at,
    },
  };
};

const stripeCustomerOf = (body: Json): string | null => {
  const who = withCustomer.safeParse(body).data?.event.customer;
  return who?.at === 'stripe' ? who.id : null;
};
