import type { Attributes, AttributeValue, ToolRecord } from '../../src/destination-kit/record.ts';
import type { BatchAnswer, RecordOutcome, ToolSink } from '../../src/destination-kit/sink.ts';
import { type Instant, plus } from '../../src/domain/instant.ts';
import type { ToolDeliverer } from '../../src/pipeline/tools/deliver-tools.ts';
import { LATE_MS } from '../../src/pipeline/tools/late-calls.ts';
import type { Random } from '../../src/simulate/random.ts';
import { makeMortalDeliverer, ProcessDied } from './mortal-deliverer.ts';
import type { ToldRelay } from './tools-told-relay.ts';
import { type Subject, TOOLS } from './tools-told-relay.ts';

/** A tool of one subject that takes, refuses, is silent, does not know somebody, or sees our process die. */
export interface FaultyTool {
  readonly subject: Subject;
  readonly held: ReadonlyMap<string, Attributes>;
  /** Ids of events in the order in which they were applied, with whom they were about. */
  readonly applied: readonly { readonly userId: string; readonly id: string; readonly name: string }[];
  /** Ids of events of whose arrival we could not know. */
  readonly inDoubt: ReadonlySet<string>;
  /** Of whom the last word was that the tool does not know them. */
  readonly absent: ReadonlySet<string>;
  /** Sends what is due up to and including `until`, at most so many calls; answers when the next is due. */
  readonly send: (from: Instant, until: Instant, calls: number) => Promise<Instant | null>;
}

export interface Fortune {
  readonly random: Random;
  /** Of a call and of each record, from 0 (all is well) to 1. */
  faults: number;
}

const FATES = ['taken', 'retry', 'rejected', 'applied_unsaid', 'lost_unsaid', 'absent'] as const;
type Fate = (typeof FATES)[number];
const OUTCOMES: Readonly<Record<Fate, RecordOutcome>> = {
  taken: { result: 'delivered', warning: null },
  retry: { result: 'retry', at: null, reason: 'busy' },
  rejected: { result: 'rejected', reason: 'bad record' },
  applied_unsaid: { result: 'unknown', reason: 'no word of it' },
  lost_unsaid: { result: 'unknown', reason: 'no word of it' },
  absent: { result: 'absent', reason: 'nobody has this id' },
};
const ENDS = [
  'each',
  'each',
  'each',
  'applied',
  'lost',
  'late',
  'died',
  'died_unsent',
  'unavailable',
  'throttled',
] as const;

/** Whoever is told of events knows their subject. */
const CAN_BE_ABSENT: readonly Subject[] = ['contact', 'account', 'hand_off'];

/** One of the tools over the relay's store, with the real delivery. */
export const makeFaultyTool = (
  { store }: ToldRelay,
  { tool, subject }: (typeof TOOLS)[number],
  fortune: Fortune,
): FaultyTool => {
  const held = new Map<string, Record<string, AttributeValue>>();
  const applied: { readonly userId: string; readonly id: string; readonly name: string }[] = [];
  const inDoubt = new Set<string>();
  const absent = new Set<string>();
  const late: { readonly at: Instant; readonly apply: () => void }[] = [];
  const { random } = fortune;
  let now = 0 as Instant;
  let isDying = false;

  const draw = <T>(from: readonly T[]): T => from[random.whole(0, from.length - 1)] as T;
  const apply = (records: readonly ToolRecord[]): void => {
    for (const { userId, attributes, events } of records) {
      if (absent.has(userId)) continue;
      held.set(userId, { ...held.get(userId), ...attributes });
      for (const { id, name } of events) applied.push({ userId, id, name });
    }
  };
  /** Somebody deleted it: nothing is held of it, and what is still on its way meets nobody. */
  const forget = (userId: string): void => {
    absent.add(userId);
    held.delete(userId);
  };
  const doubt = (records: readonly ToolRecord[]): void => {
    for (const { events } of records) for (const { id } of events) inDoubt.add(id);
  };
  const known = (records: readonly ToolRecord[]): void => {
    for (const { userId } of records) absent.delete(userId);
    apply(records);
  };
  const drawFate = (): Fate => {
    if (random.next() >= fortune.faults) return 'taken';
    const fate = draw(FATES);
    return fate === 'absent' && !CAN_BE_ABSENT.includes(subject) ? 'retry' : fate;
  };

  const judgeEach = (records: readonly ToolRecord[]): BatchAnswer => {
    const outcomes = records.map((record) => {
      const fate = drawFate();
      if (OUTCOMES[fate].result === 'unknown') doubt([record]);
      if (fate === 'absent') forget(record.userId);
      else if (fate !== 'retry' && fate !== 'rejected') absent.delete(record.userId);
      if (fate === 'taken' || fate === 'applied_unsaid') apply([record]);
      return OUTCOMES[fate];
    });
    return { answer: 'each', outcomes };
  };

  const sink: ToolSink = {
    tool,
    limits: { objects: 20, bytes: 4_000_000, callsPerSecond: 1_000 },
    objectsOf: ({ attributes, events }) => (Object.keys(attributes).length > 0 ? 1 : 0) + events.length,
    resendsUnknownEvents: subject !== 'alert',
    send: async (records) => {
      const end = random.next() < fortune.faults ? draw(ENDS) : 'each';
      const reason = end;
      if (end === 'each') return judgeEach(records);
      if (end === 'unavailable') return { answer: end, reason };
      if (end === 'throttled') return { answer: end, until: plus(now, 1_000), reason };
      if (end === 'applied' || end === 'died') known(records);
      if (end === 'late') late.push({ at: plus(now, random.whole(0, LATE_MS - 1_000)), apply: () => apply(records) });
      doubt(records);
      isDying = end.startsWith('died');
      return { answer: 'unknown', reason };
    },
    close: async () => undefined,
  };
  const dies = (): boolean => {
    const isLast = isDying;
    isDying = false;
    return isLast;
  };
  const born = (): ToolDeliverer => makeMortalDeliverer({ store, sink, now: () => now, random: random.next, dies });
  let deliverer = born();

  const moveTo = (at: Instant): void => {
    late.sort((a, b) => a.at - b.at);
    while (late[0] !== undefined && late[0].at <= at) late.shift()?.apply();
    now = at;
  };
  const sendOnce = async (): Promise<Instant | null> => {
    try {
      return (await deliverer.deliverDue(now)).nextAt;
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error;
      deliverer = born();
      return now;
    }
  };

  return {
    subject,
    held,
    applied,
    inDoubt,
    absent,
    send: async (from, until, calls) => {
      moveTo(from);
      for (let call = 0; call < calls; call += 1) {
        const nextAt = await sendOnce();
        if (nextAt === null || nextAt > until) return nextAt;
        moveTo(nextAt);
      }
      return now;
    },
  };
};

/** A tool of each subject. */
export const makeFaultyTools = (relay: ToldRelay, fortune: Fortune): readonly FaultyTool[] =>
  TOOLS.map((tool) => makeFaultyTool(relay, tool, fortune));
