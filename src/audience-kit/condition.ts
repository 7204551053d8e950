import type { EventName, EventProperties, UserTraits } from '../generated/tracking-plan.ts';

/** The audience language: frozen, JSON-able nodes. Written by the constructors, read by evaluate and explain. */

export type TraitName = keyof UserTraits;
export type Scalar = string | number | boolean;

/** What a value is asked. An absent value (null) passes `absent` alone. */
export type Test =
  | { readonly test: 'is' | 'is_not'; readonly value: Scalar }
  | { readonly test: 'one_of' | 'none_of'; readonly values: readonly Scalar[] }
  | { readonly test: 'more_than' | 'at_least' | 'less_than' | 'at_most'; readonly value: number }
  | { readonly test: 'exists' | 'absent' }
  /** Of an instant `a` (ISO 8601): `older_than` is `now >= a + ms`, `newer_than` is `a <= now < a + ms`. */
  | { readonly test: 'older_than' | 'newer_than'; readonly ms: number }
  /** Of an instant `a`: `a - ms <= now < a`. */
  | { readonly test: 'due_within'; readonly ms: number };

/** How often an event happened, both ends included; `most` null: no upper end. */
export interface Times {
  readonly least: number;
  readonly most: number | null;
}

export type Condition =
  | { readonly node: 'trait'; readonly trait: TraitName; readonly test: Test }
  | {
      readonly node: 'event';
      readonly event: EventName;
      readonly where: Readonly<Record<string, Test>>;
      /** An event at `a` counts for `a <= now < a + withinMs`; null: from `a` on. */
      readonly withinMs: number | null;
      readonly times: Times;
    }
  | { readonly node: 'in_audience'; readonly audience: string }
  | { readonly node: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly node: 'not'; readonly of: Condition };

/** A named, code-defined condition on a profile. */
export interface Audience {
  /** snake_case; also the name of the boolean trait in Segment and, with `in_` before it, of the attribute in tools. */
  readonly key: string;
  readonly description: string;
  /** It drives messages, and therefore holds only for people who are not suppressed (semantics G5). */
  readonly messaging: boolean;
  /** Tell Segment (Audience Entered, Exited) also of people whom a change of the definition moves (semantics G4). */
  readonly announceDefinitionChanges: boolean;
  /** The condition in force: for `messaging`, as written and not suppressed. */
  readonly when: Condition;
}

/** A person as a condition sees them. */
export interface Subject {
  readonly traits: UserTraits;
  /** Attempts and endings as now known (semantics G5), in any order. */
  readonly events: readonly SubjectEvent[];
}

export type SubjectEvent = {
  readonly [Name in EventName]: {
    readonly event: Name;
    /** UTC milliseconds. */
    readonly at: number;
    /** Made only when a `where` asks. */
    readonly properties: () => EventProperties[Name];
  };
}[EventName];

/** Whether a condition holds, and the first instant at which time alone changes that, all else unchanged; null: never. */
export interface Verdict {
  readonly holds: boolean;
  readonly until: number | null;
}
