import type { Instant } from '../domain/instant.ts';

/** One attribute of a person in a tool; null clears it. */
export type AttributeValue = string | number | boolean | null;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Something that a tool's flows start or stop on. */
export interface ToolEvent {
  /** Deterministic: the same over every retry, for tools that deduplicate. */
  readonly id: string;
  readonly name: 'dunning_stage_entered' | 'payment_recovered' | 'dunning_exited';
  readonly at: Instant;
  /** `dunning_episode_id` is always among them. */
  readonly properties: Attributes;
}

/** What one person's share of a call is: what changed, and what happened, together. */
export interface ToolRecord {
  readonly userId: string;
  /** When the state was decided. */
  readonly at: Instant;
  /** Only what differs from what the tool holds. Empty: events alone. */
  readonly attributes: Attributes;
  readonly events: readonly ToolEvent[];
}
