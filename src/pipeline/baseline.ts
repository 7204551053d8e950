import type { Rules } from '../domain/rules.ts';
import { decide } from './decide.ts';
import type { PlannedEvent } from './events/event.ts';
import type { Claim } from './ports.ts';

/**
 * Message ids that only a change of the rules brings up. Under new rules, what they make of the facts already read as of
 * the last commit is old news, unless it was still settling then (semantics E5). Empty while the rules are the same.
 */
export const becauseOfRules = ({ decided, customer, facts }: Claim, rules: Rules): ReadonlySet<string> => {
  if (decided === null || decided.ruleset === rules.hash) return new Set();
  const baseline = decide({ customer, facts, rules, now: decided.at });
  const isOld = ({ ready, settlesAt }: PlannedEvent): boolean => ready && settlesAt <= decided.at;
  return new Set(baseline.events.filter(isOld).map(({ messageId }) => messageId));
};
