import { expect } from 'vitest';
import type { Attributes } from '../../src/destination-kit/record.ts';
import { DAY_MS, earliest, HOUR_MS, type Instant, instant, plus } from '../../src/domain/instant.ts';
import type { ToolState } from '../../src/pipeline/tools/tool-ports.ts';
import { makeRandom } from '../../src/simulate/random.ts';
import { IDS } from './tools-told.ts';
import type { Told } from './tools-told-plan.ts';
import { arrivalsOf, policyFor } from './tools-told-plan.ts';
import type { Look, ToldRelay } from './tools-told-relay.ts';
import { openToldRelay, TOOLS } from './tools-told-relay.ts';
import type { FaultyTool, Fortune } from './tools-told-sinks.ts';
import { makeFaultyTools } from './tools-told-sinks.ts';

/** Without nulls, which nobody holds, and the version, which goes only with something else. */
const stateOf = ({ dunning_state_version: _, ...attributes }: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));

const statesOf = (look: Look, { subject }: FaultyTool): readonly ToolState[] => {
  const name = TOOLS.find((each) => each.subject === subject)?.tool;
  return look.profiles.flatMap(({ tools }) => tools).filter(({ tool }) => tool === name);
};

/**
 * Two profiles have a row of one person: who had somebody's account for a while, and the person, whose id came back
 * otherwise. The rows are delivered each for itself, so the one that a fault held up is the last word
 * (docs/decisions/0014, what is left).
 */
const hasRival = ({ profiles }: Look, { tool, userId, profileId }: ToolState): boolean =>
  profiles.some(
    (other) => other.profileId !== profileId && other.tools.some((row) => row.tool === tool && row.userId === userId),
  );

const holdsWhatItShould = (look: Look, tool: FaultyTool): void => {
  for (const state of statesOf(look, tool)) {
    const { userId, desired, status } = state;
    const who = `${tool.subject} ${userId}`;
    expect(status, who).toBe('settled');
    if (!tool.absent.has(userId) && !hasRival(look, state))
      expect(stateOf(tool.held.get(userId) ?? {}), who).toEqual(stateOf(desired));
  }
};

const repeatsOnlyWhatWasInDoubt = ({ subject, applied, inDoubt }: FaultyTool): void => {
  const ids = applied.map(({ id }) => id);
  const repeated = ids.filter((id, index) => ids.indexOf(id) !== index);
  expect(
    repeated.filter((id) => !inDoubt.has(id)),
    `told twice by ${subject}`,
  ).toEqual([]);
};

/** Each episode is told of once, and then its end, in turns; what was told of has its end told, whatever became of the calls. */
const alertsInTurn = ({ applied, inDoubt }: FaultyTool, over: ReadonlySet<string>): void => {
  for (const [episode, heard] of Map.groupBy(applied, ({ userId }) => userId)) {
    const opened = heard.filter(({ name }) => name === 'alert_opened');
    const resolved = heard.filter(({ name }) => name === 'alert_resolved');
    const openings = new Set(opened.map(({ id }) => id)).size;
    const ends = new Set(resolved.map(({ id }) => id)).size;
    // What ended it may turn out not to have held: it is told of again.
    expect(openings, `openings of ${episode}`).toBeLessThanOrEqual(ends + 1);
    expect(ends, `ends of ${episode}`).toBeLessThanOrEqual(Math.max(openings, 1));
    // An opening of which we do not know whether it came may have been lost.
    if (resolved.length > 0 && opened.length === 0)
      expect(inDoubt.size, `${episode} was never told`).toBeGreaterThan(0);
    if (opened.length > 0 && over.has(episode)) expect(resolved.length, `the end of ${episode}`).toBeGreaterThan(0);
  }
};

const inTurn = ({ applied }: FaultyTool, look: Look, dead: readonly string[]): void => {
  const said = look.calls.map(({ call }) => call.messageId);
  for (const [account, heard] of Map.groupBy(applied, ({ userId }) => userId)) {
    const ids = [...new Set(heard.map(({ id }) => id))];
    const owed = said.filter((id) => ids.includes(id));
    expect(ids.toSorted(), account).toEqual(owed.toSorted());
    // What became a dead letter comes again when a person asks for it.
    if (!dead.includes(`webhook ${account}`)) expect(ids, `the order of ${account}`).toEqual(owed);
  }
};

interface World {
  readonly relay: ToldRelay;
  readonly tools: readonly FaultyTool[];
  /** Ids of rows that were there at some instant, by subject. */
  readonly seen: Map<string, Set<string>>;
}

/** Between two instants at which something is decided, tools get so many calls at most. */
const CALLS = 6;

const sendAll = async (
  tools: readonly FaultyTool[],
  from: Instant,
  until: Instant,
  calls: number,
): Promise<Instant | null> => {
  const next: (Instant | null)[] = [];
  for (const tool of tools) next.push(await tool.send(from, until, calls));
  return earliest(...next.filter((at) => at !== null));
};

const remember = async ({ relay, tools, seen }: World, now: Instant): Promise<Look> => {
  const look = await relay.look(now);
  for (const tool of tools)
    for (const { userId } of statesOf(look, tool))
      seen.set(tool.subject, (seen.get(tool.subject) ?? new Set()).add(userId));
  return look;
};

const passTime = async (world: World, from: Instant, until: Instant, calls: number): Promise<void> => {
  let at = from;
  for (let next = await world.relay.nextDueAt(); next !== null && next <= until; next = await world.relay.nextDueAt()) {
    await sendAll(world.tools, at, next, calls);
    await world.relay.decide(next);
    at = next;
  }
  await sendAll(world.tools, at, until, calls);
};

const judge = async (world: World, now: Instant, dead: readonly string[]): Promise<void> => {
  const { tools, seen } = world;
  const look = await remember(world, now);
  const open = new Set(
    look.profiles.flatMap(({ view }) =>
      (JSON.parse(view ?? '{}').episodes ?? []).flatMap((each: { id: string; outcome: string }) =>
        each.outcome === 'open' ? [each.id] : [],
      ),
    ),
  );
  for (const tool of tools) {
    holdsWhatItShould(look, tool);
    repeatsOnlyWhatWasInDoubt(tool);
    const ids = statesOf(look, tool).map(({ userId }) => userId);
    for (const id of seen.get(tool.subject) ?? []) expect(ids, `the row of ${tool.subject} ${id}`).toContain(id);
    if (tool.subject === 'hand_off' || tool.subject === 'alert' || tool.subject === 'stream')
      expect(new Set(ids).size, `one row for each ${tool.subject}`).toBe(ids.length);
    if (tool.subject === 'alert') alertsInTurn(tool, new Set(ids.filter((id) => !open.has(id))));
    if (tool.subject === 'stream') inTurn(tool, look, dead);
  }
};

/** Plays one history while the tools are out of order, leaves them in peace, and judges what they hold and heard. */
export const judgeDelivered = async (told: Told, seed: number, faults: number): Promise<void> => {
  const relay = await openToldRelay(policyFor(told), IDS);
  const fortune: Fortune = { random: makeRandom(seed), faults };
  const world: World = { relay, tools: makeFaultyTools(relay, fortune), seen: new Map() };
  try {
    let last = instant(0);
    for (const [at, together] of Map.groupBy(arrivalsOf(told), (arrival) => arrival.at)) {
      await passTime(world, last, at, CALLS);
      for (const each of together)
        await (each.source === 'operator' ? relay.hear(each.delivery) : relay.take([each.body], at, each.source));
      await relay.decide(at);
      await remember(world, at);
      last = at;
    }
    fortune.faults = 0;
    const quiet = plus(last, 40 * DAY_MS);
    await passTime(world, last, quiet, 500);
    const dead = await relay.store.deadLetters({ replayed: false, limit: 1_000 });
    await relay.store.replayDeadLetters(null, quiet);
    const end = plus(quiet, 3 * HOUR_MS);
    await passTime(world, quiet, end, 500);
    await judge(
      world,
      end,
      dead.map(({ subject }) => subject),
    );
  } finally {
    await relay.close();
  }
};
