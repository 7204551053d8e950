import { TOOLS } from '../destinations/index.ts';
import type { CliDoors, ToolDoor } from './cli/doors.ts';
import type { RecordedRequest, Tool, ToolSettings } from './destination-kit/define-tool.ts';
import type { Policy } from './domain/policy.ts';
import type { EngineTool } from './pipeline/engine.ts';
import type { Clock } from './pipeline/ports.ts';

/** What both threads share of the tools: each as the engine runs it. */

/** By key of the tool, e.g. `braze`; plain values, since they cross to the store's thread. */
export type ToolCredentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface OpenToolsOptions {
  readonly clock: Clock;
  /** Of the tools that are to be written; the others have recorders alone. */
  readonly credentials: ToolCredentials;
  readonly policy: Policy;
  /** Sees each request that a recorder takes in a tool's place. */
  readonly onRequest?: (tool: string, request: RecordedRequest) => void;
}

/**
 * Every tool, with its sink if there are credentials for it. Loads the framework that runs them.
 * @throws when a setting is not valid; the message names the tool and no secret.
 */
export const openTools = async ({
  clock,
  credentials,
  policy,
  onRequest,
}: OpenToolsOptions): Promise<readonly EngineTool[]> => {
  const [{ makeActionsSink }, { makeRecorderSink }] = await Promise.all([
    import('./destination-kit/actions-sink.ts'),
    import('./destination-kit/recorder.ts'),
  ]);
  return TOOLS.map((tool): EngineTool => {
    const values = credentials[tool.key];
    const objects = policy.braze.batchObjects;
    const settings = { updateExistingOnly: String(policy.braze.updateExistingOnly) };
    return {
      tool: tool.key,
      subject: tool.subject,
      segmentNames: tool.segmentNames,
      live:
        values === undefined
          ? null
          : makeActionsSink(tool, tool.credentials({ ...values, ...settings }), { now: clock.now, objects }),
      recorder: makeRecorderSink(tool, {
        objects,
        settings: tool.credentials({ ...tool.recorder.credentials, ...settings }),
        onRequest: (request) => onRequest?.(tool.key, request),
      }),
    };
  });
};

const ASK_TIMEOUT_MS = 10_000;

/** A tool as it may be asked without changing anything there. */
const toDoor = ({ key, checkCredentials, readBack }: Tool, settings: ToolSettings): ToolDoor => ({
  tool: key,
  checkCredentials: checkCredentials === undefined ? null : () => checkCredentials(settings, ASK_TIMEOUT_MS),
  readBack: readBack === undefined ? null : (userIds) => readBack(settings, userIds, ASK_TIMEOUT_MS),
});

/** The tools that have credentials, to be asked, and the names of those that have none. */
export const openToolDoors = (credentials: ToolCredentials): Awaited<ReturnType<CliDoors['openTools']>> => ({
  configured: TOOLS.flatMap((tool) => {
    const values = credentials[tool.key];
    return values === undefined ? [] : [toDoor(tool, tool.credentials(values))];
  }),
  off: TOOLS.filter(({ key }) => credentials[key] === undefined).map(({ key }) => key),
});
