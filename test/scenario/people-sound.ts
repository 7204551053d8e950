import { expect } from 'vitest';
import { USER_TRAITS } from '../../src/generated/tracking-plan.ts';
import { NOBODY } from '../../src/pipeline/nobody.ts';
import type { ProfileRecord, SegmentCall } from '../../src/pipeline/ports.ts';
import { isMembership } from '../../src/pipeline/transitions.ts';
import type { PeopleRelay } from './people-relay.ts';
import type { Mirrored } from './segment-mirror.ts';
import { anonymousOf, mirrorOf } from './segment-mirror.ts';

/** What holds at every instant of every story about people, once everybody who is due was decided. */

/** The traits whose change alone is worth an identify; null and never said are one. */
const onChange = (value: (name: string) => unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(USER_TRAITS).flatMap(([name, publish]) =>
      publish === 'on_change' ? [[name, value(name) ?? null]] : [],
    ),
  );

/**
 * Each audience is entered and exited in turns. What an anonymous id had entered before it was merged into a user may be
 * entered anew by the user, and is exited by the user.
 */
const expectTurns = (calls: readonly SegmentCall[]): void => {
  const merged = new Map<string, string>();
  const inside = new Set<string>();
  for (const call of calls) {
    const anonymous = anonymousOf(call);
    if (call.userId !== undefined && call.anonymousId !== undefined && !merged.has(anonymous))
      merged.set(anonymous, call.userId);
    if (call.type !== 'track' || !isMembership(call)) continue;
    const who = call.userId ?? anonymous;
    const toldAs = [who, ...[...merged].flatMap(([id, user]) => (user === who ? [id] : []))];
    const keys = toldAs.map((id) => `${id} ${call.properties?.audience_key}`);
    if (call.event === 'Audience Entered') {
      expect(inside.has(keys[0] ?? ''), `entered twice: ${keys[0]}`).toBe(false);
      inside.add(keys[0] ?? '');
    } else {
      expect(keys.filter((key) => inside.has(key)).length, `exited without an entry: ${keys}`).toBeGreaterThan(0);
      for (const key of keys) inside.delete(key);
    }
  }
};

const expectMirrored = (person: string, held: Mirrored, profile: ProfileRecord | undefined): void => {
  // Of whom only events were said, nothing is held that could be wrong (E9).
  if (held.traits.size + held.flagged.size + held.entered.size === 0) return;
  const view = JSON.parse(profile?.view ?? 'null');
  if (held.traits.size > 0)
    expect(
      onChange((name) => held.traits.get(name)),
      `what Segment holds of ${person} is what is true`,
    ).toEqual(onChange((name) => view?.traits[name] ?? NOBODY[name as keyof typeof NOBODY]));
  const audiences = [...(view?.audiences ?? [])].sort();
  expect([...held.flagged].sort(), `flags of ${person}`).toEqual(audiences);
  expect([...held.entered].sort(), `audiences of ${person}`).toEqual(audiences);
};

/** Ids are said once, audiences in turns, and Segment holds of everybody what their profile says. */
export const expectSoundPeople = async (relay: PeopleRelay): Promise<void> => {
  const rows = await relay.calls();
  const ids = rows.map(({ call }) => call.messageId);
  expect(new Set(ids).size, 'a message id is said once').toBe(ids.length);
  for (const channel of ['segment', 'recorder'] as const) {
    const calls = rows.flatMap((row) => (row.channel === channel ? [row.call] : []));
    expectTurns(calls);
    for (const [person, held] of mirrorOf(calls)) {
      const found = await relay.profiles(person.replace('anonymous ', ''));
      const mode = channel === 'segment' ? 'live' : 'test';
      expectMirrored(
        person,
        held,
        found.find((profile) => profile.mode === mode),
      );
    }
  }
};
