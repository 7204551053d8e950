import type { Fact } from '../domain/fact.ts';
import { type Instant, plus } from '../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../domain/policy.ts';
import { decide, type View } from './decide.ts';
import type { PlannedEvent } from './events/event.ts';
import type { Claim, DeliverySource } from './ports.ts';
import type { Read, ReadAccount } from './read.ts';
import type { Ruleset } from './rules.ts';
import { stageKey } from './tools/edges.ts';

/** An event that is not news. */
export interface Silent {
  readonly event: PlannedEvent['event'];
  /** Id of the account that it is about. */
  readonly account: string;
}

/** What holds and is no news: what new rules make of old facts (semantics E5), or what a backfill told (E6). */
export interface Baseline {
  /** By message id, what is committed and never said. */
  readonly silent: ReadonlyMap<string, Silent>;
  /** Keys of the audiences that the person is in without an announcement. */
  readonly audiences: readonly string[];
  /** The stage that is not news, as the commitments name it; null outside of dunning. */
  readonly stage: string | null;
  /** Episodes that accounts were in dunning for: their alert is not news. */
  readonly episodes: readonly string[];
  /** `rules`: transitions say that the definition changed. */
  readonly because: 'rules' | 'history';
}

const stageOf = ({ flow }: View): string | null => (flow === null ? null : stageKey(flow));

const episodesOf = ({ accounts }: View): readonly string[] =>
  accounts.flatMap(({ state }) => (state.in_dunning ? (state.dunning_episode_id ?? []) : []));

const silence = (view: View, isSilent: (event: PlannedEvent) => boolean): ReadonlyMap<string, Silent> =>
  new Map(
    view.accounts.flatMap(({ customer, events }) =>
      events
        .filter(isSilent)
        .map(({ messageId, event }) => [messageId, { event, account: customer.customer }] as const),
    ),
  );

/** Null while the rules are the same. What was still settling at the last commit is news and stays out. */
const becauseOfRules = ({ decided, userId, accounts, enforcedSince }: Claim, rules: Ruleset): Baseline | null => {
  if (decided === null || decided.ruleset === rules.hash) return null;
  const view = decide({ userId, accounts, rules, enforcedSince, now: decided.at });
  const isOld = ({ ready, settlesAt }: PlannedEvent): boolean => ready && settlesAt <= decided.at;
  return {
    silent: silence(view, isOld),
    audiences: view.audiences,
    stage: stageOf(view),
    episodes: episodesOf(view),
    because: 'rules',
  };
};

/** Whether an event belongs to what is over: those of open episodes are wanted. */
const isOver = ({ episodes }: View): ((event: PlannedEvent) => boolean) => {
  const open = new Set(episodes.filter(({ outcome }) => outcome === 'open').map(({ id }) => id));
  return (event) => !open.has(event.properties().dunning_episode_id ?? '');
};

/** What an account held, and what a backfill told of it now, as if it had been heard of when it happened. */
const toHistory = ({ known, news }: ReadAccount): readonly Fact[] => [
  ...known,
  ...news.flatMap(({ fact, source }) => (SILENT.has(source) ? [{ ...fact, isHistory: true } as const] : [])),
];

/** Of these nothing, or only what belongs to open episodes, is said. */
const SILENT: ReadonlySet<DeliverySource> = new Set(['backfill', 'backfill_open']);

/**
 * Null where no backfill told anything now. What holds in the history, and in what was known before it, is silent, but
 * for what the known facts by themselves are about to say.
 */
const becauseOfHistory = (
  { userId, enforcedSince }: Claim,
  accounts: readonly ReadAccount[],
  rules: Ruleset,
  now: Instant,
): Baseline | null => {
  const sources = new Set(accounts.flatMap(({ news }) => news.map(({ source }) => source)));
  if (!sources.has('backfill') && !sources.has('backfill_open')) return null;
  const viewOf = (factsOf: (account: ReadAccount) => readonly Fact[], at: Instant): View =>
    decide({
      userId,
      accounts: accounts.map((each) => ({ ...each, facts: factsOf(each) })),
      rules,
      enforcedSince,
      now: at,
    });
  const history = viewOf(toHistory, now);
  // What happened as it was read still settles: it is no news when that is over, either.
  const settled = plus(now, SETTLE_WINDOW_MS);
  const coming = new Set(viewOf(({ known }) => known, settled).events.map(({ messageId }) => messageId));
  const isAll = sources.has('backfill');
  const isOld = isAll ? () => true : isOver(history);
  // Where nothing is open any more, where the person stands is of the past as well.
  const isQuiet = isAll || history.episodes.every(({ outcome }) => outcome !== 'open');
  return {
    silent: silence(viewOf(toHistory, settled), (event) => event.ready && !coming.has(event.messageId) && isOld(event)),
    audiences: isQuiet ? history.audiences : [],
    stage: isAll ? stageOf(history) : null,
    episodes: isAll ? episodesOf(history) : [],
    because: 'history',
  };
};

/** Both, where new rules and history come together. */
const joinBaselines = (rules: Baseline | null, history: Baseline | null): Baseline | null => {
  if (rules === null || history === null) return rules ?? history;
  return {
    silent: new Map([...rules.silent, ...history.silent]),
    audiences: [...new Set([...rules.audiences, ...history.audiences])],
    stage: history.stage ?? rules.stage,
    episodes: [...rules.episodes, ...history.episodes],
    because: 'history',
  };
};

/** What holds in a profile's decision and is no news. Pure. */
export const findBaseline = (claim: Claim, { accounts }: Read, rules: Ruleset, now: Instant): Baseline | null =>
  joinBaselines(becauseOfRules(claim, rules), becauseOfHistory(claim, accounts, rules, now));
