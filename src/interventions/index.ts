import type { InterventionSource } from '../domain/fact.ts';
import type { Provider } from '../providers/provider.ts';
import { churnBuster } from './churn-buster/churn-buster.ts';
import { churnkey } from './churnkey/churnkey.ts';
import { operator } from './operator/operator.ts';

/** Readers of what people and other tools say, by the first segment of the event types that they admit. */
export const INTERVENTIONS: Readonly<Record<InterventionSource, Provider>> = {
  operator,
  churnkey,
  churn_buster: churnBuster,
};

/** Those that webhooks come from, by the name in `/webhooks/:provider`. */
export const RECOVERY_TOOLS: readonly Provider[] = [churnkey, churnBuster];
