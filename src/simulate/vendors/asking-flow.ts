import { type FlowEvent, type FlowMessage, type FlowTool, isFlowExit } from './flow.ts';

/** The layers that a flow was built with; a marketer may have left out any. */
interface AskingFlowOptions {
  /** Delay of each message after the entry, in ms, rising. */
  readonly delaysMs: readonly number[];
  /** A person may enter at a stage again only so long after the last entry at it, in ms. */
  readonly reentryMs: number;
  /** Whether `in_dunning` is looked at as each message is sent. */
  readonly looksAtState: boolean;
  /** Whether an end of the same episode takes people out. */
  readonly hearsExits: boolean;
  /** Asked by each message as it is rendered; it is sent only on true. Null: the template does not ask. */
  readonly maySend: ((message: FlowMessage) => Promise<boolean>) | null;
  readonly now: () => number;
  readonly onMessage: (message: FlowMessage) => void;
}

/** Why messages were not sent, as the tool would count it. */
export interface FlowCounts {
  entries: number;
  sent: number;
  /** Taken out by an exit. */
  exited: number;
  stoppedByState: number;
  stoppedByGuard: number;
}

export interface AskingFlow {
  /** When the next message is due; null: nobody waits. */
  readonly nextAt: () => number | null;
  /** Sends what is due by `now`, each message after its template has asked. */
  readonly sendDue: (now: number) => Promise<void>;
  readonly counts: () => Readonly<FlowCounts>;
  /** People of whom a message waits. */
  readonly waiting: () => readonly string[];
}

interface Traveller {
  readonly entry: FlowEvent;
  readonly enteredAt: number;
  step: number;
}

const NOTHING: FlowCounts = { entries: 0, sent: 0, exited: 0, stoppedByState: 0, stoppedByGuard: 0 };

/**
 * A flow whose templates ask before they are sent, as Connected Content does. Entry on `dunning_stage_entered`, a later
 * stage takes the place of the one before; exit on an end of the same episode. It sends at its own instants: whoever
 * moves the clock stops at each.
 */
export const runAskingFlow = (tool: FlowTool, options: AskingFlowOptions): AskingFlow => {
  const { delaysMs, reentryMs, now, maySend } = options;
  const counts = { ...NOTHING };
  const lastEntries = new Map<string, number>();
  /** By person and episode. */
  const travellers = new Map<string, Traveller>();

  const keyOf = ({ userId, episodeId }: FlowEvent): string => `${userId} ${String(episodeId)}`;
  const dueAt = ({ enteredAt, step }: Traveller): number => enteredAt + (delaysMs[step] ?? Number.POSITIVE_INFINITY);

  const enter = (event: FlowEvent): void => {
    const stage = `${event.userId} ${String(event.stage)}`;
    if (now() - (lastEntries.get(stage) ?? Number.NEGATIVE_INFINITY) < reentryMs) return;
    lastEntries.set(stage, now());
    counts.entries += 1;
    travellers.set(keyOf(event), { entry: event, enteredAt: now(), step: 0 });
  };

  tool.watch({
    onEvent: (event) => {
      if (event.name === 'dunning_stage_entered') enter(event);
      if (options.hearsExits && isFlowExit(event.name) && travellers.delete(keyOf(event))) counts.exited += 1;
    },
    onWrite: () => {},
  });

  const first = (): Traveller | undefined => {
    let soonest: Traveller | undefined;
    for (const each of travellers.values()) if (soonest === undefined || dueAt(each) < dueAt(soonest)) soonest = each;
    return soonest;
  };

  const send = async (traveller: Traveller): Promise<void> => {
    const { entry, step } = traveller;
    const { userId, episodeId, stage } = entry;
    if (options.looksAtState && !tool.isInDunning(userId)) {
      counts.stoppedByState += 1;
      travellers.delete(keyOf(entry));
      return;
    }
    const message = { userId, episodeId, stage, step, at: now() };
    traveller.step += 1;
    if (traveller.step === delaysMs.length) travellers.delete(keyOf(entry));
    // An aborted message is left out and the flow goes on, as in Braze.
    if (maySend !== null && !(await maySend(message))) {
      counts.stoppedByGuard += 1;
      return;
    }
    counts.sent += 1;
    options.onMessage(message);
  };

  return {
    nextAt: () => {
      const soonest = first();
      return soonest === undefined ? null : dueAt(soonest);
    },
    sendDue: async (until) => {
      for (let next = first(); next !== undefined && dueAt(next) <= until; next = first()) await send(next);
    },
    counts: () => ({ ...counts }),
    waiting: () => [...travellers.values()].map(({ entry }) => entry.userId),
  };
};
