import type { BrazeEvent, BrazeUsers } from './users.ts';

/** A Canvas as a marketer would build it: it starts on one event, waits, sends, and stops on exception events. */
export interface CanvasPlan {
  /** Delay of each message after the entry, in ms, rising. */
  readonly delaysMs: readonly number[];
  /** Only entries of these stages; all without it. */
  readonly stages?: readonly string[];
  /** A person may enter at a stage again only so long after the last entry at it, in ms; at any time without it. */
  readonly reentryMs?: number;
  /** Whether each message is validated against `in_dunning` as it is sent; true by default. */
  readonly validates?: boolean;
}

export interface SentMessage {
  readonly externalId: string;
  readonly episodeId: unknown;
  readonly stage: unknown;
  /** Which message of the Canvas, from 0. */
  readonly step: number;
  readonly at: number;
}

export interface Canvas {
  /** Sends what is due up to and including this instant. The test's clock never passes a due message otherwise. */
  readonly passTo: (now: number) => void;
  readonly messages: readonly SentMessage[];
  /** Entries made; those inside the re-entry window are not. */
  readonly entries: readonly BrazeEvent[];
  /** People of whom a message waits. */
  readonly waiting: () => readonly string[];
}

interface Journey {
  readonly entry: BrazeEvent;
  step: number;
}

const EPISODE = 'dunning_episode_id';
const EXCEPTIONS = new Set(['payment_recovered', 'dunning_exited']);

/** Entry on `dunning_stage_entered`, exit on an exception event of the same episode, delivery validation on `in_dunning`. */
export const runCanvas = (users: BrazeUsers, plan: CanvasPlan): Canvas => {
  const messages: SentMessage[] = [];
  const entries: BrazeEvent[] = [];
  /** By person and stage. */
  const lastEntries = new Map<string, number>();
  let journeys: Journey[] = [];

  const passTo = (now: number): void => {
    const due = () => journeys.filter((journey) => dueAt(journey) <= now).toSorted((a, b) => dueAt(a) - dueAt(b))[0];
    for (let journey = due(); journey !== undefined; journey = due()) send(journey);
  };
  const isTooSoon = (event: BrazeEvent, stage: string): boolean => {
    const key = `${event.externalId} ${stage}`;
    const last = lastEntries.get(key) ?? Number.NEGATIVE_INFINITY;
    if (event.at - last < (plan.reentryMs ?? 0)) return true;
    lastEntries.set(key, event.at);
    return false;
  };
  const dueAt = ({ entry, step }: Journey): number => entry.at + (plan.delaysMs[step] ?? Number.POSITIVE_INFINITY);
  const leave = (leaving: (journey: Journey) => boolean): void => {
    journeys = journeys.filter((journey) => !leaving(journey));
  };
  const send = (journey: Journey): void => {
    const { externalId, properties } = journey.entry;
    const isValid = plan.validates === false || users.all.get(externalId)?.attributes.in_dunning === true;
    if (!isValid) {
      leave((other) => other === journey);
      return;
    }
    const { [EPISODE]: episodeId, dunning_stage, stage = dunning_stage } = properties;
    messages.push({ externalId, episodeId, stage, step: journey.step, at: dueAt(journey) });
    journey.step += 1;
    if (journey.step === plan.delaysMs.length) leave((other) => other === journey);
  };

  users.watch({
    onEvent: (event) => {
      passTo(event.at - 1);
      const isOf = ({ entry }: Journey) =>
        entry.externalId === event.externalId && entry.properties[EPISODE] === event.properties[EPISODE];
      if (EXCEPTIONS.has(event.name)) leave(isOf);
      if (event.name !== 'dunning_stage_entered') return;
      const stage = String(event.properties.dunning_stage ?? event.properties.stage);
      if (plan.stages !== undefined && !plan.stages.includes(stage)) return;
      if (isTooSoon(event, stage)) return;
      entries.push(event);
      // One flow per person and episode: a later stage takes the place of the one before.
      leave(isOf);
      journeys.push({ entry: event, step: 0 });
    },
    // What was due before this write was judged by what held before it.
    onWrite: (write) => passTo(write.at - 1),
  });

  return { passTo, messages, entries, waiting: () => journeys.map(({ entry }) => entry.externalId) };
};
