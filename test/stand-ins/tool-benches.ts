import type { OpenToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { openBrazeBench } from './braze-bench.ts';
import { openHubspotCompanyBench, openHubspotContactBench, openHubspotTaskBench } from './hubspot-bench.ts';
import { openIntercomBench } from './intercom-bench.ts';
import { openIterableBench } from './iterable-bench.ts';
import { openSalesforceAccountBench, openSalesforceContactBench, openSalesforceTaskBench } from './salesforce-bench.ts';
import { openSlackBench } from './slack-bench.ts';
import { openWebhookBench } from './webhook-bench.ts';
import { openZendeskBench } from './zendesk-bench.ts';

/** Every tool's bench, by the tool's key. */
export const TOOL_BENCHES = {
  braze: openBrazeBench,
  iterable: openIterableBench,
  hubspot: openHubspotContactBench,
  'hubspot-companies': openHubspotCompanyBench,
  'hubspot-tasks': openHubspotTaskBench,
  salesforce: openSalesforceContactBench,
  'salesforce-accounts': openSalesforceAccountBench,
  'salesforce-tasks': openSalesforceTaskBench,
  zendesk: openZendeskBench,
  intercom: openIntercomBench,
  slack: openSlackBench,
  webhook: openWebhookBench,
} satisfies Readonly<Record<string, OpenToolBench>>;
