import { randomUUID } from 'node:crypto';
import type { Attributes, AttributeValue, ToolEvent, ToolRecord } from '../../src/destination-kit/record.ts';
import type { BatchAnswer, RecordOutcome, ToolSink } from '../../src/destination-kit/sink.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import type { NewToolEdge, ToolChange } from '../../src/pipeline/tools/tool-ports.ts';
import { customerOf, decided, deliveryOf, workAll } from './store-samples.ts';

/** What is wanted of one person; the rest is as for somebody in dunning. */
export type Wish = Partial<ToolChange> & { readonly userId: string };

/** Commits what is wanted of people, one profile each, as the loop does. */
export const want = async (store: Store, at: Instant, wishes: readonly Wish[]): Promise<void> => {
  const byCustomer = new Map(wishes.map((wish) => [`cus_${wish.userId}`, wish]));
  await store.accept([...byCustomer.keys()].map((customer) => deliveryOf(customer, `evt_${randomUUID()}`, at)));
  await workAll(store, at, (claim) => {
    const wish = byCustomer.get(customerOf(claim));
    return decided(claim, { at, tools: wish === undefined ? [] : [toChange(wish)] });
  });
};

const toChange = (wish: Wish): ToolChange => ({
  tool: 'braze',
  channel: 'live',
  account: null,
  desired: { in_dunning: true },
  edges: [],
  urgent: false,
  amountMinor: 4900,
  currency: 'USD',
  ...wish,
});

/** An event of an episode; `id` names it. */
export const edge = (role: NewToolEdge['role'], episodeId: string, id: string, at: Instant): NewToolEdge => ({
  role,
  episodeId,
  event: {
    id,
    name: role === 'entry' ? 'dunning_stage_entered' : 'payment_recovered',
    at,
    properties: { dunning_episode_id: episodeId },
  },
});

/** Decides what a call is answered; `apply` lets the tool hold what records say. */
export type Behaviour = (
  records: readonly ToolRecord[],
  apply: (records: readonly ToolRecord[]) => void,
) => BatchAnswer | Promise<BatchAnswer>;

export const DELIVERED: RecordOutcome = { result: 'delivered', warning: null };

/** Takes every record. */
export const takeAll: Behaviour = (records, apply) => {
  apply(records);
  return { answer: 'each', outcomes: records.map(() => DELIVERED) };
};

/** Always answers the same, and applies nothing. */
export const answers =
  (answer: BatchAnswer): Behaviour =>
  () =>
    answer;

/** A tool that stands at the sink's port: remembers calls and what it holds, and behaves as scripted, then as always. */
export interface ToolAtHand {
  readonly sink: ToolSink;
  readonly calls: readonly (readonly ToolRecord[])[];
  /** Behaviours of the next calls, one each. */
  readonly script: (...behaviours: readonly Behaviour[]) => void;
  /** From now on, once the script is over. */
  readonly always: (behaviour: Behaviour) => void;
  /** What a person's profile holds; a cleared attribute is absent. */
  readonly heldOf: (userId: string) => Attributes;
  /** Events that were applied, in order of application. */
  readonly applied: readonly { readonly userId: string; readonly event: ToolEvent }[];
  readonly sentTo: (userId: string) => readonly ToolRecord[];
}

/** Makes such a tool; `changes` to its sink. */
export const makeToolAtHand = (changes: Partial<ToolSink> = {}): ToolAtHand => {
  const calls: (readonly ToolRecord[])[] = [];
  const scripted: Behaviour[] = [];
  const held = new Map<string, Map<string, AttributeValue>>();
  const applied: { readonly userId: string; readonly event: ToolEvent }[] = [];
  let usual = takeAll;

  const applyOne = ({ userId, attributes, events }: ToolRecord): void => {
    const profile = held.get(userId) ?? new Map<string, AttributeValue>();
    held.set(userId, profile);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null) profile.delete(name);
      else profile.set(name, value);
    }
    for (const event of events) applied.push({ userId, event });
  };

  return {
    sink: {
      tool: 'braze',
      limits: { objects: 75, bytes: 4_000_000, callsPerSecond: 1_000 },
      objectsOf: ({ attributes, events }) => (Object.keys(attributes).length > 0 ? 1 : 0) + events.length,
      resendsUnknownEvents: false,
      send: async (records) => {
        calls.push(records);
        const behave = scripted.shift() ?? usual;
        return behave(records, (those) => those.forEach(applyOne));
      },
      close: async () => undefined,
      ...changes,
    },
    calls,
    script: (...behaviours) => void scripted.push(...behaviours),
    always: (behaviour) => {
      usual = behaviour;
    },
    heldOf: (userId) => Object.fromEntries(held.get(userId) ?? []),
    applied,
    sentTo: (userId) => calls.flat().filter((record) => record.userId === userId),
  };
};
