import type { IterableEvent, IterableUsers } from './users.ts';

/** A journey as a marketer would build it by the recipe: it starts on one event, waits, looks again, sends, and has exit rules. */
export interface JourneyPlan {
  /** Delay of each message after the entry, in ms, rising. */
  readonly delaysMs: readonly number[];
  /** Only entries of these stages; all without it. */
  readonly stages?: readonly string[];
  /** A person may enter at a stage again only so long after the last entry at it, in ms; at any time without it. */
  readonly reentryMs?: number;
  /** Whether a filter before each message looks at `in_dunning`; true by default. */
  readonly filters?: boolean;
}

export interface JourneyMessage {
  readonly userId: string;
  readonly episodeId: unknown;
  readonly stage: unknown;
  /** Which message of the journey, from 0. */
  readonly step: number;
  readonly at: number;
}

export interface Journey {
  /** Sends what is due up to and including this instant. */
  readonly passTo: (now: number) => void;
  readonly messages: readonly JourneyMessage[];
  /** Entries made; those inside the re-entry window are not. */
  readonly entries: readonly IterableEvent[];
  /** People of whom a message waits. */
  readonly waiting: () => readonly string[];
}

interface Traveller {
  readonly entry: IterableEvent;
  step: number;
}

const EPISODE = 'dunning_episode_id';
const EXITS = new Set(['payment_recovered', 'dunning_exited']);

/** Whoever waits in a delay leaves by an exit rule at once; an event that comes again under its id starts the journey again. */
export const runJourney = (users: IterableUsers, plan: JourneyPlan): Journey => {
  const messages: JourneyMessage[] = [];
  const entries: IterableEvent[] = [];
  /** By person and stage. */
  const lastEntries = new Map<string, number>();
  let travellers: Traveller[] = [];

  const dueAt = ({ entry, step }: Traveller): number => entry.at + (plan.delaysMs[step] ?? Number.POSITIVE_INFINITY);
  const leave = (leaving: (traveller: Traveller) => boolean): void => {
    travellers = travellers.filter((traveller) => !leaving(traveller));
  };
  const send = (traveller: Traveller): void => {
    const { userId, dataFields } = traveller.entry;
    const isIn = plan.filters === false || users.all.get(userId)?.dataFields.in_dunning === true;
    if (!isIn) {
      leave((other) => other === traveller);
      return;
    }
    const { [EPISODE]: episodeId, stage } = dataFields;
    messages.push({ userId, episodeId, stage, step: traveller.step, at: dueAt(traveller) });
    traveller.step += 1;
    if (traveller.step === plan.delaysMs.length) leave((other) => other === traveller);
  };
  const passTo = (now: number): void => {
    const due = () => travellers.filter((each) => dueAt(each) <= now).toSorted((a, b) => dueAt(a) - dueAt(b))[0];
    for (let traveller = due(); traveller !== undefined; traveller = due()) send(traveller);
  };
  const isTooSoon = ({ userId, at }: IterableEvent, stage: string): boolean => {
    const key = `${userId} ${stage}`;
    const last = lastEntries.get(key) ?? Number.NEGATIVE_INFINITY;
    if (at - last < (plan.reentryMs ?? 0)) return true;
    lastEntries.set(key, at);
    return false;
  };

  users.watch({
    onEvent: (event) => {
      passTo(event.at - 1);
      const isOf = ({ entry }: Traveller) =>
        entry.userId === event.userId && entry.dataFields[EPISODE] === event.dataFields[EPISODE];
      if (EXITS.has(event.name)) leave(isOf);
      if (event.name !== 'dunning_stage_entered') return;
      const stage = String(event.dataFields.stage);
      if (plan.stages !== undefined && !plan.stages.includes(stage)) return;
      if (isTooSoon(event, stage)) return;
      entries.push(event);
      // One flow per person and episode: a later stage takes the place of the one before.
      leave(isOf);
      travellers.push({ entry: event, step: 0 });
    },
    // What was due before this write was judged by what held before it.
    onWrite: (write) => passTo(write.at - 1),
  });

  return { passTo, messages, entries, waiting: () => travellers.map(({ entry }) => entry.userId) };
};
