import { openBrazeBench } from '../stand-ins/braze-bench.ts';
import { openHubspotCompanyBench, openHubspotContactBench, openHubspotTaskBench } from '../stand-ins/hubspot-bench.ts';
import { openIterableBench } from '../stand-ins/iterable-bench.ts';
import { openSlackBench } from '../stand-ins/slack-bench.ts';
import { openWebhookBench } from '../stand-ins/webhook-bench.ts';
import { describeToolBench } from './tool-bench-suite.ts';

// Braze keeps every event that it is sent; its Canvas recipe lets a person enter once in an episode.
describeToolBench('braze', openBrazeBench);
// An event's id overwrites the event of the same id.
describeToolBench('iterable', openIterableBench, { deduplicatesEvents: true });
describeToolBench('hubspot', openHubspotContactBench);
describeToolBench('hubspot-companies', openHubspotCompanyBench);
describeToolBench('hubspot-tasks', openHubspotTaskBench);
describeToolBench('slack', openSlackBench);
// Receivers deduplicate by the message's id; what they answer beside the status is theirs.
describeToolBench('webhook', openWebhookBench, { statusAlone: true });
