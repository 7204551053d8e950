import { z } from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { list, type PolicyRules, section } from './kinds.ts';

const campaign = z.string().regex(/^(email|sms|push|inApp|webPush|whatsApp):[1-9]\d{0,14}$/);

/** How Iterable is written. */
export const ITERABLE_RULES = {
  'iterable.cancel_campaigns': {
    schema: list(campaign).pipe(z.array(z.string()).max(20).readonly()).default([]),
    expected:
      'a list of at most 20 campaigns, none twice, each a channel (email, sms, push, inApp, webPush, whatsApp) and an id',
    example: 'cancel_campaigns: [email:101, push:102]',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const ITERABLE_SCHEMA = section({
  cancel_campaigns: ITERABLE_RULES['iterable.cancel_campaigns'].schema,
});

/** The section in the domain's words. */
export const toIterable = (file: z.output<typeof ITERABLE_SCHEMA>): Policy['iterable'] => ({
  cancelCampaigns: file.cancel_campaigns,
});
