import type { Instant } from '../../domain/instant.ts';
import type { FaultKind } from '../chaos/weather.ts';
import type { SimulatedRelay, SimulatedToolName } from './simulated-relay.ts';

/** What keeps a message from whoever is not to have it. */
export const LAYERS = ['guard', 'state', 'exit', 'read-back'] as const;
export type Layer = (typeof LAYERS)[number];

export interface SimulationOptions {
  readonly days: number;
  readonly customers: number;
  readonly seed: number;
  /** Layers that are left out. */
  readonly without: readonly Layer[];
  /** How late a layer works, in ms: see `chaos/late-tool.ts`. */
  readonly delays?: Readonly<Partial<Record<Layer, number>>>;
  /** Hours for which a tool is down, from a drawn instant on, beside what chaos brings. */
  readonly outages: readonly { readonly tool: SimulatedToolName; readonly hours: number }[];
  /** `calm`: nothing goes wrong and webhooks come at once; `chaos`: see `chaos/weather.ts`; `usual`: webhooks alone go astray. */
  readonly weather: 'calm' | 'usual' | 'chaos';
  /** Of chaos alone, where it is to be otherwise than in the proof. */
  readonly chaos?: {
    /** Share of the requests that fail; 0.066 by default. */
    readonly failing?: number;
    /** How long each tool is down, one after the other, in hours; 5, 24 and 72 by default. */
    readonly outageHours?: Readonly<Record<SimulatedToolName, readonly number[]>>;
    /** Requests that write fail in this way alone. */
    readonly kind?: FaultKind;
  };
  /** Share of the cards that fail, over the population's own. */
  readonly failing?: number;
  /** Share of those whose renewal fails who call support; 0.1 by default. */
  readonly calling?: number;
  /** Told after each virtual day, counted from 1. */
  readonly onDay?: (day: number) => void;
  /** Looks at the relay once all is played, before it is closed. */
  readonly onEnd?: (relay: SimulatedRelay, window: { readonly since: Instant; readonly now: Instant }) => Promise<void>;
}
