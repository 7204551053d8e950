import type { Fact, HoldLifted, HoldPlaced } from '../domain/fact.ts';
import { earliest, type Instant, instant } from '../domain/instant.ts';
import { visibleFrom } from './timeline.ts';

/** A time in which a person or another tool wants no dunning message to go out about an account (semantics D6, F3). */
export interface Hold extends Pick<HoldPlaced, 'source' | 'holdId' | 'cause' | 'actor' | 'reason' | 'until'> {
  /** When it was said, or heard where a clock ahead of ours said it. */
  readonly from: Instant;
  /** When it lapses, was lifted, or another of the same id took its place; half open. Null: it stands until it is lifted. */
  readonly to: Instant | null;
}

type Said = HoldPlaced | HoldLifted;

/** What a person lifts by name is another tool's, too: a claim of which the end is lost, or was sent before it. */
const isAbout = (said: Said, { source, holdId }: HoldPlaced): boolean => {
  if (said.kind === 'hold_placed') return said.source === source && said.holdId === holdId;
  if (said.holdId === null) return said.source === source;
  return said.holdId === holdId && (said.source === source || said.source === 'operator');
};

/**
 * A clock somewhat ahead of ours must not keep a hold from beginning when it is heard (semantics B1). What was said later
 * ends it, by its own date: one that is dated ahead of our clock ends it only then.
 */
const toHold = (placed: HoldPlaced, later: readonly Said[]): Hold => {
  const { source, holdId, cause, actor, reason, until } = placed;
  const from = instant(Math.min(placed.occurredAt, visibleFrom(placed)));
  const endedAt = later.find((said) => isAbout(said, placed))?.occurredAt ?? null;
  return { source, holdId, cause, actor, reason, until, from, to: earliest(until, endedAt) };
};

/** A hold that is over, and what ended it. */
export interface PastHold extends Hold {
  readonly to: Instant;
  /** What was said that ended it: it was lifted, or another of its id took its place. Null: it lapsed. */
  readonly endedBy: Said | null;
}

/** Whether it holds back at an instant. */
export const isInForce = ({ from, to }: Hold, at: Instant): boolean => from <= at && (to === null || at < to);

/** Every hold, those that are over included, as they were said. `facts` in fold order. */
export const foldHolds = (facts: readonly Fact[]): readonly Hold[] => {
  const said = facts.filter((fact) => fact.kind === 'hold_placed' || fact.kind === 'hold_lifted');
  return said.flatMap((fact, index) => (fact.kind === 'hold_placed' ? [toHold(fact, said.slice(index + 1))] : []));
};

const toPast = (placed: HoldPlaced, later: readonly Said[], at: Instant): readonly PastHold[] => {
  const hold = toHold(placed, later);
  if (hold.to === null || hold.to > at) return [];
  const said = later.find((each) => isAbout(each, placed)) ?? null;
  return [{ ...hold, to: hold.to, endedBy: said?.occurredAt === hold.to ? said : null }];
};

/** The holds that are over at an instant, the one that ended last first. `facts` in fold order. */
export const foldPastHolds = (facts: readonly Fact[], at: Instant): readonly PastHold[] => {
  const said = facts.filter((fact) => fact.kind === 'hold_placed' || fact.kind === 'hold_lifted');
  return said
    .flatMap((fact, index) => (fact.kind === 'hold_placed' ? toPast(fact, said.slice(index + 1), at) : []))
    .toSorted((a, b) => b.to - a.to);
};
