import type { Answer, EpisodeIdOf } from './answer.ts';
import { answer } from './answer.ts';
import type { Fact, Policy } from './facts.ts';

/** D5: where an account stands, in the word that people see. */
export type Status = 'none' | 'pre_dunning' | 'active' | 'held' | 'exhausted' | 'recovered' | 'lost';

/** D5, of a person or of an account. */
export const statusOf = ({ stage, suppressed, leads }: Answer): Status => {
  if (stage === 'recovered' || stage === 'lost') return stage;
  if (suppressed) return 'held';
  if (leads) return stage === 'exhausted' ? 'exhausted' : 'active';
  return stage === 'card_expiring' ? 'pre_dunning' : 'none';
};

/** How an account stands by itself, whoever owns it and whatever else that person has. */
export interface AccountStanding extends Answer {
  readonly status: Status;
  /** 0008: a tool first hears of whoever is in dunning, held or in pre-dunning. */
  readonly isWorthTelling: boolean;
}

/** From the facts of that account alone. */
export const accountAt = (facts: readonly Fact[], policy: Policy, t: number, idOf: EpisodeIdOf): AccountStanding => {
  const said = answer({ accounts: [facts], policy, t, idOf });
  const status = statusOf(said);
  return { ...said, status, isWorthTelling: ['pre_dunning', 'active', 'held', 'exhausted'].includes(status) };
};
