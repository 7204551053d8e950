import type { Tool } from '../src/destination-kit/define-tool.ts';
import { braze } from './braze/index.ts';
import { hubspotTools } from './hubspot/index.ts';
import { intercom } from './intercom/index.ts';
import { iterable } from './iterable/index.ts';
import { salesforceTools } from './salesforce/index.ts';
import { slack } from './slack/index.ts';
import { webhook } from './webhook/index.ts';
import { zendesk } from './zendesk/index.ts';

/** Every tool that can be written directly, messaging first. */
export const TOOLS: readonly Tool[] = [
  braze,
  iterable,
  ...hubspotTools,
  ...salesforceTools,
  zendesk,
  intercom,
  slack,
  webhook,
];
