import type { Subject } from '../audience-kit/condition.ts';
import { findMemberships } from '../audience-kit/membership.ts';
import type { Fact } from '../domain/fact.ts';
import { type CustomerKey, digest } from '../domain/ids.ts';
import { earliest, type Instant, toIso } from '../domain/instant.ts';
import type { AccountTraits, UserTraits } from '../generated/tracking-plan.ts';
import { findHandOffs } from '../hand-off/find-hand-offs.ts';
import type { HandOff, HandOffs } from '../hand-off/hand-off.ts';
import type { Episode } from '../ledger/episode.ts';
import { accountOf, joinLedgers } from '../ledger/join.ts';
import { foldLedger, type Ledger } from '../ledger/ledger.ts';
import { recurringRevenue } from '../ledger/recurring-revenue.ts';
import { findStanding } from '../ledger/standing.ts';
import { computeTraits, traitChangesAt } from '../traits/index.ts';
import type { TraitContext } from '../traits/trait.ts';
import type { PlannedEvent } from './events/event.ts';
import { planEvents } from './events/index.ts';
import { NOBODY } from './nobody.ts';
import type { ClaimedAccount } from './ports.ts';
import type { Ruleset } from './rules.ts';
import { type Flow, findFlow } from './tools/flow.ts';
import { findOwed, type Owed } from './tools/owed.ts';

/** One account of a person: what is said of it alone. */
export interface AccountView {
  readonly customer: CustomerKey;
  /** Of a contact's account nothing is said here but its state. */
  readonly role: ClaimedAccount['role'];
  readonly ledger: Ledger;
  readonly events: readonly PlannedEvent[];
  /** What Segment is told of it. */
  readonly traits: AccountTraits;
  /** Where it stands alone, in the words of a person's traits. */
  readonly state: UserTraits;
  readonly owed: Owed | null;
  readonly handOffs: readonly HandOff[];
}

/** Everything that Recoup would say of a person at one instant. */
export interface View {
  readonly userId: string | null;
  /** Null for a person without an account, who always has a user id. */
  readonly anonymousId: string | null;
  /** In the claim's order. */
  readonly accounts: readonly AccountView[];
  /** The account that the traits speak of: the lead episode's, else the first. */
  readonly account: CustomerKey | null;
  /** Only people who ever failed or whose card expires are identified (semantics E9). */
  readonly known: boolean;
  readonly traits: UserTraits;
  /** Of all accounts. */
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

interface Person {
  readonly rules: Ruleset;
  readonly enforcedSince: Instant | null;
  readonly userId: string | null;
  readonly ledgers: readonly [Ledger, ...Ledger[]];
}

/** Where the accounts together stand, and what that makes of the traits. */
const standTogether = ({ rules: { policy }, enforcedSince, userId, ledgers }: Person): TraitContext => {
  const joined = joinLedgers(ledgers);
  const standing = findStanding(joined, policy);
  const spokenOf = standing.lead?.episode.subscription ?? standing.cardSubscription;
  const customer = (ledgers.length > 1 ? accountOf(ledgers, spokenOf) : null) ?? joined.customer;
  const ledger = { ...joined, customer, userId };
  return { ledger, standing, revenue: recurringRevenue(joined), policy, enforcedSince };
};

const toAccountTraits = (customer: CustomerKey, traits: UserTraits): AccountTraits => ({
  provider: customer.provider,
  livemode: customer.mode === 'live',
  plan_id: traits.plan_id,
  dunning_status: traits.dunning_status,
  in_dunning: traits.in_dunning,
  mrr: traits.mrr,
  arr: traits.arr,
  mrr_currency: traits.mrr_currency,
});

/** Where a person or an account stands, and what is said of that. */
interface Stand {
  readonly context: TraitContext;
  readonly traits: UserTraits;
}

const standOf = (person: Person): Stand => {
  const context = standTogether(person);
  return { context, traits: computeTraits(context) };
};

const NONE: ReadonlySet<string> = new Set();
const NO_HAND_OFFS: HandOffs = { all: [], changesAt: [] };

/** One account by itself, and when it could change by time alone: not on the days of the person, who may have several. */
const viewAccount = (
  { rules, handedOff = NONE, now, userId }: Omit<DecideInput, 'accounts' | 'enforcedSince'>,
  { role, ledger }: { role: ClaimedAccount['role']; ledger: Ledger },
  { context, traits }: Stand,
): { readonly view: AccountView; readonly changesAt: readonly Instant[] } => {
  const { all: handOffs, changesAt } =
    role === 'contact'
      ? NO_HAND_OFFS
      : findHandOffs({ ledger: { ...ledger, userId }, traits, policy: rules.policy, known: handedOff, now });
  const said = { traits: toAccountTraits(ledger.customer, traits), state: traits, owed: findOwed(context.standing) };
  const events = planEvents({ ledger, rules });
  return {
    view: { customer: ledger.customer, role, ledger, events, ...said, handOffs },
    changesAt: [...changesAt, ...context.standing.changesAt, ...traitChangesAt(context)],
  };
};

/** A person whose accounts were all linked to somebody else. */
const viewNobody = (userId: string | null, rules: Ruleset, now: Instant): View => {
  const subject = { traits: NOBODY, events: [] };
  const { members } = findMemberships(rules.audiences, subject, now);
  return {
    userId,
    anonymousId: null,
    accounts: [],
    account: null,
    known: false,
    traits: NOBODY,
    events: [],
    subject,
    audiences: members,
    flow: null,
    owed: null,
    episodes: [],
    until: null,
  };
};

/** What is decided on: a person's accounts with all facts that are known of them. */
export interface DecideInput {
  /** Whom the accounts are known to belong to; what they say themselves outranks it. */
  readonly userId: string | null;
  readonly accounts: readonly (Pick<ClaimedAccount, 'customer' | 'role'> & { readonly facts: readonly Fact[] })[];
  readonly rules: Ruleset;
  /** Episodes of which a task was made; none unless given. */
  readonly handedOff?: ReadonlySet<string>;
  /** When a store that had observed began to enforce (semantics D3, G10). Never left out: another answer of grace would be given. */
  readonly enforcedSince: Instant | null;
  readonly now: Instant;
}

/** What is true of a person at `now`, given what was observed. Pure: no clock, no I/O, no randomness. */
export const decide = (input: DecideInput): View => {
  const { accounts, rules, now, ...known } = input;
  const folded = accounts.map(({ customer, role, facts }) => ({
    role,
    ledger: foldLedger(customer, facts, rules, now),
  }));
  const [first, ...others] = folded.map(({ ledger }) => ledger);
  if (first === undefined) return viewNobody(known.userId, rules, now);
  const named = folded.find(({ role, ledger }) => role === 'owner' && ledger.userId !== null);
  const userId = named?.ledger.userId ?? known.userId;
  const person: Person = { rules, enforcedSince: input.enforcedSince, userId, ledgers: [first, ...others] };
  const stand = standOf(person);
  const { context, traits } = stand;
  const { ledger: joined, standing } = context;
  const viewed = folded.map((account) =>
    // What stands of an only account is what stands of the person.
    viewAccount(
      { ...input, userId },
      account,
      others.length === 0 ? stand : standOf({ ...person, ledgers: [account.ledger] }),
    ),
  );
  const views = viewed.map(({ view }) => view);
  const events = views.flatMap((view) => view.events);
  // What still settles counts nowhere yet (semantics E4).
  const subject = { traits, events: events.filter(({ ready }) => ready) };
  const memberships = findMemberships(rules.audiences, subject, now);
  const changesAt = [joined, standing, ...viewed].flatMap((each) => each.changesAt);
  const changes = [...changesAt, ...traitChangesAt(context)].filter((at) => at > now);
  return {
    userId,
    anonymousId: anonymousIdOf(first.customer, rules.namespace),
    accounts: views,
    account: joined.customer,
    known: joined.episodes.length > 0 || standing.stage === 'card_expiring',
    traits,
    events,
    subject,
    audiences: memberships.members,
    flow: findFlow(standing, traits),
    owed: findOwed(standing),
    episodes: joined.episodes.map(summarise),
    until: earliest(memberships.until, ...changes),
  };
};

/** The view as it is stored for people to look at, without the events. */
export const toViewJson = ({ userId, anonymousId, traits, audiences, episodes }: View): string =>
  JSON.stringify({ user_id: userId, anonymous_id: anonymousId, traits, audiences, episodes });
