import { decide } from './decide.ts';
import type { PlannedEvent } from './events/event.ts';
import type { Claim } from './ports.ts';
import type { Ruleset } from './rules.ts';
import { stageKey } from './tools/edges.ts';

/** What new rules make of the facts already read, as of the last commit: old news (semantics E5). */
export interface Baseline {
  /** Message ids to be committed and never said. */
  readonly silent: ReadonlySet<string>;
  /** Keys of the audiences that the rules alone put the person in. */
  readonly audiences: readonly string[];
  /** The stage that the rules alone gave, as the commitments name it; null outside of dunning. */
  readonly stage: string | null;
}

/** Null while the rules are the same. What was still settling at the last commit is news and stays out. */
export const becauseOfRules = ({ decided, customer, facts }: Claim, rules: Ruleset): Baseline | null => {
  if (decided === null || decided.ruleset === rules.hash) return null;
  const { events, audiences, flow } = decide({ customer, facts, rules, now: decided.at });
  const isOld = ({ ready, settlesAt }: PlannedEvent): boolean => ready && settlesAt <= decided.at;
  return {
    silent: new Set(events.filter(isOld).map(({ messageId }) => messageId)),
    audiences,
    stage: flow === null ? null : stageKey(flow),
  };
};
