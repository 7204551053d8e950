import type { SyncPayload } from './parts.ts';

/** The channels of which Iterable cancels scheduled sends, as they stand in its paths. */
export const CHANNELS = ['email', 'sms', 'push', 'inApp', 'webPush', 'whatsApp'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A campaign whose scheduled sends are canceled for whoever is not to be written to any more. */
export interface CancelCampaign {
  readonly channel: Channel;
  readonly campaignId: number;
}

const CAMPAIGN = new RegExp(`^(${CHANNELS.join('|')}):(\\d{1,15})$`);

/**
 * Campaigns from a setting, e.g. `email:101 push:102`, separated by spaces or commas; each once. Throws on what is none.
 */
export const parseCampaigns = (text: string): readonly CancelCampaign[] =>
  [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))].map((word) => {
    const [, channel, id] = CAMPAIGN.exec(word) ?? [];
    const known = CHANNELS.find((each) => each === channel);
    if (known === undefined) throw new Error(`Not a campaign like email:101: ${word.slice(0, 40)}`);
    return { channel: known, campaignId: Number(id) };
  });

/** Whether a payload says that its user is not to be dunned: newly, or because it is not known whether Iterable heard it. */
export const isSuppressed = ({ attributes = {} }: SyncPayload): boolean =>
  attributes.dunning_suppressed === true || ('in_dunning' in attributes && attributes.in_dunning !== true);
