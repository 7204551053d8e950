/** A flow of messages as a marketer would build it by the recipe: it starts on one event, waits, looks again, sends, and stops on others. */
export interface FlowPlan {
  /** Delay of each message after the entry, in ms, rising. */
  readonly delaysMs: readonly number[];
  /** Only entries of these stages; all without it. */
  readonly stages?: readonly string[];
  /** A person may enter at a stage again only so long after the last entry at it, in ms; at any time without it. */
  readonly reentryMs?: number;
  /** Whether `in_dunning` is looked at as each message is sent; true by default. */
  readonly validates?: boolean;
}

/** What the tool tells a flow of an event. */
export interface FlowEvent {
  readonly userId: string;
  readonly name: string;
  /** When it was applied. */
  readonly at: number;
  readonly episodeId: unknown;
  readonly stage: unknown;
}

/** A tool that runs flows. */
export interface FlowTool {
  readonly isInDunning: (userId: string) => boolean;
  readonly watch: (watcher: {
    readonly onEvent: (event: FlowEvent) => void;
    readonly onWrite: (write: { readonly at: number; readonly userId: string }) => void;
  }) => void;
}

export interface FlowMessage {
  readonly userId: string;
  readonly episodeId: unknown;
  readonly stage: unknown;
  /** Which message of the flow, from 0. */
  readonly step: number;
  readonly at: number;
}

export interface Flow {
  /** Sends what is due up to and including this instant. The test's clock never passes a due message otherwise. */
  readonly passTo: (now: number) => void;
  readonly messages: readonly FlowMessage[];
  /** Entries made; those inside the re-entry window are not. */
  readonly entries: readonly FlowEvent[];
  /** People of whom a message waits. */
  readonly waiting: () => readonly string[];
}

interface Traveller {
  readonly entry: FlowEvent;
  step: number;
}

const EXITS = new Set(['payment_recovered', 'dunning_exited']);

/** Whether an event of this name takes people out of a flow. */
export const isFlowExit = (name: string): boolean => EXITS.has(name);

/** Entry on `dunning_stage_entered`; exit, at once and out of any delay, on an end of the same episode. */
export const runFlow = ({ isInDunning, watch }: FlowTool, plan: FlowPlan): Flow => {
  const messages: FlowMessage[] = [];
  const entries: FlowEvent[] = [];
  /** By person and stage. */
  const lastEntries = new Map<string, number>();
  let travellers: Traveller[] = [];

  const dueAt = ({ entry, step }: Traveller): number => entry.at + (plan.delaysMs[step] ?? Number.POSITIVE_INFINITY);
  const leave = (leaving: (traveller: Traveller) => boolean): void => {
    travellers = travellers.filter((traveller) => !leaving(traveller));
  };
  const send = (traveller: Traveller): void => {
    const { userId, episodeId, stage } = traveller.entry;
    if (plan.validates !== false && !isInDunning(userId)) {
      leave((other) => other === traveller);
      return;
    }
    messages.push({ userId, episodeId, stage, step: traveller.step, at: dueAt(traveller) });
    traveller.step += 1;
    if (traveller.step === plan.delaysMs.length) leave((other) => other === traveller);
  };
  const passTo = (now: number): void => {
    const due = () => travellers.filter((each) => dueAt(each) <= now).toSorted((a, b) => dueAt(a) - dueAt(b))[0];
    for (let traveller = due(); traveller !== undefined; traveller = due()) send(traveller);
  };
  const isTooSoon = ({ userId, at }: FlowEvent, stage: string): boolean => {
    const key = `${userId} ${stage}`;
    const last = lastEntries.get(key) ?? Number.NEGATIVE_INFINITY;
    if (at - last < (plan.reentryMs ?? 0)) return true;
    lastEntries.set(key, at);
    return false;
  };

  watch({
    onEvent: (event) => {
      passTo(event.at - 1);
      const isOf = ({ entry }: Traveller) => entry.userId === event.userId && entry.episodeId === event.episodeId;
      if (EXITS.has(event.name)) leave(isOf);
      if (event.name !== 'dunning_stage_entered') return;
      const stage = String(event.stage);
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
