import { expect } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS, instant, plus } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ToolRow } from '../../src/pipeline/tools/tool-ports.ts';
import { type AccountStanding, accountAt } from '../oracle/account.ts';
import type { EpisodeIdOf } from '../oracle/answer.ts';
import type { Fact } from '../oracle/facts.ts';
import {
  alertVerdict,
  type EpisodeStanding,
  episodesAt,
  isOver,
  taskVerdict,
  wasExhausted,
} from '../oracle/hand-over.ts';
import { askAll, type FlowMemory, judgeFlows, judgeGuard, judgeRecoveries } from './tools-told-flows.ts';
import { judgeContacts, judgeStream } from './tools-told-others.ts';
import type { Heard, Told } from './tools-told-plan.ts';
import { arrivalsOf, policyFor } from './tools-told-plan.ts';
import type { Look, Owned, ToldRelay } from './tools-told-relay.ts';
import { openToldRelay } from './tools-told-relay.ts';

/** What was seen before, by the ids of accounts and episodes. */
interface Memory {
  readonly accounts: Set<string>;
  readonly tasks: Map<string, 'open' | 'closed'>;
  readonly alerts: Map<string, readonly string[]>;
  /** Episodes of history that were in dunning as it was read, or later without a word: they are no news. */
  readonly oldNews: Set<string>;
  /** Instants ahead at which policy hands an episode over. */
  readonly days: Set<number>;
  /** Episodes that were seen out of retries. */
  readonly exhausted: Set<string>;
  readonly flows: FlowMemory;
  /** Episodes that were published. */
  ids: readonly string[];
  last: Look | null;
}

/** An episode of an account, with the id under which it is published. */
interface Known {
  readonly id: string;
  readonly facts: readonly Fact[];
  readonly standing: EpisodeStanding;
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const keyOf = ({ subscription, openingInvoice, reversal }: Parameters<EpisodeIdOf>[0]): string =>
  `${subscription} ${openingInvoice} ${iso(reversal?.occurredAt ?? null)}`;

/** C1 says that ids are a hash and not which: they are read off the view. */
const idsOf = ({ profiles }: Look): ReadonlyMap<string, string> =>
  new Map(
    profiles.flatMap(({ view }) =>
      (JSON.parse(view ?? '{}').episodes ?? []).map((each: Record<string, string | null>): [string, string] => [
        `${each.subscription} ${each.opening_invoice} ${each.reopened_from === null ? null : each.opened_at}`,
        each.id ?? '',
      ]),
    ),
  );

const idOfIn = (look: Look): EpisodeIdOf => {
  const ids = idsOf(look);
  return (episode) => ids.get(keyOf(episode)) ?? '';
};

const accountSight = (said: AccountStanding, { userId }: Owned, held: ToolRow['desired'], idOf: EpisodeIdOf) => ({
  user_id: userId,
  dunning_stage: said.stage,
  dunning_status: said.status,
  in_dunning: said.inDunning,
  dunning_suppressed: said.suppressed,
  suppression_reason: said.reason,
  // Whose plan it is where no episode leads, the semantics do not say.
  plan_id: said.leads ? said.planId : held.plan_id,
  high_value_plan: said.leads ? said.highValue : held.high_value_plan,
  card_expires_at: iso(said.cardExpiresAt),
  mrr: said.revenue === null ? null : Math.round(said.revenue.monthlyMinor) / 100,
  arr: said.revenue === null ? null : Math.round(said.revenue.monthlyMinor * 12) / 100,
  mrr_currency: said.revenue === null ? null : said.revenue.currency.toUpperCase(),
  dunning_episode_id: said.lead === null ? null : idOf(said.lead),
});

const onlyRow = (rows: readonly ToolRow[], id: string, at: string): ToolRow | undefined => {
  const own = rows.filter(({ userId }) => userId === id);
  expect(own.length, `rows of ${id} ${at}`).toBeLessThanOrEqual(1);
  return own[0];
};

const judgeAccounts = (look: Look, memory: Memory, policy: Policy, idOf: EpisodeIdOf): void => {
  for (const { customer, now, facts } of look.decided)
    if (accountAt(facts, policy, now, idOf).isWorthTelling) memory.accounts.add(`${customer} may`);
  for (const owned of look.accounts) {
    const at = `${owned.customer} at ${iso(look.now)}`;
    const said = accountAt(owned.facts, policy, look.now, idOf);
    const row = onlyRow(look.rows.account, owned.customer, at);
    if (said.isWorthTelling) memory.accounts.add(owned.customer).add(`${owned.customer} may`);
    if (memory.accounts.has(owned.customer)) expect(row, `a row of ${at}`).toBeDefined();
    if (!memory.accounts.has(`${owned.customer} may`)) expect(row, `no row of ${at}`).toBeUndefined();
    if (row === undefined) continue;
    expect(row.profileId, `owner of ${at}`).toBe(owned.profileId);
    expect(row.edges, at).toEqual([]);
    const sight = accountSight(said, owned, row.desired, idOf);
    for (const [name, value] of Object.entries(sight)) expect(row.desired[name], `${name} of ${at}`).toBe(value);
  }
};

const judgeTask = (
  { id, standing, facts }: Known,
  row: ToolRow | undefined,
  before: readonly EpisodeStanding[],
  { memory, policy, now }: { memory: Memory; policy: Policy; now: Instant },
): void => {
  const at = `the task of ${id} (${standing.episode.openingInvoice}, ${standing.episode.outcome}) at ${iso(now)}`;
  const verdicts = [...before, standing].map((each) => taskVerdict(each, policy, now));
  if (standing.isExhausted || before.some(({ isExhausted }) => isExhausted)) memory.exhausted.add(id);
  const day = standing.episode.openedAt + (policy.handOff.afterMs ?? 0);
  if (day > now) memory.days.add(day);
  const had = memory.tasks.get(id);
  const state = row?.desired.task_state as 'open' | 'closed' | undefined;
  if (had === undefined) {
    if (verdicts.at(-1) === 'must') expect(state, `${at}: must be there`).toBe('open');
    if (row !== undefined && !verdicts.includes('must')) {
      expect(verdicts, `${at}: new`).toContain('may');
      const wasOnce = memory.exhausted.has(id) || wasExhausted(facts, policy, now, standing.episode);
      expect(wasOnce, `${at}: new, once out of retries`).toBe(true);
    }
  } else expect(row, `${at}: stays`).toBeDefined();
  if (state === undefined) return;
  expect(['open', 'closed'], at).toContain(state);
  expect(row?.edges, at).toEqual([]);
  if (had === 'closed') expect(state, `${at}: never reopened`).toBe('closed');
  else if (isOver(standing) === 'open') expect(state, `${at}: stays open`).toBe('open');
  if (isOver(standing) === 'over') expect(state, `${at}: over`).toBe('closed');
  memory.tasks.set(id, state);
};

const judgeAlert = (
  { id, standing }: Known,
  row: ToolRow | undefined,
  before: readonly EpisodeStanding[],
  { memory, now, isReading }: { memory: Memory; now: Instant; isReading: boolean },
): void => {
  const at = `the alert of ${id} (${standing.episode.openingInvoice}, ${standing.episode.outcome}) at ${iso(now)}`;
  const verdicts = [...before, standing].map(alertVerdict);
  const had = memory.alerts.get(id) ?? [];
  const owed = row?.edges.map(({ event }) => event.name) ?? [];
  // G3: that it ended is sent only if something of it was, so alone it is nothing.
  const heard = owed.join() === 'alert_resolved' ? [] : owed;
  expect(heard.slice(0, had.length), `${at}: what was said stays`).toEqual(had);
  if (had.length === 0 && heard.length > 0)
    expect(
      verdicts.some((verdict) => verdict !== 'never'),
      `${at}: new`,
    ).toBe(true);
  if (standing.isHistory && verdicts.at(-1) !== 'never') {
    if (had.length === 0 && (isReading || memory.oldNews.has(id))) expect(heard, `${at}: history`).toEqual([]);
    if (heard.length === 0) memory.oldNews.add(id);
  }
  if (verdicts.at(-1) === 'must') expect(heard, `${at}: must be there`).toContain('alert_opened');
  // Called off once for each time that it was given: what ended it may turn out not to have held.
  expect(heard, at).toEqual(heard.map((_, index) => (index % 2 === 0 ? 'alert_opened' : 'alert_resolved')));
  if (heard.length === 2 && had.length < 2)
    expect(
      [...before, standing].some((each) => isOver(each) !== 'open'),
      `${at}: resolved`,
    ).toBe(true);
  if (heard.length > 0 && isOver(standing) === 'over') expect(heard, `${at}: over`).toContain('alert_resolved');
  memory.alerts.set(id, heard);
};

/** What began for an episode that the recomputation no longer yields has ended. */
const judgeSuperseded = (look: Look, ids: ReadonlySet<string>): void => {
  const gone = (row: ToolRow): boolean => !ids.has(row.userId);
  for (const row of look.rows.hand_off.filter(gone))
    expect(row.desired.task_state, `task of ${row.userId}, superseded, at ${iso(look.now)}`).toBe('closed');
  for (const row of look.rows.alert.filter(gone))
    expect(row.edges.at(-1)?.event.name, `alert of ${row.userId}, superseded, at ${iso(look.now)}`).toBe(
      'alert_resolved',
    );
};

const judgeEpisodes = (look: Look, memory: Memory, policy: Policy, isReading: boolean): void => {
  const published = idsOf(look);
  const idOf: EpisodeIdOf = (episode) => published.get(keyOf(episode)) ?? '';
  const ids = new Set<string>();
  for (const { customer, facts } of look.accounts) {
    const earlier = look.decided
      .filter((each) => each.customer === customer)
      .flatMap((each) => episodesAt(each.facts, policy, each.now, idOf));
    for (const standing of episodesAt(facts, policy, look.now, idOf)) {
      const key = keyOf(standing.episode);
      const id = published.get(key) ?? '';
      expect(id, `${key} is published at ${iso(look.now)}`).not.toBe('');
      ids.add(id);
      const before = earlier.filter(({ episode }) => keyOf(episode) === key);
      const at = `${id} at ${iso(look.now)}`;
      const context = { memory, policy, now: look.now, isReading };
      judgeTask({ id, standing, facts }, onlyRow(look.rows.hand_off, id, at), before, context);
      judgeAlert({ id, standing, facts }, onlyRow(look.rows.alert, id, at), before, context);
    }
  }
  judgeSuperseded(look, ids);
};

const judgeLook = (look: Look, memory: Memory, policy: Policy, isReading: boolean): void => {
  const ids = idsOf(look);
  judgeAccounts(look, memory, policy, (episode) => ids.get(keyOf(episode)) ?? '');
  judgeEpisodes(look, memory, policy, isReading);
  judgeContacts(look);
  judgeStream(look);
};

/** Users and customers that a history may name. */
export const IDS = ['user_eve', 'ada', 'ben', 'cleo', 'cus_eve', 'cus_eve_too', 'cus_0', 'cus_1', 'cus_2', 'cus_3'];

/** Lets time pass up to `until`; looks after every wake, and to the millisecond when policy hands an episode over. */
const passTime = async (
  relay: ToldRelay,
  { until, days }: { readonly until: Instant; readonly days: Set<number> },
  see: (now: Instant) => Promise<void>,
): Promise<void> => {
  for (;;) {
    const dueAt = await relay.nextDueAt();
    const next = Math.min(dueAt ?? Number.POSITIVE_INFINITY, ...days);
    if (next > until) return;
    await relay.decide(instant(next));
    await see(instant(next));
    for (const each of days) if (each <= next) days.delete(each);
  }
};

const takeAll = async (relay: ToldRelay, together: readonly Heard[], at: Instant): Promise<void> => {
  const bodies = Map.groupBy(
    together.flatMap((each) => (each.source === 'operator' ? [] : [each])),
    (each) => each.source,
  );
  for (const [source, some] of bodies)
    await relay.take(
      some.map(({ body }) => body),
      at,
      source,
    );
  for (const each of together) if (each.source === 'operator') await relay.hear(each.delivery);
};

/** Plays one history through the real loop and compares what tools are to hold and to hear with the rules, step by step. */
export const judgeTold = async (told: Told): Promise<void> => {
  const policy = policyFor(told);
  const relay = await openToldRelay(policy, IDS);
  const memory: Memory = {
    accounts: new Set(),
    tasks: new Map(),
    alerts: new Map(),
    oldNews: new Set(),
    days: new Set(),
    exhausted: new Set(),
    flows: { heard: new Map(), reachable: new Set() },
    ids: [],
    last: null,
  };
  const see = async (now: Instant, isReading = false): Promise<void> => {
    const look = await relay.look(now);
    judgeLook(look, memory, policy, isReading);
    memory.last = look;
    memory.ids = [...new Set([...memory.ids, ...idsOf(look).values()])];
    if (told.happenings.of === 'money') judgeFlows(look, memory.flows, policy, idOfIn(look));
  };
  try {
    const looks = [...told.looks];
    let last: Instant = instant(0);
    let arrivals = 0;
    for (const [at, together] of Map.groupBy(arrivalsOf(told), (arrival) => arrival.at)) {
      if (told.releases.includes(arrivals++)) relay.release();
      const between = plus(last, looks[0] ?? 0);
      if (last > 0 && looks.length > 0 && between < at) {
        looks.shift();
        await passTime(relay, { until: between, days: memory.days }, see);
        await see(between);
      }
      await passTime(relay, { until: at, days: memory.days }, see);
      await takeAll(relay, together, at);
      const asked = told.happenings.of === 'money' ? await askAll(relay.guard(), memory.ids, at) : [];
      const before = memory.last;
      await relay.decide(at);
      await see(
        at,
        together.some(({ source }) => source === 'backfill'),
      );
      if (memory.last !== null) judgeGuard(asked, { before, after: memory.last }, policy, idOfIn(memory.last));
      last = at;
    }
    for (const days of [8, 40]) {
      const then = plus(last, days * DAY_MS);
      await passTime(relay, { until: then, days: memory.days }, see);
      await see(then);
    }
    if (told.happenings.of === 'money' && told.installedMs === null && memory.last !== null)
      judgeRecoveries(memory.last, policy, idOfIn(memory.last));
  } finally {
    await relay.close();
  }
};
