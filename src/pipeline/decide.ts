import type { Subject } from '../audience-kit/condition.ts';
import { findMemberships } from '../audience-kit/membership.ts';
import type { Fact } from '../domain/fact.ts';
import { type CustomerKey, digest } from '../domain/ids.ts';
import { earliest, type Instant, toIso } from '../domain/instant.ts';
import type { AccountTraits, UserTraits } from '../generated/tracking-plan.ts';
import type { Episode } from '../ledger/episode.ts';
import { foldLedger } from '../ledger/ledger.ts';
import { findStanding } from '../ledger/standing.ts';
import { computeTraits, traitChangesAt } from '../traits/index.ts';
import type { PlannedEvent } from './events/event.ts';
import { planEvents } from './events/index.ts';
import type { Ruleset } from './rules.ts';
import { type Flow, findFlow } from './tools/flow.ts';
import { findOwed, type Owed } from './tools/owed.ts';

/** Everything that Recoup would say of a customer at one instant. */
export interface View {
  readonly userId: string | null;
  readonly anonymousId: string;
  /** Only people who ever failed or whose card expires are identified (semantics E9). */
  readonly known: boolean;
  readonly traits: UserTraits;
  readonly accountTraits: AccountTraits;
  readonly events: readonly PlannedEvent[];
  /** The person as the conditions of audiences see them. */
  readonly subject: Subject;
  /** Keys of the audiences that the person is in, sorted. */
  readonly audiences: readonly string[];
  /** What the flows of tools should be about now; null: nothing. */
  readonly flow: Flow | null;
  readonly owed: Owed | null;
  readonly episodes: readonly EpisodeSummary[];
  /** First instant at which the view could change by time alone; may be early, never late. Null: never. */
  readonly until: Instant | null;
}

export interface EpisodeSummary {
  readonly id: string;
  readonly subscription: string;
  readonly opening_invoice: string;
  readonly outcome: Episode['outcome'];
  readonly opened_at: string;
  readonly ended_at: string | null;
  readonly attempts: number;
  readonly late: boolean;
  readonly after_trial: boolean;
  readonly reopened_from: string | null;
}

const summarise = (episode: Episode): EpisodeSummary => ({
  id: episode.id,
  subscription: episode.subscription,
  opening_invoice: episode.openingInvoice,
  outcome: episode.outcome,
  opened_at: toIso(episode.openedAt),
  ended_at: episode.endedAt === null ? null : toIso(episode.endedAt),
  attempts: episode.attempts.length,
  late: episode.late,
  after_trial: episode.afterTrial,
  reopened_from: episode.reopenedFrom,
});

/** The id by which Segment knows a billing customer that names no user: derived, so that every relay says the same. */
const anonymousIdOf = (customer: CustomerKey, namespace: string): string =>
  `rcp_${digest(namespace, customer.provider, customer.merchant, customer.mode, customer.customer)}`;

/** What is true of a customer at `now`, given what was observed. Pure: no clock, no I/O, no randomness. */
export const decide = (input: {
  readonly customer: CustomerKey;
  readonly facts: readonly Fact[];
  readonly rules: Ruleset;
  readonly now: Instant;
}): View => {
  const { customer, rules, now } = input;
  const ledger = foldLedger(customer, input.facts, rules, now);
  const standing = findStanding(ledger, rules.policy);
  const context = { ledger, standing, policy: rules.policy };
  const traits = computeTraits(context);
  const events = planEvents({ ledger, rules });
  // What still settles counts nowhere yet (semantics E4).
  const subject = { traits, events: events.filter(({ ready }) => ready) };
  const memberships = findMemberships(rules.audiences, subject, now);
  const changes = [...ledger.changesAt, ...standing.changesAt, ...traitChangesAt(context)].filter((at) => at > now);
  return {
    userId: ledger.userId,
    anonymousId: anonymousIdOf(customer, rules.namespace),
    known: ledger.episodes.length > 0 || standing.stage === 'card_expiring',
    traits,
    accountTraits: {
      provider: customer.provider,
      livemode: customer.mode === 'live',
      plan_id: traits.plan_id,
      dunning_status: traits.dunning_status,
      in_dunning: traits.in_dunning,
    },
    events,
    subject,
    audiences: memberships.members,
    flow: findFlow(standing, traits),
    owed: findOwed(standing),
    episodes: ledger.episodes.map(summarise),
    until: earliest(memberships.until, ...changes),
  };
};

/** The view as it is stored for people to look at, without the events. */
export const toViewJson = ({ userId, anonymousId, traits, audiences, episodes }: View): string =>
  JSON.stringify({ user_id: userId, anonymous_id: anonymousId, traits, audiences, episodes });
