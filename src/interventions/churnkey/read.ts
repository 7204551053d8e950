import * as z from 'zod';
import type { Json } from '../../providers/stripe/json.ts';
import type { ClaimReading } from '../claim.ts';
import { claimId, claimTime, explainShape } from '../claim-shapes.ts';
import { CHURNKEY_TYPES } from './event-types.ts';

/** The customer as the billing provider has it. */
const customer = z.object({ id: claimId });
const mode = z.enum(['LIVE', 'TEST', 'live', 'test']).catch('LIVE');

const withCampaign = z.object({
  data: z.object({
    customer,
    campaign: z.object({ id: claimId, mode, startedAt: claimTime, endedAt: claimTime }),
  }),
});
const withCustomer = z.object({ data: z.object({ customer }) });

/** An event that may be about a campaign under a name that is not known here: a hold may be missing. */
const soundsLikeCampaign = (type: string): boolean => /dunning|campaign|recover/i.test(type);

/** What a body of Churnkey says. Never throws. */
export const readChurnkey = (body: Json): ClaimReading => {
  const type = claimId.safeParse(body.event).data ?? null;
  if (type === null) return { end: 'invalid', type, error: 'it names no event' };
  const says = Object.hasOwn(CHURNKEY_TYPES, type) ? CHURNKEY_TYPES[type] : undefined;
  const who = withCustomer.safeParse(body).data?.data.customer.id ?? null;
  if (typeof says === 'object') return { end: 'ignored', type, customer: who, reason: says.ignored };
  if (says === undefined && soundsLikeCampaign(type))
    return { end: 'invalid', type, error: 'it seems to be about a campaign, under a name that is not known' };
  if (says === undefined)
    return { end: 'ignored', type, customer: who, reason: 'a type that Churnkey does not document' };
  const told = withCampaign.safeParse(body);
  if (!told.success) return { end: 'invalid', type, error: explainShape(told.error) };
  const { campaign } = told.data.data;
  return {
    end: 'claim',
    type,
    claim: {
      says,
      customer: told.data.data.customer.id,
      mode: campaign.mode.toLowerCase() === 'test' ? 'test' : 'live',
      campaign: campaign.id,
      at: timeOf(type, campaign),
    },
  };
};

const timeOf = (type: string, { startedAt, endedAt }: z.infer<typeof withCampaign>['data']['campaign']) => {
  if (type === 'dunning_campaign_started') return startedAt;
  return type === 'dunning_campaign_updated' ? null : endedAt;
};
