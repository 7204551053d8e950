import { AUDIENCES } from '../../audiences/index.ts';
import { hubspotTools } from '../../destinations/hubspot/index.ts';
import { toPropertySpecs } from '../../destinations/hubspot/set-up/property-specs.ts';
import type { HubspotSettings } from '../../destinations/hubspot/settings.ts';
import type { Tool } from '../../src/destination-kit/define-tool.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import type { Attributes, ToolRecord } from '../../src/destination-kit/record.ts';
import { DAY_MS, instant } from '../../src/domain/instant.ts';
import type { ObjectType } from '../../src/simulate/vendors/hubspot/schema.ts';
import { type HubspotStandIn, startHubspotStandIn } from '../../src/simulate/vendors/hubspot/server.ts';
import type { OpenToolBench, ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';

const TOKEN = 'pat-of-the-bench';
/** Contacts who are not to be dunned. */
const LIST = 'Recoup: do not dun';

/** A bench whose stand-in's account can be looked into. */
export interface HubspotBench extends ToolBench {
  readonly standIn: HubspotStandIn;
}

type OpenHubspotBench = (options: Parameters<OpenToolBench>[0]) => Promise<HubspotBench>;

interface Part {
  readonly key: string;
  readonly object: ObjectType;
  readonly idProperty: string;
  readonly attributesOf: (id: string, now: number) => Attributes;
  readonly know: (standIn: HubspotStandIn, id: string) => void;
}

const open =
  ({ key, object, idProperty, attributesOf, know }: Part): OpenHubspotBench =>
  async ({ now }) => {
    const standIn = await startHubspotStandIn({ token: TOKEN, now });
    const tool = toolOf(key);
    const settingsOf = (accessToken: string) =>
      tool.credentials({
        accessToken,
        baseUrl: standIn.url,
        createMissing: 'true',
        defaultOwner: '77',
        suppressionList: LIST,
      });
    setUp(standIn, settingsOf(TOKEN) as HubspotSettings);
    standIn.lists.add(LIST);
    return {
      tool,
      standIn,
      settings: settingsOf(TOKEN),
      badSettings: settingsOf('pat-of-somebody-else'),
      know: (ids) => ids.forEach((id) => void know(standIn, id)),
      record: (id, parts) => toRecord(id, now(), attributesOf(id, now()), parts),
      heldOf: (id) => {
        const [held] = standIn.account.find(object, idProperty, id);
        return held === undefined ? null : filled(held.properties);
      },
      eventsOf: () => [],
    };
  };

const toolOf = (key: string): Tool => {
  const tool = hubspotTools.find((each) => each.key === key);
  if (tool === undefined) throw new Error(`no tool ${key}`);
  return tool;
};

/** What `recoup destinations apply` makes. */
const setUp = ({ account }: HubspotStandIn, settings: HubspotSettings): void => {
  const audiences = AUDIENCES.all.map(({ key, description }) => ({ key, description }));
  const subjects = { contacts: 'contact', companies: 'account', tasks: 'hand_off' } as const;
  for (const object of ['contacts', 'companies', 'tasks'] as const) {
    account.groups[object].set('recoup', 'Recoup');
    const specs = toPropertySpecs(object, settings, fieldsOf(subjects[object], audiences));
    for (const spec of specs) account.define(object, spec);
  }
};

const filled = (properties: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''));

const toRecord = (
  userId: string,
  now: number,
  attributes: Attributes,
  parts: Partial<ToolRecord> = {},
): ToolRecord => ({
  userId,
  at: instant(now),
  attributes,
  events: [],
  isNew: true,
  ...parts,
});

const stateOf = (id: string, now: number): Attributes => ({
  in_dunning: true,
  dunning_status: 'active',
  dunning_stage: 'first_failure',
  dunning_amount_due: 49.5,
  dunning_episode_id: `dun_${id}`,
  // HubSpot keeps the day in this one: midnight is both.
  next_retry_date: new Date((Math.floor(now / DAY_MS) + 3) * DAY_MS).toISOString(),
  update_payment_url: 'https://pay.example.com/i/1',
  dunning_state_version: 1,
});

/** Contacts: sales know half of them by email, the others are made. */
export const openHubspotContactBench: OpenHubspotBench = open({
  key: 'hubspot',
  object: 'contacts',
  idProperty: 'recoup_user_id',
  attributesOf: (id, now) => ({ ...stateOf(id, now), email: `${id}@example.com` }),
  know: ({ account }, id) => account.add('contacts', { email: `${id}@example.com`, firstname: 'Ann' }),
});

/** Companies, each the primary one of its owner's contact. */
export const openHubspotCompanyBench: OpenHubspotBench = open({
  key: 'hubspot-companies',
  object: 'companies',
  idProperty: 'recoup_account_id',
  attributesOf: (id, now) => ({ ...stateOf(id, now), user_id: `owner_of_${id}` }),
  know: ({ account }, id) => {
    const associatedcompanyid = account.add('companies', { name: `Company of ${id}` });
    account.add('contacts', { recoup_user_id: `owner_of_${id}`, associatedcompanyid });
  },
});

/** Tasks of hand-offs, whose contacts and companies sales know. */
export const openHubspotTaskBench: OpenHubspotBench = open({
  key: 'hubspot-tasks',
  object: 'tasks',
  idProperty: 'recoup_task_key',
  attributesOf: (id, now) => ({
    task_state: 'open',
    subject: `Payment failed: cus_${id} (pro), 49.50 USD due`,
    body: 'What happened\nFirst failed: now\n\nLink\nhttps://pay.example.com/i/1?a=1&b=2',
    comment: null,
    due_at: new Date(now + DAY_MS).toISOString(),
    priority: 'high',
    user_id: `user_${id}`,
    account_id: `cus_${id}`,
    email: `${id}@example.com`,
    dunning_episode_id: id,
  }),
  know: ({ account }, id) => {
    account.add('contacts', { recoup_user_id: `user_${id}`, email: `${id}@example.com`, hubspot_owner_id: '11' });
    account.add('companies', { recoup_account_id: `cus_${id}`, hubspot_owner_id: '22' });
  },
});
