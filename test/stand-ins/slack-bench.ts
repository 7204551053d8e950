import { slack } from '../../destinations/slack/index.ts';
import type { Attributes, ToolEvent, ToolRecord } from '../../src/destination-kit/record.ts';
import { type Instant, instant } from '../../src/domain/instant.ts';
import { episodeOf, startSlackStandIn } from '../../src/simulate/vendors/slack/server.ts';
import type { OpenToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';

const PATH = '/services/T0BENCH/B0BENCH/secret-of-the-bench';

/** Slack's end of an incoming webhook with its tool, as the shared contract suite drives it. */
export const openSlackBench: OpenToolBench = async ({ now }) => {
  const standIn = await startSlackStandIn({ path: PATH, now });
  const settingsOf = (path: string) => slack.credentials({ webhookUrl: `${standIn.url}${path}` });
  return {
    tool: slack,
    standIn,
    settings: settingsOf(PATH),
    badSettings: settingsOf('/services/T0BENCH/B0BENCH/removed'),
    know: () => {},
    record: (id, parts) => toRecord(id, instant(now()), parts),
    heldOf: () => null,
    eventsOf: (id) =>
      standIn.messages
        .filter((message) => episodeOf(message) === id)
        .map(({ text }) => (text.includes('Payment failed') ? 'alert_opened' : 'alert_resolved')),
  };
};

const OPENED: Attributes = {
  user_id: 'user_7',
  account_id: 'cus_7',
  plan_id: 'enterprise_annual',
  arr: 120_000,
  arr_currency: 'USD',
  amount_due: 10_000,
  currency: 'USD',
  failure_class: 'update_card',
  attempt_number: 2,
  next_retry_date: '2026-03-13T09:00:00.000Z',
  update_payment_url: 'https://pay.example.com/i/1?a=1&b=2',
};

/** The alert of an episode, with these properties over the usual ones. */
export const alertOpened = (episodeId: string, at: Instant, parts: Attributes = {}): ToolEvent => ({
  id: `${episodeId}:opened`,
  name: 'alert_opened',
  at,
  properties: { ...OPENED, dunning_episode_id: episodeId, ...parts },
});

/** The alert called off. */
export const alertResolved = (episodeId: string, at: Instant, parts: Attributes = {}): ToolEvent => ({
  id: `${episodeId}:resolved`,
  name: 'alert_resolved',
  at,
  properties: {
    user_id: 'user_7',
    account_id: 'cus_7',
    plan_id: 'enterprise_annual',
    outcome: 'recovered',
    amount: 10_000,
    currency: 'USD',
    dunning_episode_id: episodeId,
    ...parts,
  },
});

const toRecord = (episodeId: string, at: Instant, parts: Partial<ToolRecord> = {}): ToolRecord => ({
  userId: episodeId,
  at,
  attributes: {},
  events: [alertOpened(episodeId, at)],
  isNew: true,
  ...parts,
});
