import { expect } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Guard, GuardAnswer } from '../../src/pipeline/guard/guard.ts';
import { statusOf } from '../oracle/account.ts';
import { type Answer, answer, type EpisodeIdOf } from '../oracle/answer.ts';
import { faultsOf, flowVerdict, type Heard, runs } from '../oracle/flow.ts';
import { guardReasons, type Message } from '../oracle/guard.ts';
import type { Look } from './tools-told-relay.ts';

/** What flows of messaging tools hear, and what the guard says, of the one person whose money moves. */

const EVE = 'user_eve';
const iso = (at: number): string => new Date(at).toISOString();

/** How the person stands by the rules, from all that was received; null: nobody bears the id. */
export const personAt = (look: Look, policy: Policy, idOf: EpisodeIdOf, t: number = look.now): Answer | null => {
  const owned = look.accounts.filter(({ userId }) => userId === EVE);
  if (owned.length === 0) return null;
  return answer({ accounts: owned.map(({ facts }) => facts), policy, t, idOf });
};

/** What the flows of each episode were told in all, and whether it could be written about since. */
export interface FlowMemory {
  readonly heard: Map<string, readonly Heard[]>;
  readonly reachable: Set<string>;
}

const remember = ({ heard, reachable }: FlowMemory, look: Look): readonly string[] => {
  const news = look.told.filter(({ userId }) => userId === EVE);
  for (const { episodeId, kind, stage, outcome } of news) {
    const word = { kind, stage, outcome, reachable: reachable.delete(episodeId) };
    heard.set(episodeId, [...(heard.get(episodeId) ?? []), word]);
  }
  return news.map(({ episodeId }) => episodeId);
};

/** Each stage is announced once, a hold ends what runs once, and nothing runs of whom nobody may write to. */
export const judgeFlows = (look: Look, memory: FlowMemory, policy: Policy, idOf: EpisodeIdOf): void => {
  const news = remember(memory, look);
  const said = personAt(look, policy, idOf);
  if (said === null) return;
  const lead = said.lead === null ? null : idOf(said.lead);
  for (const [episode, heard] of memory.heard) {
    const at = `the flow of ${episode} at ${iso(look.now)}: ${JSON.stringify(heard)}`;
    expect(faultsOf(heard), at).toEqual([]);
    const { mayRun, outcome } = flowVerdict(said, lead === episode);
    if (!mayRun) expect(runs(heard), `${at} runs`).toBe(false);
    const last = heard.at(-1);
    if (outcome !== null && news.includes(episode) && last?.kind === 'exited') expect(last.outcome, at).toBe(outcome);
  }
  if (lead !== null && said.inDunning) memory.reachable.add(lead);
};

/** Every episode that ended recovered is told of once, by whom it was marked where nobody else said so (C2, C3, 0015). */
export const judgeRecoveries = (look: Look, policy: Policy, idOf: EpisodeIdOf): void => {
  for (const { customer, facts } of look.accounts) {
    const said = answer({ accounts: [facts], policy, t: look.now, idOf });
    for (const episode of said.episodes.filter(({ outcome }) => outcome === 'recovered')) {
      const told = look.calls.filter(
        ({ call }) => call.event === 'payment_recovered' && call.properties?.dunning_episode_id === idOf(episode),
      );
      const at = `payment_recovered of ${episode.openingInvoice} of ${customer}`;
      expect(told.length, at).toBe(1);
      const isOnlyMarked = episode.invoices.every((id) => episode.marks.some(({ invoice }) => invoice === id));
      const provider = facts.some(
        (fact) => 'invoice' in fact && fact.invoice.status === 'paid' && episode.invoices.includes(fact.invoice.id),
      );
      const via = told[0]?.call.properties?.recovered_via;
      if (isOnlyMarked && !provider) expect(via, at).toBe('operator');
      if (episode.marks.length === 0) expect(via, at).not.toBe('operator');
    }
  }
};

const MESSAGES: readonly Message[] = ['dunning', 'pre_dunning', 'recovery'];

/** An answer of the guard, with what it was asked. */
export interface Asked {
  readonly message: Message;
  readonly episode: string | null;
  readonly answer: GuardAnswer;
}

/** Of every kind of message, of whichever episode, of each known one, and of none that there is. */
export const askAll = async (
  guard: Guard,
  episodes: readonly string[],
  now: Look['now'],
): Promise<readonly Asked[]> => {
  const asked: Asked[] = [];
  for (const message of MESSAGES)
    for (const episode of [null, '', ...episodes])
      asked.push({ message, episode, answer: await guard.ask({ userId: EVE, episode, message }, now) });
  return asked;
};

/** The episode of which the guard speaks: the lead, else of who recovered the one that ended last. */
const spokenOf = (said: Answer, idOf: EpisodeIdOf): readonly (string | null)[] => {
  if (said.lead !== null) return [idOf(said.lead)];
  if (said.stage !== 'recovered') return [null];
  const recovered = said.episodes.filter(({ outcome }) => outcome === 'recovered');
  const last = Math.max(...recovered.map(({ endedAt }) => endedAt ?? 0));
  return recovered.filter(({ endedAt }) => endedAt === last).map(idOf);
};

/** The guard knew by then what the decision of that instant knew. */
const knewAll = (before: Look | null, after: Look): boolean => {
  const owned = (look: Look | null): readonly string[] =>
    (look?.accounts ?? []).flatMap(({ customer, userId }) => (userId === EVE ? [customer] : [])).toSorted();
  if (owned(before).length === 0 || owned(before).join() !== owned(after).join()) return false;
  const known = new Set(before?.accounts.flatMap(({ facts }) => facts.map(({ id }) => id)));
  // What waited for a reference is read once that is committed (A3).
  return after.accounts.every(({ facts }) =>
    facts.every(({ id, receivedAt }) => known.has(id) || receivedAt === after.now),
  );
};

/** Asked before anything of that instant was decided, it answers what the rules say of all that was received. */
export const judgeGuard = (
  asked: readonly Asked[],
  { before, after }: { readonly before: Look | null; readonly after: Look },
  policy: Policy,
  idOf: EpisodeIdOf,
): void => {
  const said = personAt(after, policy, idOf);
  if (said === null || !knewAll(before, after)) return;
  const spoken = spokenOf(said, idOf);
  for (const { message, episode, answer: answered } of asked) {
    const at = `the guard, of ${message} for ${episode} at ${iso(after.now)}: ${JSON.stringify(answered)}`;
    const about = spoken.length === 1 ? (spoken[0] ?? null) : (spoken.find((id) => id === episode) ?? null);
    if (spoken.length > 1 && episode !== null) continue; // of two that ended in one instant no rule names the last
    const reasons = guardReasons(said, message, episode, about);
    expect(answered.suppress, at).toBe(reasons.length > 0);
    if (answered.suppress) expect(reasons, at).toContain(answered.reason);
    else expect(answered.reason, at).toBeNull();
    expect(answered.dunning_status, at).toBe(statusOf(said));
    if (said.lead !== null) expect(answered.dunning_episode_id, at).toBe(idOf(said.lead));
  }
};

/** Instants beside which the guard is asked once more, in ms from a decision. */
export const BESIDE: readonly number[] = [1, 9_999, HOUR_MS];
