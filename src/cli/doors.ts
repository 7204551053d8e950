import type { Audiences } from '../audience-kit/audiences.ts';
import type { Environment } from '../config/environment.ts';
import type {
  CredentialCheck,
  RecordedRequest,
  SetUpPlan,
  SetUpStep,
  ToolProblem,
  ToolProfile,
} from '../destination-kit/define-tool.ts';
import type { Field } from '../destination-kit/fields.ts';
import type { Attributes, Subject } from '../destination-kit/record.ts';
import type { Happening } from '../domain/happening.ts';
import type { Policy } from '../domain/policy.ts';
import type { BillingApi } from '../pipeline/api/api-ports.ts';
import type { Clock, SegmentCall, Store } from '../pipeline/ports.ts';
import type { Ruleset } from '../pipeline/rules.ts';
import type { Provider } from '../providers/provider.ts';
import type { DrivenRelay } from '../simulate/time-machine.ts';
import type { OpenSimulatedRelay } from '../simulate/world/simulated-relay.ts';

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

/** One request as a tool's recorder kept it, exactly as it would have left but for its headers. */
export interface ToolRequest extends RecordedRequest {
  readonly tool: string;
}

export interface DemoRelayOptions {
  readonly clock: Clock;
  /** Sees each call that Segment would have received. */
  readonly onCall: (call: SegmentCall) => void;
  /** Sees each request that a tool would have received. */
  readonly onToolRequest?: (request: ToolRequest) => void;
}

/** A tool with credentials. Nothing but `setUp.apply` changes anything there. */
export interface ToolDoor {
  readonly tool: string;
  readonly subject: Subject;
  /** Null: it cannot be asked. */
  readonly checkCredentials: (() => Promise<CredentialCheck>) | null;
  /** What the tool holds of these people; unknown ones are left out. Rejects when it does not tell. Null: it cannot be asked. */
  readonly readBack: ((userIds: readonly string[]) => Promise<readonly ToolProfile[]>) | null;
  /** What `readBack` should show of a state: all of it unless the tool keeps less. */
  readonly toHeld: (desired: Attributes) => Attributes;
  /** Makes there what deliveries need; a step that is made already is no error. Both reject. Null: nothing has to be made. */
  readonly setUp: {
    readonly plan: (fields: readonly Field[]) => Promise<SetUpPlan>;
    readonly apply: (step: SetUpStep) => Promise<void>;
    /** Between two steps, in ms, lest the tool refuses them for their number. */
    readonly pauseMs: number;
  } | null;
  /** What stands in the way of deliveries. Rejects when it does not tell. Null: it cannot be asked. */
  readonly inspect: (() => Promise<readonly ToolProblem[]>) | null;
}

/** Who deletes people outside of the store. */
export interface Eraser {
  /** `segment`, or the key of a tool. */
  readonly tool: string;
  /** What it knows them by: user ids, or the ids of accounts and episodes, as far as it was told of them. */
  readonly of: 'users' | 'accounts';
  /** By these ids. Rejects when it is not known that all will be gone. Null: it cannot be asked. */
  readonly erase: ((userIds: readonly string[]) => Promise<void>) | null;
  /** What it cannot be asked for want of; null where it can. */
  readonly missing: string | null;
  /** How people delete somebody there. */
  readonly byHand: string;
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
  /** The audiences in force; no environment is needed. */
  readonly loadAudiences: () => Promise<Audiences>;
  /** What a decision depends on here and now. */
  readonly loadRules: () => Promise<Ruleset>;
  /** The tools that have credentials, and the names of those that have none. */
  readonly openTools: () => Promise<{ readonly configured: readonly ToolDoor[]; readonly off: readonly string[] }>;
  /** Segment and every tool, as far as they delete people. */
  readonly openErasers: () => Promise<readonly Eraser[]>;
  readonly openDemoRelay: (options: DemoRelayOptions) => Promise<DemoRelay>;
  readonly openSimulatedRelay: OpenSimulatedRelay;
  /** The environment, checked. Throws a refusal of one line where it is not valid. */
  readonly loadEnvironment: () => Environment;
  /** The policy in force. Throws a refusal where it is not valid. */
  readonly loadPolicy: () => Policy;
  /** Reads the billing provider with the key that is set; null: none is. */
  readonly openBillingApi: () => Promise<BillingApi | null>;
}
