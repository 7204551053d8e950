import { openBrazeBench } from '../stand-ins/braze-bench.ts';
import { openHubspotCompanyBench, openHubspotContactBench, openHubspotTaskBench } from '../stand-ins/hubspot-bench.ts';
import { openIntercomBench } from '../stand-ins/intercom-bench.ts';
import { openIterableBench } from '../stand-ins/iterable-bench.ts';
import {
  openSalesforceAccountBench,
  openSalesforceContactBench,
  openSalesforceTaskBench,
} from '../stand-ins/salesforce-bench.ts';
import { openSlackBench } from '../stand-ins/slack-bench.ts';
import { openWebhookBench } from '../stand-ins/webhook-bench.ts';
import { openZendeskBench } from '../stand-ins/zendesk-bench.ts';
import { describeToolBench } from './tool-bench-suite.ts';

// Braze keeps every event that it is sent; its Canvas recipe lets a person enter once in an episode.
describeToolBench('braze', openBrazeBench);
// An event's id overwrites the event of the same id.
describeToolBench('iterable', openIterableBench, { deduplicatesEvents: true });
describeToolBench('hubspot', openHubspotContactBench);
describeToolBench('hubspot-companies', openHubspotCompanyBench);
describeToolBench('hubspot-tasks', openHubspotTaskBench);
describeToolBench('salesforce', openSalesforceContactBench);
describeToolBench('salesforce-accounts', openSalesforceAccountBench);
describeToolBench('salesforce-tasks', openSalesforceTaskBench);
// Agents see a few attributes.
describeToolBench('zendesk', openZendeskBench, { keepsSome: true });
describeToolBench('intercom', openIntercomBench, { keepsSome: true });
describeToolBench('slack', openSlackBench);
// Receivers deduplicate by the message's id; what they answer beside the status is theirs.
describeToolBench('webhook', openWebhookBench, { statusAlone: true });
