import { checkApiVersion } from './check-api-version.ts';
import { checkBrake } from './check-brake.ts';
import { checkChargeWebhooks } from './check-charge-webhooks.ts';
import { checkClock } from './check-clock.ts';
import { checkDeadLetters } from './check-dead-letters.ts';
import { checkDunningEmails } from './check-dunning-emails.ts';
import { checkEndpoint } from './check-endpoint.ts';
import { checkEvents } from './check-events.ts';
import { checkIdentity } from './check-identity.ts';
import { checkKeyMode } from './check-key-mode.ts';
import { checkLastWebhook } from './check-last-webhook.ts';
import { checkMode } from './check-mode.ts';
import { checkPlans } from './check-plans.ts';
import { checkSettings } from './check-settings.ts';
import { checkSmartRetries } from './check-smart-retries.ts';
import { checkStore } from './check-store.ts';
import { checkTestMode } from './check-test-mode.ts';
import { checkTools } from './check-tools.ts';
import { checkWaiting } from './check-waiting.ts';
import { checkWebhookSecrets } from './check-webhook-secrets.ts';
import type { Finding } from './finding.ts';
import type { Check, Gathered } from './gathered.ts';

/** Every check: first whether somebody has to release the brake, then in the order in which a webhook comes. */
export const CHECKS: readonly Check[] = [
  checkBrake,
  checkSettings,
  checkClock,
  checkWebhookSecrets,
  checkEndpoint,
  checkApiVersion,
  checkEvents,
  checkChargeWebhooks,
  checkKeyMode,
  checkStore,
  checkLastWebhook,
  checkWaiting,
  checkDeadLetters,
  checkIdentity,
  checkPlans,
  checkTestMode,
  checkSmartRetries,
  checkDunningEmails,
  checkTools,
  checkMode,
];

/** What all checks find, in their order. */
export const runChecks = (gathered: Gathered): readonly Finding[] =>
  CHECKS.flatMap(({ name, find }) => find(gathered).map((found) => ({ check: name, ...found })));
