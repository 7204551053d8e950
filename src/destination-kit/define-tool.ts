import type { DestinationDefinition } from '@segment/actions-core';
import type { Instant } from '../domain/instant.ts';
import type { Field } from './fields.ts';
import type { Attributes, Subject, ToolRecord } from './record.ts';
import type { BatchAnswer, ToolSink } from './sink.ts';

export type { Instant } from '../domain/instant.ts';

/** Settings of a destination: key, address, switches. They hold credentials and are never printed. */
export type ToolSettings = Readonly<Record<string, string | number | boolean>>;

/** An HTTP answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** A header by its name in any case; null when absent. */
  readonly header: (name: string) => string | null;
  /** Parsed JSON, or text where it is none; undefined when it says JSON and is none. */
  readonly body: unknown;
}

/** A request as it would have left, without headers: they carry the key. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** What an answer means for the whole call; `each` is told by the action, record by record. */
export type WholeAnswer = Exclude<BatchAnswer, { readonly answer: 'each' }>;

/** `unanswered`: it is not known whether they are good: no connection, no answer in time, too many calls, a fault of its own. */
export type CredentialCheck =
  /** `unasked`: of the right shape, and no more is known, since the tool has no question that is not a write. */
  | { readonly ok: true; readonly unasked?: true }
  | { readonly ok: false; readonly reason: string; readonly unanswered?: boolean };

/** What calls need beside the settings, or why they cannot be made now. */
export type OpenedSession<Settings> =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly answer: WholeAnswer };

/** One thing that the tool lacks and that can be made there. */
export interface SetUpStep {
  /** For people, e.g. `contact property in_dunning (yes or no)`. */
  readonly what: string;
  /** The tool's own description of it, JSON. */
  readonly spec: unknown;
}

export interface SetUpPlan {
  /** In the order in which they are to be made. */
  readonly missing: readonly SetUpStep[];
  /** What is there and cannot be used as it is, each a sentence that says what to do: another type, not unique. */
  readonly conflicts: readonly string[];
  /** What is there as it should be. */
  readonly present: readonly string[];
}

/** Something that stands in the way of deliveries, as a sentence, and what to do about it. */
export interface ToolProblem {
  readonly problem: string;
  readonly mend: string;
}

/** A person (account, episode) as the tool holds it now, to compare with what was delivered. */
export interface ToolProfile {
  /** The external id. */
  readonly userId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Messaging flows that the person entered, with the tool's own times. */
  readonly flows: readonly {
    readonly name: string;
    readonly enteredAt: string | null;
    readonly exitedAt: string | null;
  }[];
}

/** How often a tool may be asked what it holds, beside its deliveries. */
export interface ReadBackLimits {
  /** Subjects asked for in one question; one that is a request for each is kept short. */
  readonly ids: number;
  readonly questionsPerSecond: number;
}

/** What a tool is to Recoup, around a destination that any host of Segment Actions can run. */
export interface ToolDefinition<Settings extends ToolSettings> {
  /** e.g. `braze` or `hubspot-companies`; lower case, used in logs and rows. */
  readonly key: string;
  /** Whose credentials and policy it uses, e.g. `hubspot`: tools of one vendor share them. */
  readonly vendor: string;
  readonly subject: Subject;
  /** Names under which Segment's own destinations of the tool stand in `integrations`: switched off there, we write (semantics G2). */
  readonly segmentNames: readonly string[];
  /** Its `name` must be a URI scheme (letters, digits, `+.-`): the framework's schema cache takes it for one. */
  readonly definition: DestinationDefinition<Settings>;
  /** The action that takes records. One automatic preset names it; its mapping is used. */
  readonly action: string;
  readonly limits: ToolSink['limits'];
  readonly objectsOf: (record: ToolRecord) => number;
  readonly resendsUnknownEvents: boolean;
  /** Settings from plain values of the configuration, e.g. `{ apiKey, endpoint }`; a missing one becomes empty and is refused at load. */
  readonly credentials: (values: Readonly<Record<string, string>>) => Settings;
  /**
   * What an answer means for the whole call when the action let it end the call (a status other than 2xx that it did not
   * catch). An action that has written something already catches it and tells each record's outcome itself. Null: it does
   * not tell, every record is of unknown outcome.
   */
  readonly toAnswer: (answer: HttpAnswer, now: Instant) => WholeAnswer | null;
  /** Stands in for the tool when its recorder listens: harmless credentials, and the answer that takes everything. */
  readonly recorder: {
    readonly credentials: Readonly<Record<string, string>>;
    readonly answer: (request: RecordedRequest) => { readonly status: number; readonly body: unknown };
  };
  /** Opens what calls need beside the settings, e.g. an access token; it is used until `isSessionOver`. Never rejects. */
  readonly openSession?: (settings: Settings, timeoutMs: number) => Promise<OpenedSession<Settings>>;
  /** The answer says that the session ended and nothing was taken: a new one is opened and the call repeated once. */
  readonly isSessionOver?: (answer: HttpAnswer) => boolean;
  /** Makes in the tool what deliveries need. Both reject with a message free of secrets. */
  readonly setUp?: {
    readonly plan: (settings: Settings, fields: readonly Field[], timeoutMs: number) => Promise<SetUpPlan>;
    /** Makes one step; one that was made meanwhile is no error. */
    readonly apply: (settings: Settings, step: SetUpStep, timeoutMs: number) => Promise<void>;
  };
  /** Looks for what deliveries would stumble over: permissions, external ids that several records carry. Rejects as above. */
  readonly inspect?: (settings: Settings, timeoutMs: number) => Promise<readonly ToolProblem[]>;
  /** Asks the tool whether it knows the key, changing nothing. Never rejects. */
  readonly checkCredentials?: (settings: Settings, timeoutMs: number) => Promise<CredentialCheck>;
  /** What `readBack` should tell where these are desired, for a tool that keeps some, or less exactly; absent: the same. */
  readonly toHeld?: (desired: Attributes) => Attributes;
  /** What the tool holds of these people; unknown ones are left out. Rejects with a message free of secrets. */
  readonly readBack?: (
    settings: Settings,
    userIds: readonly string[],
    timeoutMs: number,
  ) => Promise<readonly ToolProfile[]>;
  /** With these the relay itself reads back what it delivered; absent: people ask (`recoup destinations check`), the relay does not. */
  readonly readBackLimits?: ReadBackLimits;
  /**
   * Deletes these people (accounts, episodes), or what Recoup wrote of them; whom it does not know counts as deleted. Rejects with a
   * message free of secrets when it is not known that it took them all.
   */
  readonly erase?: (settings: Settings, userIds: readonly string[], timeoutMs: number) => Promise<void>;
  /** How people do that in the tool, an imperative without end mark: where `erase` is missing, or has no credentials. */
  readonly eraseByHand?: string;
}

/** A tool of any settings: `credentials` makes them, everything else takes them back. */
export type Tool = ToolDefinition<ToolSettings>;

const URI_SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const KEY = /^[a-z][a-z0-9-]*$/;

/** Declares a tool. Throws on a name that would make the framework throw at the first record. */
export const defineTool = <Settings extends ToolSettings>(tool: ToolDefinition<Settings>): Tool => {
  if (!KEY.test(tool.key)) throw new Error(`The key of a tool is lower case letters, digits and "-": ${tool.key}`);
  if (!URI_SCHEME.test(tool.definition.name))
    throw new Error(`The name of a destination is letters, digits, "+", "." and "-": ${tool.definition.name}`);
  // The settings' type ends here: they only ever come from the same tool's `credentials`.
  return Object.freeze(tool) as unknown as Tool;
};
