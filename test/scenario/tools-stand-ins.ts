import { AUDIENCES } from '../../audiences/index.ts';
import { toPropertySpecs } from '../../destinations/hubspot/set-up/property-specs.ts';
import type { HubspotSettings } from '../../destinations/hubspot/settings.ts';
import { DATA_TYPES } from '../../destinations/intercom/values.ts';
import { customFieldsOf } from '../../destinations/salesforce/set-up/custom-fields.ts';
import { toSettings as toSalesforceSettings } from '../../destinations/salesforce/settings.ts';
import { FIELD_TYPES } from '../../destinations/zendesk/values.ts';
import { agentFieldOf, pickAgentFields } from '../../src/destination-kit/agent-status.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import type { ToolCredentials } from '../../src/main-tools.ts';
import { startBrazeStandIn } from '../../src/simulate/vendors/braze.ts';
import type { HubspotAccount } from '../../src/simulate/vendors/hubspot/account.ts';
import { startHubspotStandIn } from '../../src/simulate/vendors/hubspot/server.ts';
import { type IntercomStandIn, startIntercomStandIn } from '../../src/simulate/vendors/intercom/server.ts';
import { startIterableStandIn } from '../../src/simulate/vendors/iterable.ts';
import { type Org, startSalesforceStandIn } from '../../src/simulate/vendors/salesforce.ts';
import { startSlackStandIn } from '../../src/simulate/vendors/slack/server.ts';
import type { StandInRequest, ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';
import { startWebhookReceiver } from '../../src/simulate/vendors/webhook/receiver.ts';
import { startZendeskStandIn, type ZendeskStandIn } from '../../src/simulate/vendors/zendesk/server.ts';

/** One stand-in of every vendor, set up as `recoup destinations apply` would. */
export interface ToolStandIns {
  readonly braze: Awaited<ReturnType<typeof startBrazeStandIn>>;
  readonly iterable: Awaited<ReturnType<typeof startIterableStandIn>>;
  readonly hubspot: Awaited<ReturnType<typeof startHubspotStandIn>>;
  readonly salesforce: Awaited<ReturnType<typeof startSalesforceStandIn>>;
  readonly zendesk: ZendeskStandIn;
  readonly intercom: IntercomStandIn;
  readonly slack: Awaited<ReturnType<typeof startSlackStandIn>>;
  readonly webhook: Awaited<ReturnType<typeof startWebhookReceiver>>;
  /** Good ones, for every vendor. */
  readonly credentials: ToolCredentials & Readonly<Record<Vendor, Readonly<Record<string, string>>>>;
  /** Every request that the vendor got, in order. */
  readonly requestsTo: (vendor: Vendor) => readonly StandInRequest[];
  /** The vendor's next `calls` writes (all if absent) meet the fault; reads only those that it names. */
  readonly inject: (
    vendor: Vendor,
    fault: Exclude<ToolFault, { readonly kind: 'throttled' | 'partial' | 'late' }>,
    when?: { readonly calls?: number; readonly holding?: readonly string[] },
  ) => void;
  readonly heal: (vendor: Vendor) => void;
  readonly close: () => Promise<void>;
}

/** Tools that hold people. */
export const PEOPLE = ['braze', 'iterable', 'hubspot', 'salesforce', 'zendesk', 'intercom'] as const;
export const VENDORS = [...PEOPLE, 'slack', 'webhook'] as const;
export type Vendor = (typeof VENDORS)[number];

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const SLACK_PATH = '/services/T0PLAY/B0PLAY/secret';
const SALESFORCE = { clientId: 'consumer-key', clientSecret: 'consumer-secret' };
const NAMES = {
  hubspot: { createMissing: 'true', contactIdProperty: 'recoup_user_id', companyIdProperty: 'recoup_account_id' },
  salesforce: { createMissing: 'false', contactIdField: 'Recoup_User_Id__c', accountIdField: 'Recoup_Account_Id__c' },
};
const audiences = AUDIENCES.all.map(({ key, description }) => ({ key, description }));
const CRM = {
  contact: ['contacts', 'Contact'],
  account: ['companies', 'Account'],
  hand_off: ['tasks', 'Task'],
} as const;

const setUpHubspot = (account: HubspotAccount): void => {
  const { contactIdProperty: contact_id_property, companyIdProperty: company_id_property } = NAMES.hubspot;
  const settings = { contact_id_property, company_id_property } as HubspotSettings;
  for (const [subject, [object]] of entriesOf(CRM)) {
    account.groups[object].set('recoup', 'Recoup');
    for (const spec of toPropertySpecs(object, settings, fieldsOf(subject, audiences))) account.define(object, spec);
  }
};

const setUpSalesforce = (org: Org): void => {
  const settings = toSalesforceSettings(NAMES.salesforce);
  for (const [subject, [, object]] of entriesOf(CRM)) {
    for (const { name, metadata } of customFieldsOf(object, fieldsOf(subject, audiences), settings)) {
      const refused = org.addField(`${object === 'Task' ? 'Activity' : object}.${name}`, metadata);
      if (refused !== null) throw new Error(`${name}: ${refused.message}`);
      org.open(object, name);
    }
  }
};

/** Fields that agents see. */
const setUpSupport = (zendesk: ZendeskStandIn, intercom: IntercomStandIn): void => {
  for (const { name, type, label } of pickAgentFields(fieldsOf('contact', audiences))) {
    zendesk.addField({ key: agentFieldOf(name), type: FIELD_TYPES[type], title: label });
    intercom.addAttribute({ name: agentFieldOf(name), data_type: DATA_TYPES[type] });
  }
};

const entriesOf = <K extends string, V>(of: Readonly<Record<K, V>>): readonly (readonly [K, V])[] =>
  Object.entries(of) as [K, V][];

/** Starts all of them on free loopback ports. @param now the test's clock, UTC milliseconds. */
export const startToolStandIns = async (now: () => number): Promise<ToolStandIns> => {
  const toBraze: StandInRequest[] = [];
  const [braze, iterable, hubspot, salesforce, zendesk, intercom, slack, webhook] = await Promise.all([
    startBrazeStandIn({ key: 'braze-key', now, onRequest: (request) => toBraze.push(request) }),
    startIterableStandIn({ key: 'iterable-key', now, limitsRates: false }),
    startHubspotStandIn({ token: 'hubspot-token', now }),
    startSalesforceStandIn(SALESFORCE),
    startZendeskStandIn({ email: 'agent@example.com', apiToken: 'zendesk-token', now }),
    startIntercomStandIn({ accessToken: 'intercom-token', now }),
    startSlackStandIn({ path: SLACK_PATH, now }),
    startWebhookReceiver({ secret: SECRET, now }),
  ]);
  iterable.types.set('dunning_amount_due', 'double');
  setUpHubspot(hubspot.account);
  setUpSalesforce(salesforce.org);
  setUpSupport(zendesk, intercom);
  const uniform = { iterable, hubspot, salesforce, zendesk, intercom, slack, webhook };
  const faults = { ...uniform, braze: braze.faults };
  const requests = { ...uniform, braze: { requests: toBraze } };
  return {
    ...uniform,
    braze,
    credentials: {
      braze: { apiKey: 'braze-key', endpoint: braze.url },
      iterable: { apiKey: 'iterable-key', baseUrl: iterable.url },
      hubspot: { accessToken: 'hubspot-token', baseUrl: hubspot.url },
      salesforce: { ...SALESFORCE, loginUrl: salesforce.url },
      zendesk: { baseUrl: zendesk.url, email: 'agent@example.com', apiToken: 'zendesk-token' },
      intercom: { accessToken: 'intercom-token', baseUrl: intercom.url },
      slack: { webhookUrl: `${slack.url}${SLACK_PATH}` },
      webhook: { url: `${webhook.url}/hooks/dunning`, secret: SECRET },
    },
    requestsTo: (vendor) => requests[vendor].requests,
    inject: (vendor, fault, when) => void faults[vendor].inject(fault, when),
    heal: (vendor) => faults[vendor].heal(),
    close: async () => {
      await Promise.all([braze, ...Object.values(uniform)].map((standIn) => standIn.close()));
    },
  };
};
