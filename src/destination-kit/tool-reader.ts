import type { ReadBackLimits, Tool, ToolProfile, ToolSettings } from './define-tool.ts';
import type { Attributes, Subject } from './record.ts';
import { within } from './within.ts';

/** A live tool, ready to be asked what it holds. */
export interface ToolReader {
  /** Key of the tool, e.g. `braze`. */
  readonly tool: string;
  readonly subject: Subject;
  readonly limits: ReadBackLimits;
  /** What it should tell where these are desired. */
  readonly toHeld: (desired: Attributes) => Attributes;
  /** Unknown ones are left out. Rejects with a message free of secrets, and the `status` of an answer where one came. */
  readonly read: (userIds: readonly string[]) => Promise<readonly ToolProfile[]>;
}

/** For one request, in ms; and for all that one question takes, so that nobody who wants to stop waits for longer. */
const REQUEST_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 20_000;

/** What the engine needs to read a tool back; null where the tool does not say how often it may be asked. */
export const makeToolReader = (tool: Tool, settings: ToolSettings): ToolReader | null => {
  const { key, subject, readBack, readBackLimits, toHeld } = tool;
  if (readBack === undefined || readBackLimits === undefined) return null;
  return {
    tool: key,
    subject,
    limits: readBackLimits,
    toHeld: toHeld ?? ((desired) => desired),
    read: (userIds) => within(READ_TIMEOUT_MS, () => readBack(settings, userIds, REQUEST_TIMEOUT_MS)),
  };
};
