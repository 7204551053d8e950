import { webhook } from '../../destinations/webhook/index.ts';
import type { ToolEvent, ToolRecord } from '../../src/destination-kit/record.ts';
import { type Instant, instant, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { OpenToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { startWebhookReceiver } from '../../src/simulate/vendors/webhook/receiver.ts';

const secretOf = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

/** A receiver of webhooks with its tool, as the shared contract suite drives it. */
export const openWebhookBench: OpenToolBench = async ({ now }) => {
  const standIn = await startWebhookReceiver({ secret: secretOf(7), now });
  const settingsOf = (secret: string) => webhook.credentials({ url: `${standIn.url}/hooks/dunning`, secret });
  return {
    tool: webhook,
    standIn,
    settings: settingsOf(secretOf(7)),
    badSettings: settingsOf(secretOf(8)),
    know: () => {},
    record: (id, parts) => toRecord(id, instant(now()), parts),
    heldOf: () => null,
    eventsOf: (id) => standIn.events.filter(({ data }) => data.account_id === id).map(({ type }) => type),
  };
};

/** An event of an account, of which some properties are kept. */
export const streamEvent = (accountId: string, name: string, at: Instant): ToolEvent => ({
  id: `${accountId}:${name}:${at}`,
  name,
  at,
  properties: { dunning_episode_id: `dun_${accountId}`, account_id: accountId, amount: 49.5, next_retry_date: null },
});

const toRecord = (accountId: string, at: Instant, parts: Partial<ToolRecord> = {}): ToolRecord => ({
  userId: accountId,
  at,
  attributes: {},
  events: [streamEvent(accountId, 'payment_failed', plus(at, -SECOND_MS))],
  isNew: true,
  ...parts,
});
