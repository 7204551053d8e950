import type { Instant } from '../domain/instant.ts';

/** One attribute of a person in a tool; null clears it. */
export type AttributeValue = string | number | boolean | null;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * Whose state a tool holds, or what it is told of:
 * `person`: a user, as messaging tools write to them, with the events that start and stop flows; `contact`: a user, as
 * people who sell and support see them, state alone; `account`: a billing account; `hand_off`: a task for one episode;
 * `alert`: one episode of a high-value account, told once and called off; `stream`: every event of an account.
 */
export type Subject = 'person' | 'contact' | 'account' | 'hand_off' | 'alert' | 'stream';

/** Something that a tool's flows start or stop on, or that it is to be told. */
export interface ToolEvent {
  /** Deterministic: the same over every retry, for tools that deduplicate. */
  readonly id: string;
  readonly name: string;
  readonly at: Instant;
  /** `dunning_episode_id` is always among them, null where an event of a stream belongs to none. */
  readonly properties: Attributes;
}

/** What one person's (account's, episode's) share of a call is: what changed, and what happened, together. */
export interface ToolRecord {
  /** The tool's external id for the subject: a user id, an account id, or the id of an episode. */
  readonly userId: string;
  /** When the state was decided. */
  readonly at: Instant;
  /** Only what differs from what the tool holds. Empty: events alone. */
  readonly attributes: Attributes;
  readonly events: readonly ToolEvent[];
  /** The tool has acknowledged nothing of it yet, so it may know the subject under another id; all attributes are there. */
  readonly isNew: boolean;
}
