import type { Attributes, ToolRecord } from '../../src/destination-kit/record.ts';
import type { BatchAnswer, RecordOutcome } from '../../src/destination-kit/sink.ts';
import { HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import type { ToolDeliverer } from '../../src/pipeline/tools/deliver-tools.ts';
import type { NewToolEdge } from '../../src/pipeline/tools/tool-ports.ts';
import { makeRandom } from '../../src/simulate/random.ts';
import { NOW } from '../contract/store-samples.ts';
import { type Behaviour, DELIVERED, edge, makeToolAtHand, takeAll, want } from '../contract/tool-at-hand.ts';
import { makeMortalDeliverer, ProcessDied } from './mortal-deliverer.ts';
import type { CallFault, Fate, Life, Step } from './tool-faults.ts';
import { PEOPLE } from './tool-faults.ts';

/** How one person stands, as a decision would have it. */
interface Person {
  readonly episodes: number;
  readonly stage: number;
  readonly isOpen: boolean;
  readonly drift: number;
  readonly version: number;
}

/** What can be said at the end of a history. */
export interface Ending {
  readonly userId: string;
  readonly held: Attributes;
  readonly desired: Attributes;
  /** Ids of the events sent to the person, in order: `entry E`, `exit E` and a number. */
  readonly sent: readonly string[];
  readonly applied: readonly string[];
  readonly ended: readonly string[];
}

export interface World {
  readonly play: (steps: readonly Step[]) => Promise<void>;
  /** Lets the tool take everything from now on and time pass until nothing waits. */
  readonly settle: () => Promise<void>;
  readonly endings: () => readonly Ending[];
  /** Ids of events of whose arrival we could not know. */
  readonly inDoubt: ReadonlySet<string>;
}

const NOBODY: Person = { episodes: 0, stage: 0, isOpen: false, drift: 0, version: 0 };

const episodeOf = (userId: string, { episodes }: Person): string => `${userId}_${episodes}`;

const next = (person: Person, what: Life['what']): Person => {
  const { episodes, stage, isOpen, drift } = person;
  const changed = { ...person, version: person.version + 1 };
  if (what === 'pay') return { ...changed, isOpen: false };
  if (what === 'drift') return { ...changed, drift: (drift + 1) % 3 };
  return isOpen ? { ...changed, stage: stage + 1 } : { ...changed, isOpen: true, stage: 1, episodes: episodes + 1 };
};

const desiredOf = (userId: string, person: Person): Attributes => ({
  in_dunning: person.isOpen,
  dunning_episode_id: person.isOpen ? episodeOf(userId, person) : null,
  dunning_stage: person.isOpen ? person.stage : null,
  drift: person.drift === 0 ? null : person.drift,
  ...(person.drift === 1 ? {} : { sometimes: true }),
  dunning_state_version: person.version,
});

/** The edge that a change brings: an entry at each failure, an exit when an open episode is paid. */
const edgesOf = (userId: string, before: Person, after: Person, at: Instant): readonly NewToolEdge[] => {
  const role = after.isOpen ? 'entry' : 'exit';
  if (before.isOpen === after.isOpen && before.stage === after.stage) return [];
  const episodeId = episodeOf(userId, after);
  return [edge(role, episodeId, `${role} ${episodeId} ${after.version}`, at)];
};

const OUTCOMES: Readonly<Record<Fate, RecordOutcome>> = {
  delivered: DELIVERED,
  applied_unsaid: { result: 'unknown', reason: 'no word of it' },
  lost_unsaid: { result: 'unknown', reason: 'no word of it' },
  retry: { result: 'retry', at: null, reason: 'busy' },
  rejected: { result: 'rejected', reason: 'bad record' },
};

/** A store, a tool, a clock, and a process that may die. */
export const makeWorld = (store: Store, resendsUnknownEvents: boolean, seed: number): World => {
  const tool = makeToolAtHand({ resendsUnknownEvents });
  const random = makeRandom(seed).next;
  const people = new Map<string, Person>();
  const ended = new Set<string>();
  const inDoubt = new Set<string>();
  const faults: CallFault[] = [];
  const late: { readonly at: Instant; readonly apply: () => void }[] = [];
  let now = NOW;
  let isDying = false;

  const moveTo = (at: Instant): void => {
    late.sort((a, b) => a.at - b.at);
    while (late[0] !== undefined && late[0].at <= at) late.shift()?.apply();
    now = at;
  };

  const live = async ({ person: userId, what }: Life): Promise<void> => {
    const before = people.get(userId) ?? NOBODY;
    const after = next(before, what);
    people.set(userId, after);
    if (before.isOpen && !after.isOpen) ended.add(episodeOf(userId, after));
    const edges = edgesOf(userId, before, after, now);
    await want(store, now, [{ userId, desired: desiredOf(userId, after), edges, urgent: !after.isOpen }]);
  };

  const doubt = (records: readonly ToolRecord[]): void => {
    for (const { events } of records) for (const { id } of events) inDoubt.add(id);
  };

  const mixed = (
    fates: readonly Fate[],
    records: readonly ToolRecord[],
    apply: Parameters<Behaviour>[1],
  ): BatchAnswer => {
    const fateOf = (index: number): Fate => fates[index] ?? 'delivered';
    apply(records.filter((_, index) => ['delivered', 'applied_unsaid'].includes(fateOf(index))));
    doubt(records.filter((_, index) => OUTCOMES[fateOf(index)].result === 'unknown'));
    return { answer: 'each', outcomes: records.map((_, index) => OUTCOMES[fateOf(index)]) };
  };

  const suffer = (
    { end, fates, lateMs }: CallFault,
    ...[records, apply]: Parameters<Behaviour>
  ): ReturnType<Behaviour> => {
    const reason = end;
    switch (end) {
      case 'mixed':
        return mixed(fates, records, apply);
      case 'take':
        return takeAll(records, apply);
      case 'unavailable':
      case 'stopped':
        return { answer: end, reason };
      case 'throttled':
        return { answer: end, until: plus(now, lateMs), reason };
      case 'refused':
      case 'too_large':
        return { answer: 'refused', reason, tooLarge: end === 'too_large' };
      case 'died':
      case 'applied':
        apply(records);
        break;
      case 'late':
        late.push({ at: plus(now, lateMs), apply: () => apply(records) });
    }
    doubt(records);
    isDying = end.startsWith('died');
    return { answer: 'unknown', reason };
  };

  tool.always(async (records, apply) => {
    const fault = faults.shift();
    if (fault === undefined) return takeAll(records, apply);
    if (fault.meanwhile !== null) await live(fault.meanwhile);
    return suffer(fault, records, apply);
  });

  const dies = (): boolean => {
    const isLast = isDying;
    isDying = false;
    return isLast;
  };
  const born = (): ToolDeliverer => makeMortalDeliverer({ store, sink: tool.sink, now: () => now, random, dies });
  let deliverer = born();

  const stepOnce = async (): Promise<Instant | null> => {
    try {
      return (await deliverer.deliverDue(now)).nextAt;
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error;
      deliverer = born();
      return now;
    }
  };

  const runFor = async (ms: number): Promise<void> => {
    const until = plus(now, ms);
    for (let steps = 0; steps < 5_000; steps += 1) {
      const nextAt = await stepOnce();
      if (nextAt === null || nextAt > until) return moveTo(until);
      moveTo(nextAt);
    }
    throw new Error('It does not come to rest');
  };

  return {
    play: async (steps) => {
      for (const step of steps) {
        if (step.kind === 'life') await live(step);
        else if (step.kind === 'call') faults.push(step);
        else await runFor(step.ms);
      }
    },
    settle: async () => {
      faults.length = 0;
      await runFor(2 * HOUR_MS);
      await store.replayDeadLetters(null, now);
      await runFor(HOUR_MS);
    },
    endings: () =>
      PEOPLE.map((userId) => ({
        userId,
        held: tool.heldOf(userId),
        desired: desiredOf(userId, people.get(userId) ?? NOBODY),
        sent: tool.sentTo(userId).flatMap(({ events }) => events.map(({ id }) => id)),
        applied: tool.applied.filter((one) => one.userId === userId).map(({ event }) => event.id),
        ended: [...ended].filter((episode) => episode.startsWith(`${userId}_`)),
      })),
    inDoubt,
  };
};
