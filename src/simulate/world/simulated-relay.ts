import type { Instant } from '../../domain/instant.ts';
import type { Guard } from '../../pipeline/guard/guard.ts';
import type { Clock, Store } from '../../pipeline/ports.ts';
import type { DrivenRelay } from '../time-machine.ts';
import type { FlowTool } from '../vendors/flow.ts';
import type { Refuses, Weather } from '../vendors/weather.ts';
import type { PlayOptions } from './play.ts';

/** Messaging tools, which run flows, and a CRM that people look into. */
export const SIMULATED_TOOLS = ['braze', 'iterable', 'hubspot'] as const;
export type SimulatedToolName = (typeof SIMULATED_TOOLS)[number];

/** What a tool holds of a person under Recoup's names, as far as the judge compares it; null: nothing. */
export interface Held {
  readonly inDunning: boolean;
  readonly status: string | null;
  readonly episode: string | null;
}

export interface SimulatedTool {
  readonly tool: SimulatedToolName;
  /** Null: it writes to nobody. */
  readonly flow: FlowTool | null;
  readonly heldOf: (userId: string) => Held | null;
}

/** A relay of its own with live sinks to stand-ins on loopback. */
export interface SimulatedRelay extends DrivenRelay {
  readonly store: Store;
  /** The Stripe signing secret that its receiver knows. */
  readonly secret: string;
  readonly guard: Guard;
  readonly tools: readonly SimulatedTool[];
  /** One step of reading the tools back; null: nobody does. */
  readonly verifyDue: PlayOptions['verifyDue'];
  /** Holds messages to somebody back until an instant, or marks what they owe as recovered where it is null; false: refused. */
  readonly intervene: (wish: {
    readonly userId: string;
    readonly requestId: string;
    readonly until: Instant | null;
    readonly now: Instant;
  }) => Promise<boolean>;
  /** As if the process had died between two calls and come back: what it remembered is gone. */
  readonly restart: (now: Instant) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SimulatedRelayOptions {
  readonly clock: Clock;
  /** What goes wrong at each tool. */
  readonly weather: Readonly<Record<SimulatedToolName, Weather>>;
  /** Spares what an outage refuses the way to the tool. */
  readonly refuses: Readonly<Record<SimulatedToolName, Refuses>>;
  readonly readsBack: boolean;
  /** Uniform in [0, 1), seeded: the jitter of waits. */
  readonly random: () => number;
}

export type OpenSimulatedRelay = (options: SimulatedRelayOptions) => Promise<SimulatedRelay>;
