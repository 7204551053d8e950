import type { Happening } from '../domain/happening.ts';
import type { Clock, SegmentCall, Store } from '../pipeline/ports.ts';
import type { Provider } from '../providers/provider.ts';
import type { DrivenRelay } from '../simulate/time-machine.ts';

/** A relay of its own in memory: recorders for every tool, no environment, the clock that it is given. */
export interface DemoRelay extends DrivenRelay {
  readonly store: Store;
  /** The Stripe signing secret that its receiver knows. */
  readonly secret: string;
  /** Opens the HTTP door on it. Port 0: the system chooses. */
  readonly serve: (address: { readonly host: string; readonly port: number }) => Promise<{
    readonly url: string;
    readonly stop: () => Promise<void>;
  }>;
  readonly close: () => Promise<void>;
}

export interface DemoRelayOptions {
  readonly clock: Clock;
  /** Sees each call that Segment would have received. */
  readonly onCall: (call: SegmentCall) => void;
}

export interface StartRelayOptions {
  /** What it prints at start is one JSON line. */
  readonly json: boolean;
  /** Sees what comes in and goes out while the relay runs; `omitted` counts what is not among them. */
  readonly onLive?: (happenings: readonly Happening[], omitted?: number) => void;
}

/** What the commands need of the world; `main.ts` hands it in, and imports the heavy parts only when one is opened. */
export interface CliDoors {
  /** The environment, with `.env` read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Runs the relay until it is told to stop; answers the exit code. */
  readonly startRelay: (options: StartRelayOptions) => Promise<number>;
  /** Opens the store that `DATABASE_URL` names, beside a relay that may be running on it. */
  readonly openStore: () => Promise<Store>;
  /** The adapters that read what `dead-letters replay` puts back in line. */
  readonly loadProviders: () => Promise<readonly Provider[]>;
  readonly openDemoRelay: (options: DemoRelayOptions) => Promise<DemoRelay>;
}
